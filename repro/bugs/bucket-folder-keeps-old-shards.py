# /// script
# requires-python = ">=3.11"
# dependencies = ["datasets>=4.4.0"]
# ///
"""Pushed again to a folder of a bucket, a dataset keeps its old shards; another loses its own.

datasets 4.8.0 to 5.2.0, since https://github.com/huggingface/datasets/pull/8064. What is to be
deleted is named without the folder: those are the files of the dataset at the root of the bucket.
Needs HF_ENDPOINT, HF_TOKEN.
"""

import json
import os
import sys


def measure() -> dict:
    from datasets import Dataset
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HFValidationError

    api, rows = HfApi(os.environ["HF_ENDPOINT"]), Dataset.from_dict({"row": list(range(6))})
    bucket = f"{api.whoami()['name']}/bucket-folder-keeps-old-shards"
    if hasattr(api, "delete_bucket"):
        api.delete_bucket(bucket, missing_ok=True)
    try:
        rows.push_to_hub(f"buckets/{bucket}", num_shards=3)
        for num_shards in (3, 2):
            rows.push_to_hub(f"buckets/{bucket}/folder", num_shards=num_shards)
        files = {file.path for file in api.list_bucket_tree(bucket, recursive=True)}
        pushed_to = "bucket"
    except HFValidationError:  # this datasets has no buckets: a repository then, as a control
        api.delete_repo(bucket, repo_type="dataset", missing_ok=True)
        rows.push_to_hub(bucket, num_shards=3)
        for num_shards in (3, 2):
            rows.push_to_hub(bucket, "folder", data_dir="folder/data", num_shards=num_shards)
        files, pushed_to = set(api.list_repo_files(bucket, repo_type="dataset")), "repository"
    shards = [f"data/train-{shard:05d}-of-00003.parquet" for shard in range(3)]
    return {
        "pushed_to": pushed_to,
        "shards_replaced": len(shards),
        "old_shards_kept": sum(f"folder/{shard}" in files for shard in shards),
        "shards_at_root_pushed": len(shards),
        "shards_at_root_deleted": sum(shard not in files for shard in shards),
    }


if __name__ == "__main__":
    if "HF_ENDPOINT" not in os.environ:
        sys.exit(print("needs HF_ENDPOINT: start python -m mockhub", file=sys.stderr) or 125)
    try:
        print(json.dumps(evidence := measure()))
    except Exception:  # a crash is no evidence: git bisect run skips 125
        sys.excepthook(*sys.exc_info())
        sys.exit(125)
    sys.exit(int(evidence["old_shards_kept"] + evidence["shards_at_root_deleted"] > 0))

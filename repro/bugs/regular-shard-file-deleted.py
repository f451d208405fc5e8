# /// script
# requires-python = ">=3.11"
# dependencies = ["datasets>=4.4.0"]
# ///
"""If Parquet goes through regular git, push_to_hub deletes each shard before it is committed.

datasets 4.6.1 to 5.2.0: the temporary file is unlinked after preupload_lfs_files, which uploads
nothing in regular mode; create_commit then raises FileNotFoundError. Needs HF_ENDPOINT, HF_TOKEN.
"""

import json
import os
import sys


def measure() -> dict:
    from datasets import Dataset
    from huggingface_hub import CommitOperationAdd, HfApi

    api, name = HfApi(os.environ["HF_ENDPOINT"]), "regular-shard-file-deleted"
    api.delete_repo(name, repo_type="dataset", missing_ok=True)
    repo = api.create_repo(name, repo_type="dataset", private=True).repo_id
    rule = CommitOperationAdd(".gitattributes", b"*.parquet -filter -text\n")
    api.create_commit(repo, [rule], commit_message="Parquet in git", repo_type="dataset")
    try:
        Dataset.from_dict({"row": [1, 2, 3, 4]}).push_to_hub(repo, num_shards=2)
        raised = None
    except FileNotFoundError as error:
        raised = type(error).__name__
    files = api.list_repo_files(repo, repo_type="dataset")
    on_hub = sum(file.endswith(".parquet") for file in files)
    return {"shards_pushed": 2, "shards_on_hub": on_hub, "raised": raised}


if __name__ == "__main__":
    if "HF_ENDPOINT" not in os.environ:
        sys.exit(print("needs HF_ENDPOINT: start python -m mockhub", file=sys.stderr) or 125)
    try:
        print(json.dumps(evidence := measure()))
    except Exception:  # a crash is no evidence: git bisect run skips 125
        sys.excepthook(*sys.exc_info())
        sys.exit(125)
    sys.exit(int(evidence["shards_on_hub"] < evidence["shards_pushed"]))

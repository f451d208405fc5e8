# /// script
# requires-python = ">=3.11"
# dependencies = ["datasets>=4.4.0"]
# ///
"""A dataset card without sizes or splits ends a push with a TypeError, once all is uploaded.

datasets 4.8.0 to 5.2.0, since https://github.com/huggingface/datasets/pull/8064: cards that were
written by hand, or by an old `dataset_infos.json`. Needs HF_ENDPOINT, HF_TOKEN.
"""

import json
import os
import sys

CARD = "---\ndataset_info:\n  features:\n  - name: row\n    dtype: int64\n"
SPLITS = "  splits:\n  - name: train\n    num_examples: 1\n"
INFOS = {"default": {"features": {"row": {"dtype": "int64", "_type": "Value"}}}}
FILES = {
    "no_splits": ("README.md", CARD + "---\n"),
    "no_sizes": ("README.md", CARD + SPLITS + "---\n"),
    "dataset_infos": ("dataset_infos.json", json.dumps(INFOS)),
}


def measure() -> dict:
    from datasets import Dataset
    from huggingface_hub import CommitOperationAdd, HfApi

    api, raised, shards = HfApi(os.environ["HF_ENDPOINT"]), {}, {}
    for case, (path, text) in FILES.items():
        api.delete_repo(f"card-{case}", repo_type="dataset", missing_ok=True)
        repo = api.create_repo(f"card-{case}", repo_type="dataset", private=True).repo_id
        file = CommitOperationAdd(path, text.encode())
        api.create_commit(repo, [file], commit_message="Describe the data", repo_type="dataset")
        try:
            Dataset.from_dict({"row": [1, 2, 3]}).push_to_hub(repo)
        except TypeError as error:
            raised[case] = f"TypeError: {error}"
        files = api.list_repo_files(repo, repo_type="dataset")
        shards[case] = sum(file.endswith(".parquet") for file in files)
    return {"shards_pushed": 1, "shards_on_hub": shards, "raised": raised}


if __name__ == "__main__":
    if "HF_ENDPOINT" not in os.environ:
        sys.exit(print("needs HF_ENDPOINT: start python -m mockhub", file=sys.stderr) or 125)
    try:
        print(json.dumps(evidence := measure()))
    except Exception:  # a crash is no evidence: git bisect run skips 125
        sys.exit(sys.excepthook(*sys.exc_info()) or 125)
    sys.exit(int(bool(evidence["raised"])))

# /// script
# requires-python = ">=3.11"
# dependencies = ["datasets>=4.4.0"]
# ///
"""A DatasetDict that is pushed again without one of its splits cannot be loaded any more.

datasets 4.8.0 to 5.0.0, from https://github.com/huggingface/datasets/pull/8064 on; ended by
https://github.com/huggingface/datasets/pull/8367. The shards of the split are deleted, and the card
goes on to name them. Needs HF_ENDPOINT, HF_TOKEN.
"""

import json
import os
import sys


def measure() -> dict:
    from datasets import Dataset, DatasetDict, load_dataset
    from huggingface_hub import HfApi

    api, name = HfApi(os.environ["HF_ENDPOINT"]), "dict-drops-split-unloadable"
    api.delete_repo(name, repo_type="dataset", missing_ok=True)
    repo = api.create_repo(name, repo_type="dataset", private=True).repo_id
    rows, loaded, raised = Dataset.from_dict({"row": [1, 2, 3]}), {}, None
    DatasetDict(train=rows, test=rows).push_to_hub(repo)
    DatasetDict(train=rows).push_to_hub(repo)
    try:
        loaded = {split: len(rows) for split, rows in load_dataset(repo).items()}
    except ValueError as error:
        raised = f"ValueError: {error}"
    return {"rows_pushed": {"train": len(rows)}, "rows_loaded": loaded, "raised": raised}


if __name__ == "__main__":
    if "HF_ENDPOINT" not in os.environ:
        sys.exit(print("needs HF_ENDPOINT: start python -m mockhub", file=sys.stderr) or 125)
    try:
        print(json.dumps(evidence := measure()))
    except Exception:  # a crash is no evidence: git bisect run skips 125
        sys.excepthook(*sys.exc_info())
        sys.exit(125)
    sys.exit(int(evidence["rows_loaded"] != evidence["rows_pushed"]))

# /// script
# requires-python = ">=3.11"
# dependencies = ["datasets>=4.4.0"]
# ///
"""A split without rows is pushed without a word, and then the dataset cannot be loaded.

datasets 4.4.0 to 5.2.0: load_dataset raises `Instruction "test" corresponds to no data!` for all
splits. So end filters that leave nothing of one: https://github.com/huggingface/datasets/pull/606.
Needs HF_ENDPOINT, HF_TOKEN.
"""

import json
import os
import sys

ROWS = {"train": 3, "test": 0}


def measure() -> dict:
    from datasets import Dataset, load_dataset
    from huggingface_hub import HfApi

    api, name = HfApi(os.environ["HF_ENDPOINT"]), "empty-split-unloadable"
    api.delete_repo(name, repo_type="dataset", missing_ok=True)
    repo = api.create_repo(name, repo_type="dataset", private=True).repo_id
    refused, raised, loaded = None, None, {}
    rows = Dataset.from_dict({"row": list(range(max(ROWS.values())))})
    try:
        for split, count in ROWS.items():
            rows.select(range(count)).push_to_hub(repo, split=split)
    except ValueError as error:
        refused = f"ValueError: {error}"
    try:
        loaded = {split: len(rows) for split, rows in load_dataset(repo).items()}
    except ValueError as error:
        raised = f"ValueError: {error}"
    return {"rows_pushed": ROWS, "refused": refused, "rows_loaded": loaded, "raised": raised}


if __name__ == "__main__":
    if "HF_ENDPOINT" not in os.environ:
        sys.exit(print("needs HF_ENDPOINT: start python -m mockhub", file=sys.stderr) or 125)
    try:
        print(json.dumps(evidence := measure()))
    except Exception:  # a crash is no evidence: git bisect run skips 125
        sys.excepthook(*sys.exc_info())
        sys.exit(125)
    sys.exit(int(bool(evidence["raised"])))

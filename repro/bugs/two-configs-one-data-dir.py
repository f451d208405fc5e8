# /// script
# requires-python = ">=3.11"
# dependencies = ["datasets>=4.4.0"]
# ///
"""Of two configs pushed to one data_dir the second replaces the shards of the first.

datasets 4.4.0 to 5.2.0, since https://github.com/huggingface/datasets/pull/6634. Nothing raises,
and the first config loads the rows of the second. Needs HF_ENDPOINT, HF_TOKEN.
"""

import json
import os
import sys

CONFIGS = {"raw": [1, 2, 3], "derivatives": [4, 5, 6]}


def measure() -> dict:
    from datasets import Dataset, load_dataset
    from huggingface_hub import HfApi

    api, name = HfApi(os.environ["HF_ENDPOINT"]), "two-configs-one-data-dir"
    api.delete_repo(name, repo_type="dataset", missing_ok=True)
    repo = api.create_repo(name, repo_type="dataset", private=True).repo_id
    pushed, loaded, refused = {}, {}, None
    for config, rows in CONFIGS.items():
        try:
            Dataset.from_dict({"row": rows}).push_to_hub(repo, config, data_dir="scans")
            pushed[config] = rows
        except ValueError as error:
            refused = f"ValueError: {error}"
    for config in pushed:
        loaded[config] = list(load_dataset(repo, config, split="train")["row"])
    return {"rows_pushed": pushed, "rows_loaded": loaded, "refused": refused}


if __name__ == "__main__":
    if "HF_ENDPOINT" not in os.environ:
        sys.exit(print("needs HF_ENDPOINT: start python -m mockhub", file=sys.stderr) or 125)
    try:
        print(json.dumps(evidence := measure()))
    except Exception:  # a crash is no evidence: git bisect run skips 125
        sys.excepthook(*sys.exc_info())
        sys.exit(125)
    sys.exit(int(evidence["rows_loaded"] != evidence["rows_pushed"]))

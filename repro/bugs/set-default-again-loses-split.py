# /// script
# requires-python = ">=3.11"
# dependencies = ["datasets>=4.4.0"]
# ///
"""Pushing another split of the default config with set_default=True leaves it out of the card.

datasets 4.4.0 to 5.2.0, since https://github.com/huggingface/datasets/pull/6500, without an
error. The config does not load then, and is the default one no more. Needs HF_ENDPOINT, HF_TOKEN.
"""

import json
import os
import sys


def measure() -> dict:
    from datasets import Dataset, load_dataset
    from datasets.exceptions import ExpectedMoreSplitsError
    from huggingface_hub import DatasetCard, HfApi

    api, rows = HfApi(os.environ["HF_ENDPOINT"]), Dataset.from_dict({"row": [1, 2, 3]})
    name, raised = "set-default-again", None
    api.delete_repo(name, repo_type="dataset", missing_ok=True)
    repo = api.create_repo(name, repo_type="dataset", private=True).repo_id
    rows.push_to_hub(repo, "raw", set_default=True)
    rows.push_to_hub(repo, "raw", split="test", set_default=True)
    (config,) = DatasetCard.load(repo).data.configs
    try:
        load_dataset(repo, "raw")
    except ExpectedMoreSplitsError as error:
        raised = f"ExpectedMoreSplitsError: {error}"
    return {
        "splits_pushed": ["train", "test"],
        "splits_in_card": [files["split"] for files in config["data_files"]],
        "default_in_card": config.get("default", False),
        "raised": raised,
    }


if __name__ == "__main__":
    if "HF_ENDPOINT" not in os.environ:
        sys.exit(print("needs HF_ENDPOINT: start python -m mockhub", file=sys.stderr) or 125)
    try:
        print(json.dumps(evidence := measure()))
    except Exception:  # a crash is no evidence: git bisect run skips 125
        sys.excepthook(*sys.exc_info())
        sys.exit(125)
    sys.exit(int(evidence["splits_in_card"] != evidence["splits_pushed"]))

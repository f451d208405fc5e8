# /// script
# requires-python = ">=3.11"
# dependencies = ["datasets>=4.4.0"]
# ///
"""Pushing another split of a config drops `default: true` and all else its card says of it.

datasets 4.4.0 to 5.2.0, since https://github.com/huggingface/datasets/pull/5331. load_dataset
took that config, and asks for a name from then on. Needs HF_ENDPOINT, HF_TOKEN.
"""

import json
import os
import sys


def measure() -> dict:
    from datasets import Dataset, load_dataset
    from huggingface_hub import CommitOperationAdd, DatasetCard, HfApi

    api, name = HfApi(os.environ["HF_ENDPOINT"]), "default-config-lost"
    api.delete_repo(name, repo_type="dataset", missing_ok=True)
    repo = api.create_repo(name, repo_type="dataset", private=True).repo_id
    rows, keys = Dataset.from_dict({"row": [1, 2, 3]}), []

    def of_raw(card: DatasetCard) -> dict:
        return next(config for config in card.data.configs if config["config_name"] == "raw")

    rows.push_to_hub(repo, "raw", set_default=True)
    rows.push_to_hub(repo, "derivatives")
    card = DatasetCard.load(repo)
    of_raw(card)["description"] = "as the scanner wrote them"
    file = CommitOperationAdd("README.md", str(card).encode())
    api.create_commit(repo, [file], commit_message="Describe it", repo_type="dataset")
    keys.append(sorted(of_raw(DatasetCard.load(repo))))
    rows_loaded, raised = [len(load_dataset(repo, split="train"))], None
    rows.push_to_hub(repo, "raw", split="test")
    keys.append(sorted(of_raw(DatasetCard.load(repo))))
    try:
        rows_loaded.append(len(load_dataset(repo, split="train")))
    except ValueError as error:
        raised = f"ValueError: {str(error).splitlines()[0]}"
    lost = sorted(set(keys[0]) - set(keys[1]))
    return {"keys_in_card": keys, "keys_lost": lost, "rows_loaded": rows_loaded, "raised": raised}


if __name__ == "__main__":
    if "HF_ENDPOINT" not in os.environ:
        sys.exit(print("needs HF_ENDPOINT: start python -m mockhub", file=sys.stderr) or 125)
    try:
        print(json.dumps(evidence := measure()))
    except Exception:  # a crash is no evidence: git bisect run skips 125
        sys.excepthook(*sys.exc_info())
        sys.exit(125)
    sys.exit(int(bool(evidence["keys_lost"])))

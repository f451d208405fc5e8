# /// script
# requires-python = ">=3.11"
# dependencies = ["datasets>=4.4.0"]
# ///
"""push_to_hub(num_shards=0) deletes the shards that are on the Hub and uploads none in their place.

datasets 4.4.0 to 5.2.0. The card still counts the rows that are gone, and nothing raises. Files are
deleted by what is not uploaded since https://github.com/huggingface/datasets/pull/6269. Needs
HF_ENDPOINT, HF_TOKEN.
"""

import json
import os
import sys

ROWS = 3


def measure() -> dict:
    from datasets import Dataset
    from huggingface_hub import DatasetCard, HfApi

    api, name = HfApi(os.environ["HF_ENDPOINT"]), "num-shards-zero-empties-split"
    api.delete_repo(name, repo_type="dataset", missing_ok=True)
    repo = api.create_repo(name, repo_type="dataset", private=True).repo_id
    rows, shards, raised = Dataset.from_dict({"row": list(range(ROWS))}), [], None
    for num_shards in (1, 0):
        try:
            rows.push_to_hub(repo, num_shards=num_shards)
        except ValueError as error:  # as for other arguments that make no sense
            raised = f"ValueError: {error}"
        files = api.list_repo_files(repo, repo_type="dataset")
        shards.append(sum(file.endswith(".parquet") for file in files))
    card = DatasetCard.load(repo).data.to_dict()["dataset_info"]
    return {
        "shards_before": shards[0],
        "shards_after": shards[1],
        "rows_in_card": card["splits"][0]["num_examples"],
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
    sys.exit(int(evidence["shards_after"] < evidence["shards_before"]))

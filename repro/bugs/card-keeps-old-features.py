# /// script
# requires-python = ">=3.11"
# dependencies = ["datasets>=4.4.0"]
# ///
"""A split pushed again with other columns cannot be loaded: the card keeps the old features.

datasets 4.8.0 to 5.2.0, https://github.com/huggingface/datasets/issues/8608. Where the names of
labels differ nothing raises: rows come back with other labels. Needs HF_ENDPOINT, HF_TOKEN.
"""

import json
import os
import sys


def measure() -> dict:
    from datasets import ClassLabel, Dataset, Features, exceptions, load_dataset
    from huggingface_hub import HfApi

    api = HfApi(os.environ["HF_ENDPOINT"])

    def pushed_twice(name: str, *versions: Dataset) -> str:
        api.delete_repo(name, repo_type="dataset", missing_ok=True)
        repo = api.create_repo(name, repo_type="dataset", private=True).repo_id
        for version in versions:
            version.push_to_hub(repo)
        return repo

    def subject(column: str) -> Dataset:
        return Dataset.from_dict({"subject": ["sub-1"], column: [40]})

    def labelled(*names: str) -> Dataset:
        rows = {"group": [names.index("patient")]}
        return Dataset.from_dict(rows, features=Features({"group": ClassLabel(names=names)}))

    renamed = pushed_twice("renamed-column", subject("age"), subject("years"))
    try:
        loaded, raised = load_dataset(renamed, split="train").column_names, None
    except exceptions.DatasetGenerationError as error:
        loaded, raised = None, type(error).__name__
    old, new = labelled("control", "patient"), labelled("patient", "control")
    rows = load_dataset(pushed_twice("other-labels", old, new), split="train")
    return {
        "columns_pushed": ["subject", "years"],
        "columns_loaded": loaded,
        "raised": raised,
        "label_pushed": "patient",
        "label_loaded": rows.features["group"].int2str(rows[0]["group"]),
    }


if __name__ == "__main__":
    if "HF_ENDPOINT" not in os.environ:
        sys.exit(print("needs HF_ENDPOINT: start python -m mockhub", file=sys.stderr) or 125)
    try:
        print(json.dumps(evidence := measure()))
    except Exception:  # a crash is no evidence: git bisect run skips 125
        sys.exit(sys.excepthook(*sys.exc_info()) or 125)
    loaded = (evidence["columns_loaded"], evidence["label_loaded"])
    sys.exit(int(loaded != (evidence["columns_pushed"], evidence["label_pushed"])))

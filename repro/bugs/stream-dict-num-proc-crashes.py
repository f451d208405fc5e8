# /// script
# requires-python = ">=3.11"
# dependencies = ["datasets>=4.4.0"]
# ///
"""An IterableDatasetDict cannot be pushed with num_proc if a split has fewer shards: IndexError.

datasets 4.4.0 to 4.7.0, as in https://github.com/huggingface/datasets/pull/8062. A split gets as
many workers as num_proc, whether it has shards for them or not. Needs HF_ENDPOINT, HF_TOKEN.
"""

import json
import os
import sys
from collections.abc import Iterator

SPLITS = {"train": [0, 1, 2], "test": [0]}


def rows(numbers: list[int]) -> Iterator[dict]:
    yield from ({"row": number} for number in numbers)


def measure() -> dict:
    from datasets import Features, IterableDataset, IterableDatasetDict, Value, load_dataset
    from huggingface_hub import HfApi

    api, name = HfApi(os.environ["HF_ENDPOINT"]), "stream-dict-num-proc-crashes"
    api.delete_repo(name, repo_type="dataset", missing_ok=True)
    repo = api.create_repo(name, repo_type="dataset", private=True).repo_id
    features = Features({"row": Value("int64")})
    streams = {
        split: IterableDataset.from_generator(rows, features, {"numbers": numbers})  # a shard a row
        for split, numbers in SPLITS.items()
    }
    loaded, raised = {}, None
    try:
        IterableDatasetDict(streams).push_to_hub(repo, num_proc=2)
    except IndexError as error:
        raised = f"IndexError: {error}"
    else:
        loaded = {split: list(rows["row"]) for split, rows in load_dataset(repo).items()}
    return {"rows_pushed": SPLITS, "rows_loaded": loaded, "raised": raised}


if __name__ == "__main__":
    if "HF_ENDPOINT" not in os.environ:
        sys.exit(print("needs HF_ENDPOINT: start python -m mockhub", file=sys.stderr) or 125)
    try:
        print(json.dumps(evidence := measure()))
    except Exception:  # a crash is no evidence: git bisect run skips 125
        sys.excepthook(*sys.exc_info())
        sys.exit(125)
    sys.exit(int(evidence["rows_loaded"] != evidence["rows_pushed"]))

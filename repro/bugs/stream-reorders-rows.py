# /// script
# requires-python = ">=3.11"
# dependencies = ["datasets>=4.4.0"]
# ///
"""A stream that is pushed in more shards than it has comes back in another order, or not at all.

datasets 4.4.0 to 5.2.0, since https://github.com/huggingface/datasets/pull/7595. Up to 5.0.1 it is
an IndexError; since 5.1.0 the rows of a source are dealt to its shards one by one, and load_dataset
reads one shard after the other: slices of a scan are mixed up. Needs HF_ENDPOINT, HF_TOKEN.
"""

import json
import os
import sys
from collections.abc import Iterator

ROWS, SHARDS = list(range(10)), 3


def rows() -> Iterator[dict]:
    yield from ({"row": row} for row in ROWS)


def measure() -> dict:
    from datasets import Features, IterableDataset, Value, load_dataset
    from huggingface_hub import HfApi

    api, name = HfApi(os.environ["HF_ENDPOINT"]), "stream-reorders-rows"
    api.delete_repo(name, repo_type="dataset", missing_ok=True)
    repo = api.create_repo(name, repo_type="dataset", private=True).repo_id
    features = Features({"row": Value("int64")})
    stream = IterableDataset.from_generator(rows, features)
    try:
        stream.push_to_hub(repo, num_shards=SHARDS)
    except IndexError as error:
        return {"rows_pushed": ROWS, "rows_loaded": [], "raised": f"IndexError: {error}"}
    loaded = list(load_dataset(repo, split="train")["row"])
    return {"rows_pushed": ROWS, "rows_loaded": loaded, "raised": None}


if __name__ == "__main__":
    if "HF_ENDPOINT" not in os.environ:
        sys.exit(print("needs HF_ENDPOINT: start python -m mockhub", file=sys.stderr) or 125)
    try:
        print(json.dumps(evidence := measure()))
    except Exception:  # a crash is no evidence: git bisect run skips 125
        sys.excepthook(*sys.exc_info())
        sys.exit(125)
    sys.exit(int(evidence["rows_loaded"] != evidence["rows_pushed"]))

# /// script
# requires-python = ">=3.11"
# dependencies = ["datasets>=4.4.0"]
# ///
"""A stream cannot be pushed to a second split: TypeError, once all its shards are uploaded.

datasets 4.4.0 to 4.6.1; https://github.com/huggingface/datasets/pull/8041 ended it. The card of the
repository is updated with the length of the stream, and a stream has none. Needs HF_ENDPOINT,
HF_TOKEN.
"""

import json
import os
import sys
from collections.abc import Iterator

PUSHED = [("train", 2), ("test", 3), ("test", 4)]


def rows(count: int) -> Iterator[dict]:
    yield from ({"row": row} for row in range(count))


def measure() -> dict:
    from datasets import Features, IterableDataset, Value, load_dataset
    from huggingface_hub import HfApi

    api, name = HfApi(os.environ["HF_ENDPOINT"]), "stream-second-split-crashes"
    api.delete_repo(name, repo_type="dataset", missing_ok=True)
    repo = api.create_repo(name, repo_type="dataset", private=True).repo_id
    raised, features = {}, Features({"row": Value("int64")})
    for split, count in PUSHED:
        stream = IterableDataset.from_generator(rows, features, {"count": count})
        try:
            stream.push_to_hub(repo, split=split)
        except TypeError as error:
            raised[f"{split}_{count}"] = f"TypeError: {error}"
    loaded = {split: len(rows) for split, rows in load_dataset(repo).items()}
    return {"rows_pushed": dict(PUSHED), "rows_loaded": loaded, "raised": raised}


if __name__ == "__main__":
    if "HF_ENDPOINT" not in os.environ:
        sys.exit(print("needs HF_ENDPOINT: start python -m mockhub", file=sys.stderr) or 125)
    try:
        print(json.dumps(evidence := measure()))
    except Exception:  # a crash is no evidence: git bisect run skips 125
        sys.excepthook(*sys.exc_info())
        sys.exit(125)
    sys.exit(int(evidence["rows_loaded"] != evidence["rows_pushed"]))

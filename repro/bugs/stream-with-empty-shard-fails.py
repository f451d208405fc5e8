# /// script
# requires-python = ">=3.11"
# dependencies = ["datasets>=4.4.0"]
# ///
"""A stream cannot be pushed if a filter leaves nothing of one of its shards: ArrowInvalid.

datasets 4.4.0 to 5.2.0, since https://github.com/huggingface/datasets/pull/7595. Streams
that are filtered for one subject or one site end so. Needs HF_ENDPOINT, HF_TOKEN.
"""

import json
import os
import sys

ROWS, SHARDS = 6, 3  # so rows 2 and 3 are a shard


def measure() -> dict:
    import pyarrow as pa
    from datasets import Dataset
    from huggingface_hub import HfApi

    api, name = HfApi(os.environ["HF_ENDPOINT"]), "stream-with-empty-shard-fails"
    api.delete_repo(name, repo_type="dataset", missing_ok=True)
    repo = api.create_repo(name, repo_type="dataset", private=True).repo_id
    rows = Dataset.from_dict({"row": list(range(ROWS))}).to_iterable_dataset(num_shards=SHARDS)
    rows_left, raised = {}, {}
    for split, dropped in {"no_shard_empty": {1, 3}, "one_shard_empty": {2, 3}}.items():
        stream = rows.filter(lambda row, dropped=dropped: row["row"] not in dropped)
        rows_left[split] = [len(list(stream.shard(SHARDS, index))) for index in range(SHARDS)]
        try:
            stream.push_to_hub(repo, split=split)
        except pa.ArrowInvalid as error:
            raised[split] = str(error)
    return {"rows_left_of_shards": rows_left, "raised": raised}


if __name__ == "__main__":
    if "HF_ENDPOINT" not in os.environ:
        sys.exit(print("needs HF_ENDPOINT: start python -m mockhub", file=sys.stderr) or 125)
    try:
        print(json.dumps(evidence := measure()))
    except Exception:  # a crash is no evidence: git bisect run skips 125
        sys.excepthook(*sys.exc_info())
        sys.exit(125)
    sys.exit(int("one_shard_empty" in evidence["raised"]))

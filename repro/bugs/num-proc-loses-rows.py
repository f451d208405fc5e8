# /// script
# requires-python = ">=3.11"
# dependencies = ["datasets>=4.4.0"]
# ///
"""push_to_hub(num_proc=4, num_shards=2) loses rows without a word; the card still counts them.

datasets 4.4.0 to 5.1.0, https://github.com/huggingface/datasets/pull/8044, whenever num_proc is
larger than num_shards. Nothing raises. Needs HF_ENDPOINT, HF_TOKEN.
"""

import json
import os
import sys

ROWS = 10


def measure() -> dict:
    import pyarrow.parquet as pq
    from datasets import Dataset
    from huggingface_hub import DatasetCard, HfApi

    api, name = HfApi(os.environ["HF_ENDPOINT"]), "num-proc-loses-rows"
    api.delete_repo(name, repo_type="dataset", missing_ok=True)
    repo = api.create_repo(name, repo_type="dataset", private=True).repo_id
    Dataset.from_dict({"row": list(range(ROWS))}).push_to_hub(repo, num_proc=4, num_shards=2)
    files = sorted(api.list_repo_files(repo, repo_type="dataset"))
    shards = [file for file in files if file.endswith(".parquet")]
    paths = [api.hf_hub_download(repo, shard, repo_type="dataset") for shard in shards]
    on_hub = [row for path in paths for row in pq.read_table(path)["row"].to_pylist()]
    card = DatasetCard.load(repo).data.to_dict()["dataset_info"]
    return {
        "rows_pushed": ROWS,
        "rows_in_card": card["splits"][0]["num_examples"],
        "rows_on_hub": len(on_hub),
        "rows_lost": sorted(set(range(ROWS)) - set(on_hub)),
        "in_order": on_hub == sorted(on_hub),
    }


if __name__ == "__main__":  # also what the spawned workers of datasets 5.2.0 need
    if "HF_ENDPOINT" not in os.environ:
        sys.exit(print("needs HF_ENDPOINT: start python -m mockhub", file=sys.stderr) or 125)
    try:
        print(json.dumps(evidence := measure()))
    except Exception:  # a crash is no evidence: git bisect run skips 125
        sys.excepthook(*sys.exc_info())
        sys.exit(125)
    sys.exit(int(evidence["rows_on_hub"] < ROWS or not evidence["in_order"]))

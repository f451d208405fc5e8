# /// script
# requires-python = ">=3.11"
# dependencies = ["datasets>=4.4.0"]
# ///
"""A push of more than 50 shards is committed in parts: in between, readers get a part of the rows.

datasets 4.4.0 to 5.2.0, since https://github.com/huggingface/datasets/pull/6269. The card comes
last, so nothing tells a reader what is missing, and a push that dies leaves it so: the subject of
https://github.com/huggingface/datasets/issues/5045. Needs HF_ENDPOINT, HF_TOKEN.
"""

import json
import os
import sys

ROWS = 51
os.environ["HF_HUB_DISABLE_XET"] = "1"  # one session for each shard: slower, and the same


def measure() -> dict:
    from datasets import Dataset, load_dataset
    from huggingface_hub import HfApi

    api, name = HfApi(os.environ["HF_ENDPOINT"]), "half-a-dataset-visible"
    api.delete_repo(name, repo_type="dataset", missing_ok=True)
    repo = api.create_repo(name, repo_type="dataset", private=True).repo_id
    Dataset.from_dict({"row": list(range(ROWS))}).push_to_hub(repo, num_shards=ROWS)
    shards, rows = [], []
    for commit in reversed(api.list_repo_commits(repo, repo_type="dataset")):
        files = api.list_repo_files(repo, repo_type="dataset", revision=commit.commit_id)
        if count := sum(file.endswith(".parquet") for file in files):
            shards.append(count)
        if count and count not in shards[:-1]:  # what a user reads who comes between two commits
            read = load_dataset(repo, split="train", revision=commit.commit_id, streaming=True)
            rows.append(sum(1 for _ in read))
    return {"rows_pushed": ROWS, "shards_after_each_commit": shards, "rows_read": rows}


if __name__ == "__main__":
    if "HF_ENDPOINT" not in os.environ:
        sys.exit(print("needs HF_ENDPOINT: start python -m mockhub", file=sys.stderr) or 125)
    try:
        print(json.dumps(evidence := measure()))
    except Exception:  # a crash is no evidence: git bisect run skips 125
        sys.excepthook(*sys.exc_info())
        sys.exit(125)
    sys.exit(int(min(evidence["rows_read"]) < ROWS))

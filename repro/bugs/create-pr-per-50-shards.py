# /// script
# requires-python = ">=3.11"
# dependencies = ["datasets>=4.4.0"]
# ///
"""push_to_hub(create_pr=True) of 51 shards opens three pull requests, each with some of the files.

datasets 4.4.0 to 5.2.0, since https://github.com/huggingface/datasets/pull/6269: every commit of 50
shards opens one, and the card opens the last. None of them is the dataset. Needs HF_ENDPOINT,
HF_TOKEN.
"""

import json
import os
import sys

SHARDS = 51
os.environ["HF_HUB_DISABLE_XET"] = "1"  # one session for each shard: slower, and the same


def measure() -> dict:
    from datasets import Dataset
    from huggingface_hub import HfApi

    api, name = HfApi(os.environ["HF_ENDPOINT"]), "create-pr-per-50-shards"
    api.delete_repo(name, repo_type="dataset", missing_ok=True)
    repo = api.create_repo(name, repo_type="dataset", private=True).repo_id
    rows = Dataset.from_dict({"row": list(range(SHARDS))})
    rows.push_to_hub(repo, num_shards=SHARDS, create_pr=True)
    shards = []
    for request in api.get_repo_discussions(repo, repo_type="dataset"):
        revision = f"refs/pr/{request.num}"
        files = api.list_repo_files(repo, repo_type="dataset", revision=revision)
        shards.append(sum(file.endswith(".parquet") for file in files))
    return {
        "shards_pushed": SHARDS,
        "pull_requests": len(shards),
        "shards_in_each": sorted(shards, reverse=True),
    }


if __name__ == "__main__":
    if "HF_ENDPOINT" not in os.environ:
        sys.exit(print("needs HF_ENDPOINT: start python -m mockhub", file=sys.stderr) or 125)
    try:
        print(json.dumps(evidence := measure()))
    except Exception:  # a crash is no evidence: git bisect run skips 125
        sys.excepthook(*sys.exc_info())
        sys.exit(125)
    sys.exit(int(evidence["shards_in_each"] != [SHARDS]))

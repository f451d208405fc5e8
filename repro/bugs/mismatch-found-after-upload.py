# /// script
# requires-python = ">=3.11"
# dependencies = ["datasets>=4.4.0"]
# ///
"""A split with other columns than those on the Hub is refused once all its shards are uploaded.

datasets 4.4.0 to 5.2.0, since https://github.com/huggingface/datasets/pull/4415: columns are
compared when the card is written. That may be hours and hundreds of GB too late. Needs HF_ENDPOINT,
HF_TOKEN.
"""

import json
import os
import sys

SHARDS = 3


def measure() -> dict:
    from datasets import Dataset
    from huggingface_hub import HfApi

    api, name = HfApi(os.environ["HF_ENDPOINT"]), "mismatch-found-after-upload"
    api.delete_repo(name, repo_type="dataset", missing_ok=True)
    repo = api.create_repo(name, repo_type="dataset", private=True).repo_id
    uploaded, original, raised = [], HfApi.preupload_lfs_files, None

    def counted(self: HfApi, repo_id: str, additions: list, **kwargs: object) -> None:
        original(self, repo_id, additions, **kwargs)
        uploaded.extend(additions)

    Dataset.from_dict({"age": [40]}).push_to_hub(repo)
    HfApi.preupload_lfs_files = counted
    try:
        rows = Dataset.from_dict({"years": list(range(SHARDS))})
        rows.push_to_hub(repo, split="test", num_shards=SHARDS)
    except ValueError as error:
        raised = f"ValueError: {str(error)[:80]}"
    return {"shards_pushed": SHARDS, "shards_uploaded_first": len(uploaded), "raised": raised}


if __name__ == "__main__":
    if "HF_ENDPOINT" not in os.environ:
        sys.exit(print("needs HF_ENDPOINT: start python -m mockhub", file=sys.stderr) or 125)
    try:
        print(json.dumps(evidence := measure()))
    except Exception:  # a crash is no evidence: git bisect run skips 125
        sys.excepthook(*sys.exc_info())
        sys.exit(125)
    sys.exit(int(bool(evidence["raised"]) and evidence["shards_uploaded_first"] > 0))

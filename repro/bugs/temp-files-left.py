# /// script
# requires-python = ">=3.11"
# dependencies = ["datasets>=4.4.0"]
# ///
"""push_to_hub leaves every shard behind in TMPDIR: the disk fills up with the whole dataset.

datasets 4.6.0; fixed in 4.6.1 (https://github.com/huggingface/datasets/pull/8030).
Needs HF_ENDPOINT, HF_TOKEN.
"""

import json
import os
import sys
import tempfile
from pathlib import Path


def measure(folder: Path) -> dict:
    from datasets import Dataset
    from huggingface_hub import HfApi

    api, name = HfApi(os.environ["HF_ENDPOINT"]), "temp-files-left"
    api.delete_repo(name, repo_type="dataset", missing_ok=True)
    repo = api.create_repo(name, repo_type="dataset", private=True).repo_id
    tempfile.tempdir = str(folder)
    Dataset.from_dict({"row": list(range(8))}).push_to_hub(repo, num_shards=4)
    left = list(folder.rglob("*.parquet"))
    size = sum(path.stat().st_size for path in left)
    return {"shards_pushed": 4, "files_left": len(left), "bytes_left": size}


if __name__ == "__main__":
    if "HF_ENDPOINT" not in os.environ:
        sys.exit(print("needs HF_ENDPOINT: start python -m mockhub", file=sys.stderr) or 125)
    try:
        with tempfile.TemporaryDirectory() as folder:
            print(json.dumps(evidence := measure(Path(folder))))
    except Exception:  # a crash is no evidence: git bisect run skips 125
        sys.excepthook(*sys.exc_info())
        sys.exit(125)
    sys.exit(int(evidence["files_left"] > 0))

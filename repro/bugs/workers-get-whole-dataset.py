# /// script
# requires-python = ">=3.11"
# dependencies = ["datasets>=4.4.0"]
# ///
"""push_to_hub(num_proc=...) sends every worker all of a dataset in memory, not its part.

datasets 4.4.0 to 5.2.0: https://github.com/huggingface/datasets/pull/8611. A shard is a slice,
and pickle writes the buffers below a slice whole. Needs HF_ENDPOINT, HF_TOKEN.
"""

import json
import os
import sys
from multiprocessing import connection

ROWS, SIZE, WORKERS = 64, 2**16, 4


def measure() -> dict:
    from datasets import Dataset
    from huggingface_hub import HfApi
    from multiprocess import connection as multiprocess

    api, name = HfApi(os.environ["HF_ENDPOINT"]), "workers-get-whole-dataset"
    api.delete_repo(name, repo_type="dataset", missing_ok=True)
    repo = api.create_repo(name, repo_type="dataset", private=True).repo_id
    rows = Dataset.from_dict({"bytes": [os.urandom(SIZE) for _ in range(ROWS)]})
    sent = []

    def count(kind: type) -> None:
        original = kind._send_bytes
        kind._send_bytes = lambda self, data: (sent.append(len(data)), original(self, data))[1]

    count(multiprocess.Connection)
    count(connection.Connection)  # of executors
    rows.push_to_hub(repo, num_shards=WORKERS, num_proc=WORKERS)
    if sum(sent) < rows.data.nbytes / 2:
        raise RuntimeError("the workers got their rows by another way")
    return {
        "dataset_bytes": rows.data.nbytes,
        "workers": WORKERS,
        "bytes_sent_to_workers": sum(sent),
        "largest_message_bytes": max(sent, default=0),
    }


if __name__ == "__main__":
    if "HF_ENDPOINT" not in os.environ:
        sys.exit(print("needs HF_ENDPOINT: start python -m mockhub", file=sys.stderr) or 125)
    try:
        print(json.dumps(evidence := measure()))
    except Exception:  # a crash is no evidence: git bisect run skips 125
        sys.excepthook(*sys.exc_info())
        sys.exit(125)
    sys.exit(int(evidence["bytes_sent_to_workers"] > 2 * evidence["dataset_bytes"]))

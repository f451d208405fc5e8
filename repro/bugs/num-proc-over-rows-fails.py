# /// script
# requires-python = ">=3.11"
# dependencies = ["datasets>=4.4.0"]
# ///
"""A split of fewer rows than shards cannot be pushed: IndexError, and nobody asked for shards.

datasets 4.4.0 to 5.2.0, https://github.com/huggingface/datasets/issues/7443. num_proc is taken for
the least number of shards, and a row larger than max_shard_size for several.
Needs HF_ENDPOINT, HF_TOKEN.
"""

import json
import os
import sys

ROWS = 2
CASES = {"num_proc_3": {"num_proc": 3}, "max_shard_size_1000": {"max_shard_size": 1000}}


def measure() -> dict:
    from datasets import Dataset
    from huggingface_hub import HfApi

    api, name = HfApi(os.environ["HF_ENDPOINT"]), "num-proc-over-rows-fails"
    api.delete_repo(name, repo_type="dataset", missing_ok=True)
    repo = api.create_repo(name, repo_type="dataset", private=True).repo_id
    rows, raised = Dataset.from_dict({"scan": [b"\0" * 2000] * ROWS}), {}
    for case, arguments in CASES.items():
        try:
            rows.push_to_hub(repo, split=case, **arguments)
        except IndexError as error:
            raised[case] = str(error)
    files = api.list_repo_files(repo, repo_type="dataset")
    on_hub = [case for case in CASES if any(file.startswith(f"data/{case}-") for file in files)]
    evidence = {"rows_per_split": ROWS, "splits_pushed": len(CASES), "splits_on_hub": len(on_hub)}
    return evidence | {"raised": raised}


if __name__ == "__main__":  # also what the spawned workers of datasets 5.2.0 need
    if "HF_ENDPOINT" not in os.environ:
        sys.exit(print("needs HF_ENDPOINT: start python -m mockhub", file=sys.stderr) or 125)
    try:
        print(json.dumps(evidence := measure()))
    except Exception:  # a crash is no evidence: git bisect run skips 125
        sys.excepthook(*sys.exc_info())
        sys.exit(125)
    sys.exit(int(evidence["splits_on_hub"] < evidence["splits_pushed"]))

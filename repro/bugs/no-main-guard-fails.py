# /// script
# requires-python = ">=3.11"
# dependencies = ["datasets>=4.4.0"]
# ///
"""push_to_hub(num_proc=2) in a script without `if __name__ == "__main__"` pushes nothing.

datasets 4.8.0 to 5.2.0, since https://github.com/huggingface/datasets/pull/8064 spawns workers:
each runs the script again, and Python ends it. 4.7.0 forked them, and pushes. Needs HF_ENDPOINT,
HF_TOKEN.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

SECONDS = 60
SCRIPT = """
from datasets import Dataset
Dataset.from_dict({"row": list(range(8))}).push_to_hub("REPO", num_proc=2, num_shards=2)
"""


def measure(folder: Path) -> dict:
    from huggingface_hub import HfApi

    api, name = HfApi(os.environ["HF_ENDPOINT"]), "no-main-guard-fails"
    api.delete_repo(name, repo_type="dataset", missing_ok=True)
    repo = api.create_repo(name, repo_type="dataset", private=True).repo_id
    script, log = folder / "push.py", folder / "log"
    script.write_text(SCRIPT.replace("REPO", repo))
    with log.open("w") as output:
        child = subprocess.Popen([sys.executable, script], stderr=output, start_new_session=True)
        try:
            exit_status = child.wait(SECONDS)
        except subprocess.TimeoutExpired:
            exit_status = f"none after {SECONDS} s"
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
    files, text = api.list_repo_files(repo, repo_type="dataset"), log.read_text()
    evidence = {"shards_pushed": 2, "exit_status": exit_status}
    evidence["shards_on_hub"] = sum(file.endswith(".parquet") for file in files)
    evidence["workers_that_ran_the_script"] = text.count("start a new process before the")
    if exit_status and not evidence["workers_that_ran_the_script"]:
        raise RuntimeError(f"it failed for another reason: {text[-500:]}")
    return evidence


if __name__ == "__main__":
    if "HF_ENDPOINT" not in os.environ:
        sys.exit(print("needs HF_ENDPOINT: start python -m mockhub", file=sys.stderr) or 125)
    try:
        with tempfile.TemporaryDirectory() as folder:
            print(json.dumps(evidence := measure(Path(folder))))
    except Exception:  # a crash is no evidence: git bisect run skips 125
        sys.exit(sys.excepthook(*sys.exc_info()) or 125)
    sys.exit(int(evidence["shards_on_hub"] < evidence["shards_pushed"]))

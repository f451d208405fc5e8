"""Upload once, in a process of its own, and print what it took: started by upload.py."""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import hf_xet  # noqa: F401 - part of the baseline
import pyarrow.parquet  # noqa: F401 - likewise
from datasets import Dataset, Features, Nifti
from huggingface_hub import HfApi

from workaround import push_to_hub

REPO = "user/data"


def status(field: str) -> int:
    """A size of this process in bytes (proc_pid_status(5))."""
    text = Path("/proc/self/status").read_text()
    return int(text.split(f"{field}:")[1].split()[0]) * 1024


def bytes_read() -> int:
    """By the read calls of this process so far (proc_pid_io(5))."""
    return int(Path("/proc/self/io").read_text().split("rchar:")[1].split()[0])


def way(name: str, folder: Path, num_shards: int) -> Callable[[], object]:
    """Return the call to measure."""
    if name == "upload_folder":
        api = HfApi()
        api.create_repo(REPO, repo_type="dataset")
        return lambda: api.upload_folder(repo_id=REPO, folder_path=folder, repo_type="dataset")
    paths = sorted(map(str, folder.iterdir()))
    rows = Dataset.from_dict({"scan": paths}, features=Features({"scan": Nifti()}))
    push = push_to_hub if name == "uploader" else Dataset.push_to_hub
    return lambda: push(rows, REPO, num_shards=num_shards)


def main() -> None:
    """Upload as the command line says: a way, a folder and a number of shards."""
    name, folder, num_shards = sys.argv[1:]
    upload = way(name, Path(folder), int(num_shards))
    baseline, read, begin = status("VmHWM"), bytes_read(), time.perf_counter()
    upload()
    seconds = time.perf_counter() - begin
    taken = {
        "seconds": seconds,
        "baseline_bytes": baseline,
        "rise_bytes": status("VmHWM") - baseline,
        "bytes_read": bytes_read() - read,
    }
    print(json.dumps(taken))


if __name__ == "__main__":
    main()

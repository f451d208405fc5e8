"""Upload once, in a process of its own, and print what it took: started by upload.py."""

import hashlib
import json
import socket
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import hf_xet  # noqa: F401 - part of the baseline
import numpy as np
import pyarrow.parquet  # noqa: F401 - likewise
from datasets import Dataset, Features, Nifti
from huggingface_hub import HfApi

from workaround import push_to_hub

REPO = "user/data"
BLOCK = 1 << 20


def status(field: str) -> int:
    """A size of this process in bytes (proc_pid_status(5))."""
    text = Path("/proc/self/status").read_text()
    return int(text.split(f"{field}:")[1].split()[0]) * 1024


def bytes_read() -> int:
    """By the read calls of this process so far (proc_pid_io(5))."""
    return int(Path("/proc/self/io").read_text().split("rchar:")[1].split()[0])


def floor(folder: Path) -> None:
    """Read files, hash them and send them through a socket, as every upload has to."""
    sender, receiver = socket.socketpair()

    def receive() -> None:
        while receiver.recv(BLOCK):
            pass

    thread = threading.Thread(target=receive, daemon=True)
    thread.start()
    digest = hashlib.sha256()
    for path in sorted(filter(Path.is_file, folder.rglob("*"))):
        with path.open("rb", buffering=0) as file:
            while block := file.read(BLOCK):
                digest.update(block)
                sender.sendall(block)
    sender.close()
    thread.join()


def table(folder: Path, rows: int, columns: int) -> Dataset:
    """Return the files of a folder, or rows of numbers."""
    if rows:
        numbers = np.random.default_rng(0).integers(0, 2**31, (columns, rows))
        return Dataset.from_dict({f"column_{at}": values for at, values in enumerate(numbers)})
    paths = sorted(map(str, folder.iterdir()))
    return Dataset.from_dict({"scan": paths}, features=Features({"scan": Nifti()}))


def way(name: str, folder: Path, num_shards: int, rows: int, columns: int) -> Callable[[], object]:
    """Return the call to measure."""
    if name == "floor":
        return lambda: floor(folder)
    if name == "upload_folder":
        api = HfApi()
        api.create_repo(REPO, repo_type="dataset")
        return lambda: api.upload_folder(repo_id=REPO, folder_path=folder, repo_type="dataset")
    dataset = table(folder, rows, columns)
    push = push_to_hub if name == "uploader" else Dataset.push_to_hub
    return lambda: push(dataset, REPO, num_shards=num_shards)


def main() -> None:
    """Upload as the command line says: a way, a folder, and numbers of shards, rows and columns."""
    name, folder, *numbers = sys.argv[1:]
    upload = way(name, Path(folder), *map(int, numbers))
    baseline, read, cpu = status("VmHWM"), bytes_read(), time.process_time()
    begin = time.perf_counter()
    upload()
    seconds = time.perf_counter() - begin
    taken = {
        "seconds": seconds,
        "cpu_seconds": time.process_time() - cpu,
        "rise_bytes": status("VmHWM") - baseline,
        "bytes_read": bytes_read() - read,
    }
    print(json.dumps(taken))


if __name__ == "__main__":
    main()

"""A Dask cluster: a scheduler and two workers, each in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import workaround


@dataclass(frozen=True)
class Cluster:
    """A running cluster.

    Attributes:
        address: Of the scheduler.
        workers: Their processes.
        folder: Of the logs of all processes, and of the workers' temporary files.
    """

    address: str
    workers: list[subprocess.Popen[bytes]]
    folder: Path

    def logs(self) -> str:
        """Return the logs of all processes."""
        return "".join(log.read_text() for log in self.folder.glob("*.log"))


@contextmanager
def dask_cluster(folder: Path, cwd: Path) -> Iterator[Cluster]:
    """Run a cluster whose workers have no token, and another working folder than the caller."""
    processes = []

    def start(name: str, kind: str, *options: str) -> subprocess.Popen[bytes]:
        env = {name: value for name, value in os.environ.items() if name != "HF_TOKEN"}
        env |= {
            "TMPDIR": str(folder),
            "PYTHONPATH": str(Path(workaround.__file__).parents[1]),
        }
        command = [sys.executable, "-m", f"distributed.cli.dask_{kind}", *options]
        with (folder / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log, env=env, cwd=cwd)
        processes.append(process)
        return process

    file = folder / "scheduler.json"
    common = ["--scheduler-file", str(file), "--no-dashboard"]
    try:
        start("scheduler", "scheduler", "--host", "127.0.0.1", "--port", "0", *common)
        options = ["--no-nanny", "--nthreads", "1", "--local-directory", str(folder)]
        workers = [start(f"worker-{n}", "worker", *common, *options) for n in range(2)]
        yield Cluster(_address(file), workers, folder)
    finally:
        for process in processes:
            process.kill()
        for process in processes:
            process.wait()


def _address(file: Path) -> str:
    from distributed import Client

    deadline = time.monotonic() + 60
    while not file.exists():
        assert time.monotonic() < deadline, "the scheduler did not start"
        time.sleep(0.05)
    with Client(scheduler_file=str(file), set_as_default=False, timeout="60s") as client:
        client.wait_for_workers(2, timeout=60)
        return str(client.scheduler.address)

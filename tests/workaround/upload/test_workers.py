"""Worker processes and their ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

import workaround
from mockhub.server import Hub
from tests.support.constants import REPO
from tests.support.workaround.pushing import MakeNifti, contents, loaded, sessions
from workaround import push_to_hub
from workaround.errors import WorkersLostError
from workaround.upload.workers import worker_processes


def test_killed_workers_are_reported_and_the_same_call_goes_on(
    hub: Hub, make_nifti: MakeNifti
) -> None:
    rows = sessions(make_nifti)
    with worker_processes(1) as executor:
        executor.submit(os.kill, executor.submit(os.getpid).result(), signal.SIGKILL)
        with pytest.raises(WorkersLostError, match="fewer processes or smaller shards"):
            push_to_hub(rows, REPO, executor=executor)
    push_to_hub(rows, REPO, num_proc=2)
    assert loaded(REPO) == contents(rows)


PARENT = """
import os, time
from workaround.upload.workers import worker_processes
if __name__ == "__main__":
    with worker_processes(1) as workers:
        print(workers.submit(os.getpid).result(), flush=True)
        workers.submit(time.sleep, 60).result()
"""


def test_worker_ends_with_its_parent(tmp_path: Path) -> None:
    (tmp_path / "parent.py").write_text(PARENT)
    command = [sys.executable, str(tmp_path / "parent.py")]
    env = {**os.environ, "PYTHONPATH": str(Path(workaround.__file__).parents[1])}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env) as parent:
        assert parent.stdout is not None
        worker = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
    gone, _ = psutil.wait_procs([worker], timeout=30)
    assert gone

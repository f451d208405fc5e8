"""Worker processes and their ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Never

import psutil
import pytest

import workaround
from mockhub.server import Hub
from tests.support.constants import REPO
from tests.support.workaround.pushing import MakeNifti, contents, loaded, sessions
from workaround import push_to_hub
from workaround.errors import WorkersLostError
from workaround.upload.workers import report_position, worker_processes

SOURCE = str(Path(workaround.__file__).parents[1])


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


def test_positions_of_workers_are_passed_on() -> None:
    positions = []
    with worker_processes(1) as workers:
        workers.report = lambda *position: positions.append(position)
        workers.submit(report_position, "x" * 5000, 5).result()  # would not be sent at once
        workers.submit(report_position, "data/a", 5).result()
    assert positions == [("data/a", 5)]


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
    env = {**os.environ, "PYTHONPATH": SOURCE}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env) as parent:
        assert parent.stdout is not None
        worker = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
    gone, _ = psutil.wait_procs([worker], timeout=30)
    assert gone


UNGUARDED = """
import workaround
from datasets import Dataset
workaround.push_to_hub(Dataset.from_dict({"n": [1, 2]}), "user/data", num_shards=2, num_proc=2)
"""


def test_missing_main_guard_is_named(hub: Hub, tmp_path: Path) -> None:
    (tmp_path / "push.py").write_text(UNGUARDED)
    run = subprocess.run(
        [sys.executable, str(tmp_path / "push.py")],
        env={**os.environ, "PYTHONPATH": SOURCE},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1
    last = run.stderr.strip().splitlines()[-1]
    assert "put the call of push_to_hub under `if __name__ == '__main__':`" in last
    assert "memory" not in last


IMPORTING = """
import os, sys, time
from workaround.upload.workers import worker_processes
if __name__ == "__main__":
    with worker_processes(1) as workers:
        workers.submit(os.getpid).result()
elif __name__ == "__mp_main__":
    print(os.getpid(), flush=True)
    time.sleep(600)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="other kernels do not end children")
def test_worker_that_still_imports_ends_with_its_parent(tmp_path: Path) -> None:
    (tmp_path / "parent.py").write_text(IMPORTING)
    command = [sys.executable, str(tmp_path / "parent.py")]
    env = {**os.environ, "PYTHONPATH": SOURCE}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env) as parent:
        assert parent.stdout is not None
        worker = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
    gone, _ = psutil.wait_procs([worker], timeout=30)
    assert gone


def test_failure_kills_what_the_workers_still_do() -> None:
    with pytest.raises(KeyboardInterrupt):
        interrupted()


def interrupted() -> Never:
    with worker_processes(1) as workers:
        workers.submit(time.sleep, 600)
        workers.submit(time.sleep, 600)
        raise KeyboardInterrupt


INTERRUPTED = """
import sys, time, datasets
from workaround.upload.workers import worker_processes

if __name__ == "__main__":
    try:
        with worker_processes(2) as executor:
            futures = [executor.submit(time.sleep, 60) for _ in range(10)]
            print("started", flush=True)
            try:
                futures[0].result()
            finally:
                for future in futures:
                    future.cancel()
    except KeyboardInterrupt:
        sys.exit(130)
"""


def _is_importing(process: psutil.Process) -> bool:
    """Return whether a process has begun to run Python code."""
    return bool(process.cpu_times().user > 0.1)


def test_interrupt_while_workers_start_leaves_no_traceback(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(INTERRUPTED)
    with subprocess.Popen(
        [sys.executable, script],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        assert process.stdout
        process.stdout.readline()
        while not any(map(_is_importing, psutil.Process(process.pid).children())):
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does
        _, errors = process.communicate(timeout=60)
    assert errors.decode() == ""
    assert process.returncode == 130

"""The lock on the folder of a server."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mockhub.storage.root_lock import RootInUseError, lock
from tests.support.constants import SOURCE

SCRIPT = """
import sys
from pathlib import Path
from mockhub.storage.root_lock import lock
with lock(Path(sys.argv[1])):
    print("locked", flush=True)
    sys.stdin.read()
"""


def test_folder_is_created_and_may_be_locked_again(tmp_path: Path) -> None:
    root = tmp_path / "new" / "root"
    for _ in range(2):
        with lock(root) as locked:
            assert locked == root
            assert root.is_dir()


def test_lock_is_released_after_an_exception(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), lock(tmp_path):
        raise ZeroDivisionError
    with lock(tmp_path):
        pass


def test_other_process_keeps_the_folder_until_it_is_killed(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": SOURCE},
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline()
        message = f"{tmp_path} is in use by another server, process {other.pid}"
        with pytest.raises(RootInUseError, match=message), lock(tmp_path):
            pass
        other.kill()
        other.wait()
    with lock(tmp_path):
        pass


def test_folder_that_cannot_be_created_raises(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"), lock(tmp_path / "file" / "root"):
        pass

"""Folders for temporary files, and what killed processes leave of them."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from filelock import FileLock

import workaround
from workaround.upload.temporary import remove_leftovers, temporary_folder

NAME = "workaround-0123456789abcdef"


@pytest.fixture(autouse=True)
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def leave(base: Path, name: str = NAME) -> Path:
    """Make a folder as a killed process leaves it."""
    folder = base / name
    folder.mkdir()
    (folder / "shard.parquet").write_bytes(b"rows")
    folder.with_suffix(".lock").touch()
    return folder


def test_folder_and_lock_are_removed_at_the_end(base: Path) -> None:
    with temporary_folder() as folder:
        (folder / "shard.parquet").write_bytes(b"rows")
        assert folder.parent == base
        assert folder.stat().st_mode & 0o777 == 0o700
    assert list(base.iterdir()) == []


def test_folder_of_a_killed_process_is_removed_by_the_next(base: Path) -> None:
    code = """
import os, signal
from workaround.upload.temporary import temporary_folder
with temporary_folder() as folder:
    (folder / "shard.parquet").write_bytes(b"rows")
    os.kill(os.getpid(), signal.SIGKILL)
"""
    env = {
        **os.environ,
        "TMPDIR": str(base),
        "PYTHONPATH": str(Path(workaround.__file__).parents[1]),
    }
    subprocess.run([sys.executable, "-c", code], env=env, check=False)
    assert len(list(base.iterdir())) == 2
    with temporary_folder() as folder:
        assert {path.stem for path in base.iterdir()} == {folder.name}


def test_folder_in_use_is_kept(base: Path) -> None:
    folder = leave(base)
    with FileLock(folder.with_suffix(".lock")):
        remove_leftovers(base)
        assert folder.exists()
    remove_leftovers(base)
    assert list(base.iterdir()) == []


@pytest.mark.parametrize(
    "name", ["workaround-mine", "workaround-0123456789ABCDEF", "other-0123456789abcdef"]
)
def test_folder_with_another_name_is_kept(base: Path, name: str) -> None:
    folder = leave(base, name)
    remove_leftovers(base)
    assert (folder / "shard.parquet").exists()


def test_folder_of_another_user_is_kept(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = leave(base)
    monkeypatch.setattr(os, "getuid", lambda: 12345)
    remove_leftovers(base)
    assert folder.exists()


def test_link_is_not_followed(base: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    precious = tmp_path_factory.mktemp("precious")
    (precious / "file").touch()
    (base / NAME).symlink_to(precious)
    (base / NAME).with_suffix(".lock").touch()
    remove_leftovers(base)
    assert (precious / "file").exists()


def test_folder_that_cannot_be_removed_is_a_warning(
    base: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    leave(base)

    def unlink(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "unlink", unlink)
    remove_leftovers(base)
    assert "shard.parquet cannot be removed" in caplog.text

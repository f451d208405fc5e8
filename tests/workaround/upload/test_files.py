"""Shards by way of files on disk."""

from __future__ import annotations

import errno
import hashlib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.support.workaround.pushing import MakeNifti, pending_shard, sessions
from workaround.errors import DiskFullError
from workaround.hub.repository import Repository
from workaround.upload import files as module
from workaround.upload.files import BATCH_BYTES, BATCH_FILES, FileBatch, write

REPOSITORY = Repository("https://hub", "user/data")


def test_hash_and_size_are_those_of_the_file(make_nifti: MakeNifti, tmp_path: Path) -> None:
    written = write(pending_shard(sessions(make_nifti, rows=3)).job, tmp_path)
    content = written.file.read_bytes()
    assert (written.sha256, written.size) == (hashlib.sha256(content).hexdigest(), len(content))


def test_failed_write_leaves_no_file(make_nifti: MakeNifti, tmp_path: Path) -> None:
    rows = sessions(make_nifti, rows=3)
    made = pending_shard(rows).job
    Path(rows[1]["t1w"]["path"]).unlink()
    folder = tmp_path / "shards"
    folder.mkdir()
    with pytest.raises(Exception, match="sub-1_T1w"):
        write(made, folder)
    assert list(folder.iterdir()) == []


def test_full_disk_is_reported(
    make_nifti: MakeNifti, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(module, "write_shard", full)
    with pytest.raises(DiskFullError):
        write(pending_shard(sessions(make_nifti, rows=1)).job, tmp_path)
    assert list(tmp_path.glob("*.parquet")) == []


def stub(nbytes: int) -> Any:
    return SimpleNamespace(job=SimpleNamespace(shard=SimpleNamespace(nbytes=nbytes)))


def test_batch_is_bounded_in_bytes_and_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "write", lambda *_: None)
    batch = FileBatch(REPOSITORY, tmp_path, lambda *_: None)
    assert batch.has_room(10 * BATCH_BYTES)
    batch.write(stub(BATCH_BYTES - 1))
    assert batch.has_room(1)
    assert not batch.has_room(2)
    for _ in range(BATCH_FILES - 1):
        batch.write(stub(0))
    assert not batch.has_room(0)

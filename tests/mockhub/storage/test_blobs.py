"""File contents on disk."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from mockhub.errors import HubError
from mockhub.storage.blobs import SEND_SIZE, BlobStore, write_whole

CONTENT = b"content" * SEND_SIZE
SHA256 = hashlib.sha256(CONTENT).hexdigest()


def keep(store: BlobStore, *, discard: bool = False) -> None:
    with store.receive(discard=discard) as incoming:
        incoming.write(CONTENT[:1000])
        incoming.write(CONTENT[1000:])
        store.keep(incoming)


@pytest.mark.parametrize(("start", "stop"), [(0, len(CONTENT)), (5, 7), (0, 0), (1, SEND_SIZE + 9)])
def test_any_part_is_read(tmp_path: Path, start: int, stop: int) -> None:
    store = BlobStore(tmp_path)
    keep(store)
    assert store.size(SHA256) == len(CONTENT)
    assert b"".join(store.read(SHA256, start, stop)) == CONTENT[start:stop]


def test_content_that_is_not_kept_leaves_nothing(tmp_path: Path) -> None:
    store = BlobStore(tmp_path)
    with store.receive() as incoming:
        incoming.write(CONTENT)
    with store.spool() as spool:
        spool.write(CONTENT)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    assert store.size(SHA256) is None


def test_discarded_content_has_a_size_and_no_bytes(tmp_path: Path) -> None:
    store = BlobStore(tmp_path)
    keep(store, discard=True)
    assert store.size(SHA256) == len(CONTENT)
    assert sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file()) < 100
    with pytest.raises(HubError, match="--discard") as caught:
        store.read(SHA256, 0, 1)
    assert caught.value.status == 410


def test_new_store_removes_what_a_killed_server_left(tmp_path: Path) -> None:
    (BlobStore(tmp_path).incoming / "part").write_bytes(CONTENT)
    assert list(BlobStore(tmp_path).incoming.iterdir()) == []


def test_truncated_file_is_noticed(tmp_path: Path) -> None:
    store = BlobStore(tmp_path)
    keep(store)
    store.path(SHA256).write_bytes(CONTENT[:-1])
    with pytest.raises(EOFError, match="1 bytes early"):
        b"".join(store.read(SHA256, 0, len(CONTENT)))


def test_small_file_is_replaced_for_this_user_only(tmp_path: Path) -> None:
    for data in (b"one", b"two"):
        write_whole(tmp_path / "file", data)
        assert (tmp_path / "file").read_bytes() == data
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").stat().st_mode & 0o077 == 0

"""The content store of Xet: verified when files arrive, read in any range."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockhub.errors import BadRequestError, HubError
from mockhub.storage.blobs import BlobStore
from mockhub.xet.shards import Description, Term, XetFile, parse_shard
from mockhub.xet.store import XetStore
from mockhub.xet.xorbs import IncomingXorb
from tests.support.mockhub.cas import OneXorb

FILE = OneXorb([b"a" * 10, b"b" * 300, b"c" * 7])


def make(root: Path, file: OneXorb = FILE, *, discard: bool = False) -> XetStore:
    """Return a store with the xorb of a file."""
    blobs = BlobStore(root / "blobs")
    store = XetStore(root / "xet", discard=discard)
    with blobs.spool(discard=discard) as spool:
        incoming = IncomingXorb(spool)
        incoming.write(file.xorb_bytes)
        store.xorbs.add(file.xorb, incoming)
    return store


def verify(store: XetStore, shard: bytes) -> list[int]:
    """Verify and store the file of a shard; returns the progress."""
    (description,) = parse_shard(shard)
    progress = list(store.check(description))
    store.keep(description.file)
    return progress


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> XetStore:
    store = make(tmp_path_factory.mktemp("store"))
    verify(store, FILE.shard)
    return store


@given(st.integers(0, 316), st.integers(1, 317))
def test_any_range_is_read(store: XetStore, start: int, size: int) -> None:
    stop = min(start + size, len(FILE.content))
    assert b"".join(store.read(FILE.file, start, stop)) == FILE.content[start:stop]


def test_file_is_found_by_either_hash(store: XetStore) -> None:
    assert store.file(FILE.hash) == store.by_sha256(FILE.sha256) == FILE.file
    assert store.file("0" * 64) is store.by_sha256("0" * 64) is None


def test_range_is_cut_to_the_chunks_that_hold_it(store: XetStore) -> None:
    offset, (term,) = store.cut(FILE.file, 15, 16)
    assert (offset, term) == (5, Term(FILE.xorb, 1, 2, 300))


@pytest.mark.parametrize(
    ("claim", "message"),
    [
        ({"file": "0" * 64}, "another hash"),
        ({"xorb": "0" * 64}, "Unknown xorb"),
        ({"size": 5}, "wrong size"),
        ({"chunks": 4}, "no chunks 0:4"),
        ({"chunks": 0}, "no chunks 0:0"),
        ({"proof": bytes(32)}, "range hash"),
        ({"sha256": "0" * 64}, "does not have the SHA-256"),
    ],
)
def test_wrong_claim_is_refused(tmp_path: Path, claim: dict[str, object], message: str) -> None:
    store = make(tmp_path)
    with pytest.raises(BadRequestError, match=message):
        verify(store, OneXorb(FILE.pieces, claim).shard)
    assert store.file(FILE.hash) is None


def test_file_is_verified_once(tmp_path: Path) -> None:
    store = make(tmp_path)
    assert verify(store, FILE.shard)[-1] == len(FILE.content)
    assert verify(store, FILE.shard) == []


def test_sha256_may_follow_later(tmp_path: Path) -> None:
    store = make(tmp_path)
    bare = XetFile(FILE.hash, None, FILE.file.terms)
    assert list(store.check(Description(bare, ()))) == []
    store.keep(bare)
    assert store.by_sha256(FILE.sha256) is None
    verify(store, FILE.shard)
    assert store.by_sha256(FILE.sha256) == FILE.file


def test_files_outlast_the_server_and_its_urls_too(tmp_path: Path) -> None:
    store = make(tmp_path)
    verify(store, FILE.shard)
    again = XetStore(tmp_path / "xet", discard=False)
    assert again.run == store.run
    assert b"".join(again.read(FILE.file, 0, 317)) == FILE.content
    (tmp_path / "other").mkdir()
    assert XetStore(tmp_path / "other", discard=False).run != store.run


def test_discarded_bytes_are_refused(tmp_path: Path) -> None:
    store = make(tmp_path, discard=True)
    assert verify(store, FILE.shard) == []
    with pytest.raises(HubError, match="--discard"):
        store.read(FILE.file, 0, 1)

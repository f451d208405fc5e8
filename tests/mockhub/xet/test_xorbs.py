"""Xorbs: taking them apart, and refusing those that are not what they claim."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterable
from pathlib import Path

import pytest

from mockhub.errors import HubError
from mockhub.storage.blobs import BlobStore
from mockhub.xet.xorbs import MAX_CHUNK, MAX_XORB, IncomingXorb, XorbIndex, XorbStore, unpack_chunk
from tests.support.mockhub.cas import OneXorb, chunk


@pytest.fixture
def blobs(tmp_path: Path) -> BlobStore:
    return BlobStore(tmp_path / "blobs")


def receive(blobs: BlobStore, pieces: Iterable[bytes], name: str = "0" * 64) -> XorbIndex:
    """Take a xorb as the server does, piece by piece."""
    with blobs.spool(discard=True) as spool:
        incoming = IncomingXorb(spool)
        for piece in pieces:
            incoming.write(piece)
        return incoming.finish(name)


@pytest.mark.parametrize("scheme", [0, 1, 2])
@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 1001])
def test_chunks_of_all_schemes_unpack(scheme: int, size: int) -> None:
    content = (bytes(range(251)) * 4)[:size]
    assert unpack_chunk(chunk(content, scheme)) == content


@pytest.mark.parametrize("scheme", [1, 2])
def test_chunk_that_does_not_decompress_is_refused(scheme: int) -> None:
    damaged = bytearray(chunk(b"content" * 100, scheme))
    damaged[8] ^= 1
    with pytest.raises(HubError, match="cannot be decompressed"):
        unpack_chunk(bytes(damaged))


@pytest.mark.parametrize("step", [1, 7, 1000])
@pytest.mark.parametrize("footer", [b"", b"XETBLOB and more"])
def test_xorb_is_indexed_however_its_bytes_arrive(
    blobs: BlobStore, step: int, footer: bytes
) -> None:
    file = OneXorb([b"a" * 10, b"b" * 20, b"c" * 300])
    data = file.xorb_bytes + footer
    pieces = (data[start : start + step] for start in range(0, len(data), step))
    index = receive(blobs, pieces, file.xorb)
    assert index.packed.tolist() == [0, 18, 46, 354]
    assert index.unpacked.tolist() == [0, 10, 30, 330]
    assert list(index.nodes(0, 3)) == file.nodes
    assert XorbIndex.from_bytes(index.to_bytes()) == index


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "truncated"),
        (bytes(7), "truncated"),
        (chunk(b"x" * 9)[:-1], "truncated"),
        (chunk(b"x") + chunk(b"y")[:-1], "truncated"),
        (b"\0\0\0\0\x03\x01\0\0", "scheme 3"),
        (chunk(b""), "chunks of 1 to"),
        (chunk(bytes(MAX_CHUNK + 1), 1), "chunks of 1 to"),
        (chunk(bytes(3 * MAX_CHUNK)), "at most"),
        (chunk(b"x") * 8193, "up to 8192"),
        (b"\0\x05\0\0\0\x04\0\0xxxxx", "size"),
        (chunk(b"x"), "does not have the hash"),
    ],
)
def test_malformed_xorb_is_refused(blobs: BlobStore, data: bytes, why: str) -> None:
    with pytest.raises(HubError, match=why) as caught:
        receive(blobs, [data])
    assert caught.value.status == 400


def test_xorb_that_does_not_end_is_refused(blobs: BlobStore) -> None:
    piece = chunk(os.urandom(MAX_CHUNK)) * 8
    with pytest.raises(HubError) as caught:
        receive(blobs, itertools.repeat(piece, MAX_XORB // len(piece) + 2))
    assert caught.value.status == 413


def test_store_without_bytes_knows_its_xorbs_and_takes_the_bytes_later(
    blobs: BlobStore, tmp_path: Path
) -> None:
    file = OneXorb([b"one", b"two"])

    def add(store: XorbStore) -> bool:
        with blobs.spool() as spool:
            incoming = IncomingXorb(spool)
            incoming.write(file.xorb_bytes)
            return store.add(file.xorb, incoming)

    discarding = XorbStore(tmp_path / "xorbs", discard=True)
    assert [add(discarding), add(discarding)] == [True, False]
    assert len(discarding.index(file.xorb)) == 2
    keeping = XorbStore(tmp_path / "xorbs", discard=False)
    assert [add(keeping), add(keeping)] == [True, False]
    assert list(keeping.chunks(file.xorb, 0, 2)) == [b"one", b"two"]

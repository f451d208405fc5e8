"""The content store of Xet: xorbs of compressed chunks, and the files made of them.

The formats are those of https://huggingface.co/docs/xet (pages "shard" and "xorb").
"""

from __future__ import annotations

import hashlib
import itertools
import secrets
import struct
import threading
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from mockhub.blobs import BlobStore, Incoming, discarded
from mockhub.errors import BadRequestError

SHARD_HEADER = 48
RECORD = 48
LAST_RECORD = b"\xff" * 32
HAS_VERIFICATION = 1 << 31
HAS_METADATA = 1 << 30
CHUNK_HEADER = 8
MAX_XORB = 64 << 20


@cache
def _lz4() -> Any:
    import pyarrow as pa  # here, because it is half of the time that a server takes to start

    return pa.Codec("lz4")


@dataclass(frozen=True, slots=True)
class Term:
    """A run of chunks of one xorb: `start` up to `stop`, exclusive; `size` bytes unpacked."""

    xorb: str
    start: int
    stop: int
    size: int


@dataclass(frozen=True)
class XetFile:
    """A file as the concatenation of terms.

    Attributes:
        hash: Its Xet hash, 64 hex digits.
        sha256: Its SHA-256; None where the client left it out, as for buckets.
        terms: What it is made of.
    """

    hash: str
    sha256: str | None
    terms: tuple[Term, ...]

    @property
    def size(self) -> int:
        """Bytes."""
        return sum(term.size for term in self.terms)


@dataclass(frozen=True)
class XorbIndex:
    """Where the chunks of a xorb begin, with one end position more: packed, and unpacked."""

    packed: array[int]
    unpacked: array[int]

    def __len__(self) -> int:
        """Number of chunks."""
        return len(self.packed) - 1


def hash_text(data: bytes) -> str:
    """The text form of a hash: four little-endian 64-bit numbers in hexadecimal."""
    return "".join(f"{number:016x}" for number in struct.unpack("<4Q", data))


def parse_shard(data: bytes) -> list[XetFile]:
    """The files described by a shard.

    Raises:
        BadRequestError: The shard is cut off.
    """
    files = []
    offset = SHARD_HEADER
    try:
        while data[offset : offset + 32] != LAST_RECORD:
            file_hash, flags, count = struct.unpack_from("<32sII8x", data, offset)
            offset += RECORD
            terms = []
            for _ in range(count):
                xorb, size, start, stop = struct.unpack_from("<32s4xIII", data, offset)
                terms.append(Term(hash_text(xorb), start, stop, size))
                offset += RECORD
            if flags & HAS_VERIFICATION:
                offset += RECORD * count
            sha256 = None
            if flags & HAS_METADATA:
                (raw,) = struct.unpack_from("<32s16x", data, offset)
                sha256 = hash_text(raw)
                offset += RECORD
            files.append(XetFile(hash_text(file_hash), sha256, tuple(terms)))
    except struct.error:
        raise BadRequestError("The shard is cut off") from None
    return files


def index_xorb(path: Path) -> XorbIndex:
    """Read the chunk headers of a xorb.

    Raises:
        BadRequestError: A chunk reaches past the end, or is of an unknown kind.
    """
    end = path.stat().st_size
    packed, unpacked = array("Q", [0]), array("Q", [0])
    with path.open("rb") as file:
        while packed[-1] + CHUNK_HEADER <= end:
            file.seek(packed[-1])
            header = file.read(CHUNK_HEADER)
            if header[0] != 0:  # a footer follows the last chunk
                break
            if header[4] > 2:
                raise BadRequestError(f"Unknown compression scheme {header[4]}")
            packed.append(packed[-1] + CHUNK_HEADER + int.from_bytes(header[1:4], "little"))
            unpacked.append(unpacked[-1] + int.from_bytes(header[5:8], "little"))
    if packed[-1] > end or len(packed) == 1:
        raise BadRequestError("The xorb is cut off")
    return XorbIndex(packed, unpacked)


def unpack_chunk(chunk: bytes) -> bytes:
    """The content of one chunk, given with its header."""
    size = int.from_bytes(chunk[5:8], "little")
    body = chunk[CHUNK_HEADER:]
    if chunk[4] == 0:
        return body
    content: bytes = _lz4().decompress(body, size, asbytes=True)
    if chunk[4] == 1:
        return content
    # Scheme 2 groups bytes by their position modulo 4, the shape of float data.
    grouped, start = bytearray(size), 0
    for plane in range(4):
        count = len(range(plane, size, 4))
        grouped[plane::4] = content[start : start + count]
        start += count
    return bytes(grouped)


class XetStore:
    """Xorbs and shards below one folder.

    Args:
        root: The folder; shards found in it are read.
        blobs: Where uploads are received.
        discard: Keep the sizes of xorbs and not their bytes.

    Attributes:
        run: Part of every URL of this store. Random, because clients remember by URL which xorbs
            a store has, and would never send them to an empty successor.
        token: What clients must send with uploads and look-ups.
    """

    def __init__(self, root: Path, blobs: BlobStore, *, discard: bool) -> None:
        self.run = secrets.token_hex(8)
        self.token = secrets.token_hex(16)
        self._discard = discard
        self._blobs = blobs
        self._xorbs = root / "xorbs"
        self._shards = root / "shards"
        self._lock = threading.Lock()
        self._indexes: dict[str, XorbIndex] = {}
        self._files: dict[str, XetFile] = {}
        self._by_sha256: dict[str, XetFile] = {}
        for folder in (self._xorbs, self._shards):
            folder.mkdir(parents=True, exist_ok=True)
        for shard in self._shards.iterdir():
            self._register(parse_shard(shard.read_bytes()))

    def file(self, file_hash: str) -> XetFile | None:
        """A file by its Xet hash."""
        return self._files.get(file_hash)

    def by_sha256(self, sha256: str) -> XetFile | None:
        """A file by its SHA-256."""
        return self._by_sha256.get(sha256)

    def xorb_path(self, xorb: str) -> Path:
        """Where the bytes of a xorb lie."""
        return self._xorbs / xorb

    def index(self, xorb: str) -> XorbIndex:
        """The chunk positions of a xorb.

        Raises:
            BadRequestError: The store has no such xorb.
        """
        if xorb not in self._indexes:
            try:
                self._indexes[xorb] = index_xorb(self.xorb_path(xorb))
            except FileNotFoundError:
                raise BadRequestError(f"Unknown xorb {xorb}") from None
        return self._indexes[xorb]

    def add_xorb(self, xorb: str, incoming: Incoming) -> bool:
        """Keep an uploaded xorb.

        Returns:
            Whether it was new.
        """
        assert incoming.path is not None  # noqa: S101 - its headers are read, even to be discarded
        incoming.flush()
        index = index_xorb(incoming.path)
        with self._lock:
            new = xorb not in self._indexes and not self.xorb_path(xorb).exists()
            self._indexes[xorb] = index
            if new and not self._discard:
                incoming.path.replace(self.xorb_path(xorb))
        return new

    def add_shard(self, data: bytes) -> None:
        """Learn the files of a shard.

        Raises:
            BadRequestError: A term names a chunk the store has not, or a file's bytes are not
                those of its SHA-256.
        """
        files = parse_shard(data)
        for file in files:
            self._check(file)
        (self._shards / hashlib.sha256(data).hexdigest()).write_bytes(data)
        self._register(files)

    def _register(self, files: list[XetFile]) -> None:
        with self._lock:
            for file in files:
                self._files[file.hash] = file
                if file.sha256 is not None:
                    self._by_sha256[file.sha256] = file

    def _check(self, file: XetFile) -> None:
        for term in file.terms:
            index = self.index(term.xorb)
            if not 0 <= term.start < term.stop <= len(index):
                raise BadRequestError(f"Xorb {term.xorb} has no chunks {term.start}:{term.stop}")
            if index.unpacked[term.stop] - index.unpacked[term.start] != term.size:
                raise BadRequestError(f"A term of file {file.hash} has the wrong size")
        if file.sha256 is None or self._discard:
            return
        digest = hashlib.sha256()
        for piece in self.read(file, 0, file.size):
            digest.update(piece)
        if digest.hexdigest() != file.sha256:
            raise BadRequestError(f"File {file.hash} does not have the SHA-256 {file.sha256}")

    def read(self, file: XetFile, start: int, stop: int) -> Iterator[bytes]:
        """The bytes of a file from `start` up to `stop`, exclusive, chunk by chunk.

        Raises:
            HubError: 410, the bytes were discarded on arrival.
        """
        if self._discard:
            raise discarded(file.sha256 or file.hash)
        return self._chunks(file, start, stop)

    def _chunks(self, file: XetFile, start: int, stop: int) -> Iterator[bytes]:
        offset, parts = self.cut(file, start, stop)
        left = stop - start
        for part in parts:
            index = self.index(part.xorb)
            with self.xorb_path(part.xorb).open("rb") as xorb:
                xorb.seek(index.packed[part.start])
                for first, end in itertools.pairwise(index.packed[part.start : part.stop + 1]):
                    content = unpack_chunk(xorb.read(end - first))[offset : offset + left]
                    offset, left = 0, left - len(content)
                    yield content

    def cut(self, file: XetFile, start: int, stop: int) -> tuple[int, list[Term]]:
        """The chunks that hold the bytes from `start` up to `stop`, exclusive.

        Returns:
            How many bytes of the first chunk come before `start`, and the terms cut to size.
        """
        parts = []
        skip: int | None = None
        position = 0
        for term in file.terms:
            if position >= stop:
                break
            if position + term.size > start:
                unpacked = self.index(term.xorb).unpacked
                base = unpacked[term.start] - position  # from file to xorb positions
                first = max(term.start, bisect_right(unpacked, start + base) - 1)
                end = min(term.stop, bisect_right(unpacked, stop - 1 + base))
                if skip is None:
                    skip = start + base - unpacked[first]
                parts.append(Term(term.xorb, first, end, unpacked[end] - unpacked[first]))
            position += term.size
        return skip or 0, parts

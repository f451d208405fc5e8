"""Xorbs: concatenated compressed chunks of files.

Specification: https://huggingface.co/docs/xet (page "xorb")
"""

from __future__ import annotations

import itertools
import threading
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from lz4.frame import LZ4FrameDecompressor

from mockhub.errors import BadRequestError, HubError
from mockhub.storage.blobs import Spool, write_whole
from mockhub.xet.hashing import Node, chunk_hash, xorb_hash

CHUNK_HEADER = 8
MAX_CHUNK = 128 << 10
MAX_CHUNKS = 8192
MAX_XORB = 64 << 20
MAX_FOOTER = 1 << 20
HASH_SIZE = 32
INDEXES_IN_MEMORY = 64


@dataclass(frozen=True)
class XorbIndex:
    """The chunks of a xorb.

    Attributes:
        packed: Start of each chunk in the xorb, and end of the last one.
        unpacked: The same positions in the unpacked content.
        hashes: The concatenated hashes of the chunks.
    """

    packed: array[int]
    unpacked: array[int]
    hashes: bytes

    def __len__(self) -> int:
        """Return the number of chunks."""
        return len(self.packed) - 1

    def nodes(self, start: int, stop: int) -> Iterator[Node]:
        """Yield hash and size of the chunks from `start` up to `stop`, exclusive."""
        for number in range(start, stop):
            content = self.hashes[number * HASH_SIZE : (number + 1) * HASH_SIZE]
            yield content, self.unpacked[number + 1] - self.unpacked[number]

    def to_bytes(self) -> bytes:
        """Return the stored form."""
        return self.packed.tobytes() + self.unpacked.tobytes() + self.hashes

    @classmethod
    def from_bytes(cls, data: bytes) -> XorbIndex:
        """Parse the stored form."""
        packed, unpacked = array("I"), array("I")
        positions = (len(data) - 2 * packed.itemsize) // (2 * packed.itemsize + HASH_SIZE) + 1
        size = positions * packed.itemsize
        packed.frombytes(data[:size])
        unpacked.frombytes(data[size : 2 * size])
        return cls(packed, unpacked, data[2 * size :])


def unpack_chunk(chunk: bytes) -> bytes:
    """Return the content of a chunk with its header.

    Raises:
        BadRequestError: It cannot be decompressed, or its size is wrong.
    """
    size = int.from_bytes(chunk[5:8], "little")
    content = chunk[CHUNK_HEADER:]
    if chunk[4] != 0:
        frame = LZ4FrameDecompressor()
        try:
            # One byte more shows a frame that holds more than it should, and unpacks no bomb.
            content = frame.decompress(content, size + 1)
        except RuntimeError:  # what lz4 raises for malformed data
            raise BadRequestError("A chunk cannot be decompressed") from None
    if len(content) != size:
        raise BadRequestError("A chunk does not have the size in its header")
    return content if chunk[4] != 2 else _ungroup(content)


def _ungroup(content: bytes) -> bytes:
    """Undo the grouping of bytes by their position modulo 4, which helps to compress floats."""
    joined, start = bytearray(len(content)), 0
    for plane in range(4):
        count = len(range(plane, len(content), 4))
        joined[plane::4] = content[start : start + count]
        start += count
    return bytes(joined)


class IncomingXorb:
    """A xorb being received, whose chunks are unpacked and hashed on the way.

    Args:
        spool: Temporary file of its bytes.
    """

    def __init__(self, spool: Spool) -> None:
        self.spool = spool
        self._packed, self._unpacked = array("I", [0]), array("I", [0])
        self._hashes = bytearray()
        self._received = 0
        self._rest = b""
        self._ended = False

    def write(self, data: bytes) -> None:
        """Append bytes.

        Raises:
            HubError: 413, it is larger than a xorb may be.
            BadRequestError: A chunk is malformed.
        """
        self._received += len(data)
        if self._received > MAX_XORB + MAX_FOOTER:
            raise HubError(413, f"A xorb has at most {MAX_XORB} bytes")
        self.spool.write(data)
        rest, start = self._rest + data, 0
        while not self._ended and len(rest) - start >= CHUNK_HEADER:
            if rest[start] != 0:  # a footer follows the last chunk
                self._ended = True
                break
            size = int.from_bytes(rest[start + 1 : start + 4], "little")
            if size > 2 * MAX_CHUNK:  # compression may add to what it cannot compress
                raise BadRequestError(f"A chunk has at most {MAX_CHUNK} bytes")
            stop = start + CHUNK_HEADER + size
            if stop > len(rest):
                break
            self._add(rest[start:stop])
            start = stop
        self._rest = b"" if self._ended else rest[start:]

    def _add(self, chunk: bytes) -> None:
        size = int.from_bytes(chunk[5:8], "little")
        if chunk[4] > 2:
            raise BadRequestError(f"Unknown compression scheme {chunk[4]}")
        if not 0 < size <= MAX_CHUNK or len(self._packed) > MAX_CHUNKS:
            raise BadRequestError(f"A xorb has up to {MAX_CHUNKS} chunks of 1 to {MAX_CHUNK} bytes")
        self._hashes += chunk_hash(unpack_chunk(chunk))
        self._packed.append(self._packed[-1] + len(chunk))
        self._unpacked.append(self._unpacked[-1] + size)

    def finish(self, name: str) -> XorbIndex:
        """Return the index of the whole xorb.

        Args:
            name: Announced hash.

        Raises:
            BadRequestError: It is truncated, or has another hash.
        """
        index = XorbIndex(self._packed, self._unpacked, bytes(self._hashes))
        if len(index) == 0 or self._rest:
            raise BadRequestError("The xorb is truncated")
        if xorb_hash(index.nodes(0, len(index))) != name:
            raise BadRequestError(f"The xorb does not have the hash {name}")
        return index


class XorbStore:
    """Xorbs and their indexes below one folder.

    Args:
        root: The folder.
        discard: Keep only the indexes.
    """

    def __init__(self, root: Path, *, discard: bool) -> None:
        root.mkdir(parents=True, exist_ok=True)
        self._root = root
        self._discard = discard
        self._lock = threading.Lock()
        # On the instance: a cached method would keep every store alive, and share its slots.
        self._cached = lru_cache(INDEXES_IN_MEMORY)(self._load)

    def path(self, name: str) -> Path:
        """Return the path of the bytes of a xorb, stored or not."""
        return self._root / name

    def _index_path(self, name: str) -> Path:
        return self._root / f"{name}.index"

    def _load(self, name: str) -> XorbIndex:
        return XorbIndex.from_bytes(self._index_path(name).read_bytes())

    def index(self, name: str) -> XorbIndex:
        """Return the index of a xorb.

        Raises:
            BadRequestError: The xorb is unknown.
        """
        try:
            return self._cached(name)
        except FileNotFoundError:
            raise BadRequestError(f"Unknown xorb {name}") from None

    def add(self, name: str, incoming: IncomingXorb) -> bool:
        """Store an uploaded xorb.

        Returns:
            True if it is new.

        Raises:
            BadRequestError: It is truncated, or has another hash.
        """
        index = incoming.finish(name)
        with self._lock:
            known = self._index_path(name).exists()
            if known and (self._discard or self.path(name).exists()):
                return False
            if not self._discard:
                incoming.spool.move_to(self.path(name))
            # Last, so that no index exists without its bytes.
            write_whole(self._index_path(name), index.to_bytes())
        return True

    def chunks(self, name: str, start: int, stop: int) -> Iterator[bytes]:
        """Yield the contents of the chunks from `start` up to `stop`, exclusive."""
        packed = self.index(name).packed[start : stop + 1]
        with self.path(name).open("rb") as xorb:
            xorb.seek(packed[0])
            for first, end in itertools.pairwise(packed):
                yield unpack_chunk(xorb.read(end - first))

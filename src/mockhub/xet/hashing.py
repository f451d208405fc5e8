"""The hashes of Xet: of chunks, xorbs, files and ranges.

Specification: https://huggingface.co/docs/xet/hashing
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from itertools import islice

from blake3 import blake3

_CHUNK_KEY = bytes.fromhex("6697f5775b9550de3135cbaca597181c9de421109beb2b58b4d0b04b93adf229")
_NODE_KEY = bytes.fromhex("017ec5c7a5472996fd946666b48a02e65ddd536f37c76dd2f86352e64a53713f")
_RANGE_KEY = bytes.fromhex("7f1857d6ce56ed66127ff913e7a5c3f3a4cd26d5b5db49e64124987f28fb94c3")
_FILE_KEY = bytes(32)

_MOST_CHILDREN = 9
_FEWEST_CHILDREN = 3
_LEVELS = 64  # enough for any 64-bit number of chunks: each level divides by at least two

EMPTY_FILE = "0" * 64
"""The hash of an empty file."""

Node = tuple[bytes, int]
"""The hash of a run of chunks, and the number of their bytes."""


def hash_text(data: bytes) -> str:
    """Return the text form of a hash: four little-endian 64-bit numbers in hexadecimal."""
    return "".join(f"{number:016x}" for number in struct.unpack("<4Q", data))


def chunk_hash(content: bytes) -> bytes:
    """Return the hash of a chunk."""
    return blake3(content, key=_CHUNK_KEY).digest()


def xorb_hash(chunks: Iterable[Node]) -> str:
    """Return the hash of a xorb, in text form."""
    return hash_text(_root(chunks))


def file_hash(chunks: Iterable[Node]) -> str:
    """Return the hash of a file, in text form; the chunks are consumed one by one."""
    return hash_text(blake3(_root(chunks), key=_FILE_KEY).digest())


def range_hash(hashes: bytes) -> bytes:
    """Return the hash by which a shard proves that its writer has the chunks of a term.

    Args:
        hashes: The concatenated hashes of the chunks.
    """
    return blake3(hashes, key=_RANGE_KEY).digest()


def _root(chunks: Iterable[Node]) -> bytes:
    """Return the hash at the root of the tree, with a few nodes of each level in memory."""
    nodes = iter(chunks)
    for _ in range(_LEVELS):
        nodes = _parents(nodes)
    return next(nodes)[0]


def _parents(nodes: Iterator[Node]) -> Iterator[Node]:
    """Yield the next level of the tree; a single node is the root."""
    group = list(islice(nodes, 2))
    if len(group) < 2:
        yield from group
        return
    for node in nodes:
        if _is_full(group):
            yield _parent(group)
            group = []
        group.append(node)
    yield _parent(group)


def _is_full(group: list[Node]) -> bool:
    """Return True if a group of siblings is complete: by its last hash, or with nine nodes."""
    if len(group) < _FEWEST_CHILDREN:
        return False
    return len(group) == _MOST_CHILDREN or group[-1][0][24] % 4 == 0


def _parent(group: list[Node]) -> Node:
    lines = "".join(f"{hash_text(node)} : {size}\n" for node, size in group)
    return blake3(lines.encode(), key=_NODE_KEY).digest(), sum(size for _, size in group)

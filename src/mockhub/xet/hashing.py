"""The hashes of Xet: of chunks, and of what is made of chunks.

The rules are those of https://huggingface.co/docs/xet/hashing.
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
_LEVELS = 64  # enough for any 64-bit number of chunks, as each divides by three

EMPTY_FILE = "0" * 64
"""The hash of a file without a byte."""

Node = tuple[bytes, int]
"""The hash of a run of chunks, and the bytes it stands for."""


def hash_text(data: bytes) -> str:
    """The text form of a hash: four little-endian 64-bit numbers in hexadecimal."""
    return "".join(f"{number:016x}" for number in struct.unpack("<4Q", data))


def chunk_hash(content: bytes) -> bytes:
    """The hash of a chunk."""
    return blake3(content, key=_CHUNK_KEY).digest()


def xorb_hash(chunks: Iterable[Node]) -> str:
    """The name of a xorb, in text form."""
    return hash_text(_root(chunks))


def file_hash(chunks: Iterable[Node]) -> str:
    """The name of a file, in text form; the chunks may come from an iterator of any length."""
    return hash_text(blake3(_root(chunks), key=_FILE_KEY).digest())


def range_hash(hashes: bytes) -> bytes:
    """What a shard holds to prove that its writer knew the chunks of a term.

    Args:
        hashes: Those of the chunks, one after the other.
    """
    return blake3(hashes, key=_RANGE_KEY).digest()


def _root(chunks: Iterable[Node]) -> bytes:
    """The hash at the top of the tree, built level by level with a few nodes of each in memory."""
    nodes = iter(chunks)
    for _ in range(_LEVELS):
        nodes = _parents(nodes)
    return next(nodes)[0]


def _parents(nodes: Iterator[Node]) -> Iterator[Node]:
    """The next level of the tree; the one node of the last level stays as it is."""
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
    """Whether a group of siblings ends here: where a hash is divisible by four, or at nine."""
    if len(group) < _FEWEST_CHILDREN:
        return False
    return len(group) == _MOST_CHILDREN or group[-1][0][24] % 4 == 0


def _parent(group: list[Node]) -> Node:
    lines = "".join(f"{hash_text(node)} : {size}\n" for node, size in group)
    return blake3(lines.encode(), key=_NODE_KEY).digest(), sum(size for _, size in group)

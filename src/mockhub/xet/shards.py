"""Shards: descriptions of files as chunks of xorbs.

Specification: https://huggingface.co/docs/xet (page "shard")
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from mockhub.errors import BadRequestError
from mockhub.xet.hashing import hash_text

HEADER = 48
RECORD = 48
LAST_RECORD = b"\xff" * 32
HAS_VERIFICATION = 1 << 31
HAS_METADATA = 1 << 30


@dataclass(frozen=True, slots=True)
class Term:
    """A run of chunks of one xorb, `start` up to `stop` exclusive, of `size` unpacked bytes."""

    xorb: str
    start: int
    stop: int
    size: int


@dataclass(frozen=True)
class XetFile:
    """A file as the concatenation of terms.

    Attributes:
        hash: Xet hash, 64 hex digits.
        sha256: SHA-256; None if the client did not send it, as for buckets.
        terms: The parts of the file, in order.
    """

    hash: str
    sha256: str | None
    terms: tuple[Term, ...]

    @property
    def size(self) -> int:
        """Return the number of bytes."""
        return sum(term.size for term in self.terms)


@dataclass(frozen=True)
class Description:
    """A file as a shard describes it.

    Attributes:
        file: The file.
        proofs: `range_hash` of each term; empty if the shard has none.
    """

    file: XetFile
    proofs: tuple[bytes, ...]


def parse_shard(data: bytes) -> list[Description]:
    """Parse a shard.

    Raises:
        BadRequestError: The shard is truncated.
    """
    described = []
    offset = HEADER
    try:
        while data[offset : offset + 32] != LAST_RECORD:
            file_hash, flags, count = struct.unpack_from("<32sII8x", data, offset)
            offset += RECORD
            terms: list[Term] = []
            proofs: list[bytes] = []
            sha256 = None
            for _ in range(count):
                xorb, size, start, stop = struct.unpack_from("<32s4xIII", data, offset)
                terms.append(Term(hash_text(xorb), start, stop, size))
                offset += RECORD
            for _ in range(count if flags & HAS_VERIFICATION else 0):
                proofs.extend(struct.unpack_from("<32s16x", data, offset))
                offset += RECORD
            if flags & HAS_METADATA:
                (raw,) = struct.unpack_from("<32s16x", data, offset)
                sha256 = hash_text(raw)
                offset += RECORD
            file = XetFile(hash_text(file_hash), sha256, tuple(terms))
            described.append(Description(file, tuple(proofs)))
    except struct.error:
        raise BadRequestError("The shard is truncated") from None
    return described

"""Xorbs and shards as clients write them, and requests to the content store."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from mockhub.xet.hashing import Node, chunk_hash, file_hash, range_hash, xorb_hash
from mockhub.xet.shards import Term, XetFile
from tests.support.mockhub.wire import Answer, NewRepo, send

LZ4 = pa.Codec("lz4")


def chunk(content: bytes, scheme: int = 0) -> bytes:
    """Return a chunk with its header."""
    body = content
    if scheme == 2:
        body = b"".join(content[plane::4] for plane in range(4))
    if scheme:
        body = LZ4.compress(body, asbytes=True)
    sizes = len(body).to_bytes(3, "little"), scheme.to_bytes(), len(content).to_bytes(3, "little")
    return b"\0" + b"".join(sizes) + body


def binary(text: str) -> bytes:
    """Return a hash as in shards: with each group of eight bytes reversed."""
    data = bytes.fromhex(text)
    return b"".join(data[start : start + 8][::-1] for start in range(0, 32, 8))


@dataclass(frozen=True)
class OneXorb:
    """A file whose pieces are the chunks of one xorb.

    Attributes:
        pieces: The contents of the chunks.
        claims: Wrong fields of its shard.
        scheme: Compression of the chunks.
    """

    pieces: Sequence[bytes]
    claims: dict[str, Any] = field(default_factory=dict)
    scheme: int = 0

    @property
    def nodes(self) -> list[Node]:
        return [(chunk_hash(piece), len(piece)) for piece in self.pieces]

    @property
    def content(self) -> bytes:
        return b"".join(self.pieces)

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    @property
    def hash(self) -> str:
        return file_hash(self.nodes)

    @property
    def xorb(self) -> str:
        return xorb_hash(self.nodes)

    @property
    def xorb_bytes(self) -> bytes:
        return b"".join(chunk(piece, self.scheme) for piece in self.pieces)

    @property
    def file(self) -> XetFile:
        """The file as the store knows it."""
        term = Term(self.xorb, 0, len(self.pieces), len(self.content))
        return XetFile(self.hash, self.sha256, (term,))

    @property
    def shard(self) -> bytes:
        fields: dict[str, Any] = {
            "file": self.hash,
            "xorb": self.xorb,
            "size": len(self.content),
            "chunks": len(self.pieces),
            "proof": range_hash(b"".join(digest for digest, _ in self.nodes)),
            "sha256": self.sha256,
        } | self.claims
        file = struct.pack("<32sII8x", binary(fields["file"]), 3 << 30, 1)
        xorb = binary(fields["xorb"])
        term = struct.pack("<32sIIII", xorb, 0, fields["size"], 0, fields["chunks"])
        proof = struct.pack("<32s16x", fields["proof"])
        metadata = struct.pack("<32s16x", binary(fields["sha256"]))
        return bytes(48) + file + term + proof + metadata + b"\xff" * 32 + bytes(16)


@dataclass(frozen=True)
class Cas:
    """A client of the content store, with a Xet token."""

    repo: NewRepo
    url: str
    token: str

    @classmethod
    def of(cls, repo: NewRepo, right: str = "write") -> Cas:
        """Log in as for an upload to a repository, or a download from it."""
        access = repo.send("GET", f"/xet-{right}-token/main").json
        return cls(repo, access["casUrl"], access["accessToken"])

    def send(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        """Send a request."""
        url = f"{self.url}{path}"
        return send(self.repo.hub, method, url, body, token=self.token, headers=headers)

    def put_xorb(self, file: OneXorb) -> Answer:
        return self.send("POST", f"/v1/xorbs/default/{file.xorb}", file.xorb_bytes)

    def put(self, file: OneXorb) -> Answer:
        """Upload a file."""
        self.put_xorb(file)
        return self.send("POST", "/v1/shards", file.shard)

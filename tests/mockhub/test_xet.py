"""The content store of Xet, asked what no client asks."""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass

import pyarrow as pa
import pytest

from mockhub.cas import merge_runs
from mockhub.xet import Term, hash_text, unpack_chunk
from tests.mockhub.wire import Answer, NewRepo, send

LZ4 = pa.Codec("lz4")


def chunk(content: bytes, scheme: int = 0) -> bytes:
    """A chunk as clients write it."""
    body = content
    if scheme == 2:
        body = b"".join(content[plane::4] for plane in range(4))
    if scheme:
        body = LZ4.compress(body, asbytes=True)
    sizes = len(body).to_bytes(3, "little"), scheme.to_bytes(), len(content).to_bytes(3, "little")
    return b"\0" + b"".join(sizes) + body


def shard(name: bytes, xorb: bytes, chunks: int, content: bytes) -> bytes:
    """A shard that describes one file: all the chunks of one xorb."""
    file = struct.pack("<32sII8x", name, 1 << 30, 1)
    term = struct.pack("<32sIIII", xorb, 0, len(content), 0, chunks)
    return bytes(48) + file + term + swapped(content) + bytes(16) + b"\xff" * 32 + bytes(16)


def swapped(content: bytes) -> bytes:
    """The SHA-256 of a content as shards hold it: each group of eight bytes reversed."""
    digest = hashlib.sha256(content).digest()
    return b"".join(digest[start : start + 8][::-1] for start in range(0, 32, 8))


@dataclass(frozen=True)
class Cas:
    """A client of the content store, with a Xet token."""

    repo: NewRepo
    url: str
    token: str

    @classmethod
    def of(cls, repo: NewRepo) -> Cas:
        """Log in as for an upload to a repository."""
        access = repo.send("GET", "/xet-write-token/main").json
        return cls(repo, access["casUrl"], access["accessToken"])

    def send(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        """Send a request."""
        url = f"{self.url}{path}"
        return send(self.repo.hub, method, url, body, token=self.token, headers=headers)


def unique(repo: NewRepo) -> bytes:
    """32 bytes that no other test uses as a hash."""
    return hashlib.sha256(repo.id.encode()).digest()


@pytest.mark.parametrize("scheme", [0, 1, 2])
@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 1001])
def test_chunks_of_all_schemes_unpack(scheme: int, size: int) -> None:
    content = (bytes(range(251)) * 4)[:size]
    assert unpack_chunk(chunk(content, scheme)) == content


def test_hash_text_reverses_groups_of_eight() -> None:
    assert hash_text(swapped(b"text")) == hashlib.sha256(b"text").hexdigest()


def test_runs_of_chunks_neither_touch_nor_overlap() -> None:
    ranges = [(5, 9), (0, 2), (2, 3), (7, 8), (12, 13)]
    terms = [Term("x", start, stop, 1) for start, stop in ranges]
    assert merge_runs([*terms, Term("y", 3, 5, 1)], "x") == [(0, 3), (5, 9), (12, 13)]


def test_reconstruction_is_cut_to_the_asked_chunks(repo: NewRepo) -> None:
    cas, name = Cas.of(repo), unique(repo)
    pieces = [b"a" * 10, b"b" * 20, b"c" * 30]
    path = f"/v1/xorbs/default/{hash_text(name)}"
    body = b"".join(chunk(piece) for piece in pieces)
    assert cas.send("POST", path, body).json == {"was_inserted": True}
    assert cas.send("POST", path, body).json == {"was_inserted": False}
    content = b"".join(pieces)
    assert cas.send("POST", "/v1/shards", shard(name, name, 3, content)).json == {"result": 1}
    path = f"/v1/reconstructions/{hash_text(name)}"
    found = cas.send("GET", path, Range="bytes=15-29").json
    assert found["offset_into_first_range"] == 5
    assert [term["range"] for term in found["terms"]] == [{"start": 1, "end": 2}]
    (fetch,) = found["fetch_info"][hash_text(name)]
    span = "bytes={start}-{end}".format(**fetch["url_range"])
    part = send(repo.hub, "GET", fetch["url"], token=None, headers={"Range": span})
    assert (part.status, part.body) == (206, chunk(pieces[1]))
    assert cas.send("GET", path, Range="bytes=60-99").status == 416
    assert len(cas.send("GET", path, Range="bytes=59-99").json["terms"]) == 1


def test_file_with_another_sha256_is_refused(repo: NewRepo) -> None:
    cas, name = Cas.of(repo), unique(repo)
    cas.send("POST", f"/v1/xorbs/default/{hash_text(name)}", chunk(b"right"))
    answer = cas.send("POST", "/v1/shards", shard(name, name, 1, b"wrong"))
    assert answer.status == 400
    assert "does not have the SHA-256" in answer.json["error"]
    assert cas.send("GET", f"/v1/reconstructions/{hash_text(name)}").status == 404


@pytest.mark.parametrize(("chunks", "content"), [(2, b"right"), (1, b"longer"), (0, b"")])
def test_term_that_does_not_fit_is_refused(repo: NewRepo, chunks: int, content: bytes) -> None:
    cas, name = Cas.of(repo), unique(repo)
    cas.send("POST", f"/v1/xorbs/default/{hash_text(name)}", chunk(b"right"))
    assert cas.send("POST", "/v1/shards", shard(name, name, chunks, content)).status == 400


def test_shard_of_an_unknown_xorb_is_refused(repo: NewRepo) -> None:
    name = unique(repo)
    assert Cas.of(repo).send("POST", "/v1/shards", shard(name, name, 1, b"x")).status == 400


@pytest.mark.parametrize("length", [0, 20, 100, 190])
def test_cut_off_shard_is_refused(repo: NewRepo, length: int) -> None:
    name = unique(repo)
    cas = Cas.of(repo)
    cas.send("POST", f"/v1/xorbs/default/{hash_text(name)}", chunk(b"x"))
    assert cas.send("POST", "/v1/shards", shard(name, name, 1, b"x")[:length]).status == 400


@pytest.mark.parametrize("body", [b"", b"\0" * 7, chunk(b"x" * 9)[:-1], b"\0\0\0\0\x03\0\0\0"])
def test_malformed_xorb_is_refused(repo: NewRepo, body: bytes) -> None:
    path = f"/v1/xorbs/default/{hash_text(unique(repo))}"
    assert Cas.of(repo).send("POST", path, body).status == 400


def test_hash_cannot_name_another_file(repo: NewRepo) -> None:
    assert Cas.of(repo).send("POST", "/v1/xorbs/default/..%2F..%2Fx", chunk(b"x")).status == 400


def test_store_needs_its_token_and_its_run(repo: NewRepo) -> None:
    cas = Cas.of(repo)
    path = f"/v1/xorbs/default/{hash_text(unique(repo))}"
    stranger = Cas(repo, cas.url, "wrong")
    assert stranger.send("POST", path, chunk(b"x")).status == 401
    earlier = Cas(repo, cas.url[:-1] + "x", cas.token)
    assert earlier.send("POST", path, chunk(b"x")).status == 404


def test_token_route_follows_the_rights(repo: NewRepo) -> None:
    assert repo.send("GET", "/xet-read-token/main", token=None).status == 200
    assert repo.send("GET", "/xet-write-token/main", token=None).status == 401
    assert repo.send("GET", "/xet-write-token/main", token="hf_stranger").status == 403
    proposal = repo.send("GET", "/xet-write-token/None?create_pr=1", token="hf_stranger")
    assert proposal.status == 200

"""Uploads in parts: any order, repeated parts, restarts."""

from __future__ import annotations

import hashlib
from itertools import permutations
from pathlib import Path

import pytest

from mockhub.errors import BadRequestError
from mockhub.storage.blobs import BlobStore
from mockhub.storage.multipart import Upload, Uploads

CONTENT = b"0123456789" * 25
SHA256 = hashlib.sha256(CONTENT).hexdigest()
UPLOAD = Upload("holder", SHA256, size=250, part_size=100, nonce="nonce")


class Server:
    """The stores of a server; another one in the same folder is a restart."""

    def __init__(self, root: Path, *, discard: bool = False) -> None:
        self.blobs = BlobStore(root / "blobs")
        self.uploads = Uploads(root / "uploads", self.blobs, discard=discard)

    def send(self, number: int, content: bytes = CONTENT, upload: Upload = UPLOAD) -> None:
        """Send one part."""
        start = (number - 1) * upload.part_size
        with self.blobs.receive() as incoming:
            incoming.write(content[start : start + upload.part_size])
            self.uploads.add_part(upload, number, incoming)

    def stored(self) -> bytes:
        """Return the content."""
        return b"".join(self.blobs.read(SHA256, 0, len(CONTENT)))


@pytest.mark.parametrize("order", list(permutations([1, 2, 3])))
def test_parts_may_come_in_any_order(tmp_path: Path, order: tuple[int, ...]) -> None:
    server = Server(tmp_path)
    for number in order:
        server.send(number)
    server.uploads.complete(UPLOAD)
    assert server.stored() == CONTENT
    assert list((tmp_path / "uploads").iterdir()) == []


def test_part_may_be_sent_again(tmp_path: Path) -> None:
    server = Server(tmp_path)
    for number in (1, 1, 3, 3, 2, 1):
        server.send(number)
    server.uploads.complete(UPLOAD)
    assert server.stored() == CONTENT


def test_missing_part_is_reported_and_may_follow(tmp_path: Path) -> None:
    server = Server(tmp_path)
    server.send(1)
    server.send(3)
    with pytest.raises(BadRequestError, match="Not all of the 3 parts"):
        server.uploads.complete(UPLOAD)
    server.send(2)
    server.uploads.complete(UPLOAD)
    assert server.stored() == CONTENT


@pytest.mark.parametrize(
    ("number", "content", "message"),
    [
        (0, CONTENT, "Part 0 of 3 does not exist"),
        (4, CONTENT, "Part 4 of 3 does not exist"),
        (2, CONTENT[:150], "Part 2 has 100 bytes, got 50"),
        (3, CONTENT + b"x", "Part 3 has 50 bytes, got 51"),
    ],
)
def test_impossible_part_is_refused(
    tmp_path: Path, number: int, content: bytes, message: str
) -> None:
    with pytest.raises(BadRequestError, match=message):
        Server(tmp_path).send(number, content)


def test_other_content_is_refused_and_removed(tmp_path: Path) -> None:
    server = Server(tmp_path)
    for number in (1, 2, 3):
        server.send(number, b"x" * 250)
    with pytest.raises(BadRequestError, match=f"Expected the SHA-256 {SHA256}"):
        server.uploads.complete(UPLOAD)
    assert server.blobs.size(SHA256) is None
    assert list((tmp_path / "uploads").iterdir()) == []


def test_restarted_server_continues_after_the_last_whole_part(tmp_path: Path) -> None:
    server = Server(tmp_path)
    server.send(1)
    server.send(2)
    content = tmp_path / "uploads" / "nonce" / "content"
    content.write_bytes(content.read_bytes()[:150])  # killed in the middle of the second part
    restarted = Server(tmp_path)
    restarted.send(3)
    with pytest.raises(BadRequestError, match="Not all"):
        restarted.uploads.complete(UPLOAD)
    restarted.send(2)
    restarted.uploads.complete(UPLOAD)
    assert restarted.stored() == CONTENT


def test_discarded_parts_take_no_space(tmp_path: Path) -> None:
    server = Server(tmp_path, discard=True)
    for number in (2, 1, 3):
        server.send(number)
    server.uploads.complete(UPLOAD)
    assert server.blobs.size(SHA256) == len(CONTENT)
    assert not server.blobs.path(SHA256).exists()

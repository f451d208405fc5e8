"""LFS uploads."""

from __future__ import annotations

import hashlib
import socket
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from mockhub.server import Hub
from tests.mockhub.wire import Answer, NewRepo, send


def batch(repo: NewRepo, content: bytes, *transfers: str) -> dict[str, Any]:
    """The answer of the batch call for one object."""
    item = {"oid": hashlib.sha256(content).hexdigest(), "size": len(content)}
    body = {"operation": "upload", "transfers": transfers, "objects": [item]}
    path = f"/datasets/{repo.id}.git/info/lfs/objects/batch"
    answer: dict[str, Any] = send(repo.hub, "POST", path, body).json
    return answer


def put(repo: NewRepo, url: str, content: bytes) -> Answer:
    """Upload as clients do: without a token."""
    return send(repo.hub, "PUT", url, content, token=None)


def verify(repo: NewRepo, content: bytes) -> int:
    body = {"oid": hashlib.sha256(content).hexdigest(), "size": len(content)}
    return send(repo.hub, "POST", f"/datasets/{repo.id}.git/info/lfs/verify", body).status


def test_stored_object_needs_no_upload(repo: NewRepo) -> None:
    content = repo.id.encode()
    actions = batch(repo, content, "basic")["objects"][0]["actions"]
    assert verify(repo, content) == 404
    assert put(repo, actions["upload"]["href"], content).status == 200
    assert verify(repo, content) == 200
    assert "actions" not in batch(repo, content, "basic")["objects"][0]


@pytest.mark.parametrize("wrong", [b"", b"x", b"xx", b"other"])
def test_wrong_bytes_are_refused(repo: NewRepo, wrong: bytes) -> None:
    content = repo.id.encode()
    url = batch(repo, content, "basic")["objects"][0]["actions"]["upload"]["href"]
    assert put(repo, url, wrong).status == 400
    assert "actions" in batch(repo, content, "basic")["objects"][0]


def test_failed_upload_leaves_nothing_on_disk(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with Hub.start(tmp_path, xet=False) as hub:
        repo = NewRepo(hub, "user/data")
        repo.api.create_repo(repo.id, repo_type="dataset")
        url = batch(repo, b"content", "basic")["objects"][0]["actions"]["upload"]["href"]
        assert put(repo, url, b"wrong").status == 400
        parts = urlsplit(url)
        with socket.create_connection((parts.hostname, parts.port)) as client:
            client.sendall(f"PUT {parts.path} HTTP/1.1\r\nHost: x\r\n".encode())
            client.sendall(b"Content-Length: 7\r\n\r\ncont")
        while [each["status"] for each in hub.requests() if each["method"] == "PUT"] != [400, 400]:
            time.sleep(0.01)
        assert list((tmp_path / "blobs" / "incoming").iterdir()) == []
        assert put(repo, url, b"content").status == 200
    assert capfd.readouterr().err == ""


def test_wrong_parts_are_refused(repo: NewRepo) -> None:
    content = (repo.id * 100).encode()[:2500]
    upload = batch(repo, content, "basic", "multipart")["objects"][0]["actions"]["upload"]
    parts = []
    for number in (3, 1, 2):
        etag = put(repo, upload["header"][str(number)], b"x" * 1000).headers["ETag"]
        parts.append({"partNumber": number, "etag": etag})
    assert send(repo.hub, "POST", upload["href"], {"parts": parts}, token=None).status == 400
    assert verify(repo, content) == 404


def test_parts_come_in_any_order_and_none_may_miss(repo: NewRepo) -> None:
    content = (repo.id * 100).encode()[:2500]
    upload = batch(repo, content, "basic", "multipart")["objects"][0]["actions"]["upload"]
    assert upload["header"]["chunk_size"] == "1000"
    parts: list[dict[str, Any]] = []
    for number in (3, 1, 2):
        missing = {"parts": sorted(parts, key=lambda part: part["partNumber"])}
        assert send(repo.hub, "POST", upload["href"], missing, token=None).status == 400
        piece = content[(number - 1) * 1000 : number * 1000]
        etag = put(repo, upload["header"][str(number)], piece).headers["ETag"]
        parts.append({"partNumber": number, "etag": etag})
    assert send(repo.hub, "POST", upload["href"], {"parts": parts}, token=None).status == 200
    assert verify(repo, content) == 200


def test_link_serves_one_upload(repo: NewRepo) -> None:
    content = repo.id.encode()
    url = batch(repo, content, "basic")["objects"][0]["actions"]["upload"]["href"]
    assert put(repo, url, content).status == 200
    assert put(repo, url, content).status == 403


def test_oid_that_is_no_hash_is_refused(repo: NewRepo) -> None:
    body = {"operation": "upload", "objects": [{"oid": "../../etc/passwd", "size": 1}]}
    path = f"/datasets/{repo.id}.git/info/lfs/objects/batch"
    assert send(repo.hub, "POST", path, body).json["objects"][0]["error"]["code"] == 422


def test_client_that_can_is_sent_to_xet(repo: NewRepo) -> None:
    assert batch(repo, b"x", "basic", "multipart", "xet")["transfer"] == "xet"


def test_discarding_server_knows_sizes_and_keeps_no_bytes() -> None:
    with Hub.start(xet=False, discard=True, options=["--part-size", "1000"]) as hub:
        repo = NewRepo(hub, "user/data")
        repo.api.create_repo(repo.id, repo_type="dataset")
        content = b"\0" * 100_000
        answer = batch(repo, content, "basic", "multipart")
        assert answer["transfer"] == "basic"  # parts would have to be kept until all are here
        url = answer["objects"][0]["actions"]["upload"]["href"]
        assert put(repo, url, content[1:]).status == 400
        assert put(repo, url, content).status == 200
        oid = hashlib.sha256(content).hexdigest()
        line = {"key": "lfsFile", "value": {"path": "a", "oid": oid, "size": len(content)}}
        assert repo.commit(line).status == 200
        info = repo.api.dataset_info(repo.id, files_metadata=True)
        assert [each.size for each in info.siblings or ()][1:] == [len(content)]
        assert repo.read("a").status == 410

"""LFS uploads."""

from __future__ import annotations

import hashlib
import json
import socket
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from mockhub.server.process import Hub
from tests.support.mockhub.wire import Answer, NewRepo, send


def batch(repo: NewRepo, *objects: dict[str, Any], transfers: tuple[str, ...] = ("basic",)) -> Any:
    """The answer of the batch call."""
    body = {"operation": "upload", "transfers": transfers, "objects": objects}
    path = f"/datasets/{repo.id}.git/info/lfs/objects/batch"
    return send(repo.hub, "POST", path, body).json


def named(content: bytes) -> dict[str, Any]:
    """A content as the batch call asks for it."""
    return {"oid": hashlib.sha256(content).hexdigest(), "size": len(content)}


def action(repo: NewRepo, content: bytes, *transfers: str) -> dict[str, Any]:
    """Return the upload action of a content."""
    answer = batch(repo, named(content), transfers=("basic", *transfers))
    upload: dict[str, Any] = answer["objects"][0]["actions"]["upload"]
    return upload


def is_stored(repo: NewRepo, content: bytes) -> bool:
    """Return True if the batch call has no upload action for a content."""
    (item,) = batch(repo, named(content))["objects"]
    return bool(item == named(content))


def put(repo: NewRepo, url: str, content: bytes) -> Answer:
    """Upload as clients do: without a token."""
    return send(repo.hub, "PUT", url, content, token=None)


def put_parts(repo: NewRepo, upload: dict[str, Any], content: bytes, *numbers: int) -> list[Any]:
    """Upload parts of a content; returns what ends the upload."""
    size = int(upload["header"]["chunk_size"])
    parts = []
    for number in numbers:
        piece = content[(number - 1) * size : number * size]
        answer = put(repo, upload["header"][str(number)], piece)
        assert answer.status == 200
        parts.append({"partNumber": number, "etag": answer.headers["ETag"]})
    return parts


def complete(repo: NewRepo, upload: dict[str, Any], parts: list[Any]) -> int:
    return send(repo.hub, "POST", upload["href"], {"parts": parts}, token=None).status


def verify(repo: NewRepo, content: bytes) -> int:
    path = f"/datasets/{repo.id}.git/info/lfs/verify"
    return send(repo.hub, "POST", path, named(content)).status


def long_content(repo: NewRepo) -> bytes:
    """A content of three parts on the shared server."""
    return (repo.id * 100).encode()[:2500]


def test_stored_object_needs_no_upload(repo: NewRepo) -> None:
    content = repo.id.encode()
    assert verify(repo, content) == 404
    assert put(repo, action(repo, content)["href"], content).status == 200
    assert verify(repo, content) == 200
    assert is_stored(repo, content)


def test_object_of_another_repository_must_be_uploaded_again(repo: NewRepo, other: NewRepo) -> None:
    content = repo.id.encode()
    put(repo, action(repo, content)["href"], content)
    assert verify(other, content) == 404
    assert not is_stored(other, content)
    pointer = {"key": "lfsFile", "value": {"path": "a", **named(content)}}
    assert other.commit(pointer).status == 400
    assert repo.commit(pointer).status == 200


@pytest.mark.parametrize("wrong", [b"", b"x", b"xx", b"other"])
def test_wrong_bytes_are_refused(repo: NewRepo, wrong: bytes) -> None:
    content = repo.id.encode()
    assert put(repo, action(repo, content)["href"], wrong).status == 400
    assert not is_stored(repo, content)


def test_failed_upload_leaves_nothing_on_disk(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with Hub.start(tmp_path, xet=False) as hub:
        repo = NewRepo(hub, "user/data")
        repo.api.create_repo(repo.id, repo_type="dataset")
        url = action(repo, b"content")["href"]
        assert put(repo, url, b"wrong").status == 400
        parts = urlsplit(url)
        with socket.create_connection((parts.hostname, parts.port)) as client:
            client.sendall(f"PUT {parts.path} HTTP/1.1\r\nHost: localhost\r\n".encode())
            client.sendall(b"Content-Length: 7\r\n\r\ncont")
        while len([request for request in hub.requests(method="PUT") if request.status]) < 2:
            time.sleep(0.01)
        assert list((tmp_path / "blobs" / "incoming").iterdir()) == []
        assert put(repo, url, b"content").status == 200
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("order", [(1, 2, 3), (3, 2, 1), (2, 2, 1, 1, 3, 2)])
def test_parts_come_in_any_order_and_again(repo: NewRepo, order: tuple[int, ...]) -> None:
    content = long_content(repo)
    upload = action(repo, content, "multipart")
    assert upload["header"]["chunk_size"] == "1000"
    put_parts(repo, upload, content, *order)
    assert not is_stored(repo, content)
    assert complete(repo, upload, [{"partNumber": number} for number in (1, 2, 3)]) == 200
    assert is_stored(repo, content)
    assert repo.commit({"key": "lfsFile", "value": {"path": "a", **named(content)}}).status == 200
    assert repo.read("a").body == content


def test_no_part_may_miss(repo: NewRepo) -> None:
    content = long_content(repo)
    upload = action(repo, content, "multipart")
    parts = put_parts(repo, upload, content, 1, 3)
    assert complete(repo, upload, parts) == 400
    assert complete(repo, upload, [*parts, {"partNumber": 2}]) == 400
    assert complete(repo, upload, [*parts, *parts]) == 400
    parts += put_parts(repo, upload, content, 2)
    assert complete(repo, upload, parts) == 200


def test_upload_is_ended_twice_without_harm(repo: NewRepo) -> None:
    content = long_content(repo)
    upload = action(repo, content, "multipart")
    parts = put_parts(repo, upload, content, 1, 2, 3)
    assert [complete(repo, upload, parts) for _ in range(2)] == [200, 200]
    put_parts(repo, upload, content, 2)
    assert is_stored(repo, content)


def test_wrong_parts_are_refused(repo: NewRepo) -> None:
    content = long_content(repo)
    upload = action(repo, content, "multipart")
    assert put(repo, upload["header"]["1"], content[:999]).status == 400
    assert put(repo, upload["header"]["3"], content[:501]).status == 400
    assert put(repo, f"{upload['href']}/4", content[:500]).status == 400
    assert put(repo, f"{upload['href']}/0", content[:1000]).status == 400
    parts = put_parts(repo, upload, b"x" * len(content), 1, 2, 3)
    assert complete(repo, upload, parts) == 400
    assert not is_stored(repo, content)
    parts = put_parts(repo, upload, content, 1, 2, 3)
    assert complete(repo, upload, parts) == 200


def test_link_is_for_one_kind_of_upload(repo: NewRepo) -> None:
    long, short = long_content(repo), repo.id.encode()
    assert put(repo, action(repo, long, "multipart")["href"], long).status == 404
    whole = action(repo, short, "multipart")
    assert put(repo, f"{whole['href']}/1", short).status == 404
    assert complete(repo, whole, []) == 404


def test_interrupted_upload_in_parts_goes_on_after_a_restart(tmp_path: Path) -> None:
    content = bytes(range(250)) * 10
    with Hub.start(tmp_path, xet=False, part_size=1000) as hub:
        repo = NewRepo(hub, "user/data")
        repo.api.create_repo(repo.id, repo_type="dataset")
        upload = action(repo, content, "multipart")
        put_parts(repo, upload, content, 1, 3)
        old = hub.url
    (unfinished,) = tmp_path.glob("uploads/*/content")
    with unfinished.open("ab") as file:
        file.write(b"half a part")  # as if killed in the middle of the second
    with Hub.start(tmp_path, xet=False, part_size=1000) as hub:
        repo = NewRepo(hub, "user/data")
        upload = json.loads(json.dumps(upload).replace(old, hub.url))
        put_parts(repo, upload, content, 2)
        assert complete(repo, upload, [{"partNumber": number} for number in (1, 2, 3)]) == 200
        assert is_stored(repo, content)
    assert list(tmp_path.glob("uploads/*")) == []


def test_forged_and_expired_links_are_refused(repo: NewRepo) -> None:
    content = repo.id.encode()
    url = action(repo, content)["href"]
    assert put(repo, f"{url}0", content).status == 403
    assert put(repo, f"{repo.hub.url}/lfs-storage/link", content).status == 403
    token = repo.send("GET", "/xet-write-token/main").json["accessToken"]
    assert put(repo, f"{repo.hub.url}/lfs-storage/{token}", content).status == 403
    with Hub.start(xet=False, expire_after=1) as hub:
        brief = NewRepo(hub, "user/data")
        brief.api.create_repo(brief.id, repo_type="dataset")
        url = action(brief, content)["href"]
        while (answer := put(brief, url, b"wrong")).status == 400:
            pass
        assert (answer.status, answer.json["error"]) == (
            403,
            "Invalid upload link: expired",
        )


@pytest.mark.parametrize(
    ("oid", "size"), [("..", 1), ("x" * 64, 1), ("A" * 64, 1), ("a" * 63, 1), ("a" * 64, -1)]
)
def test_object_that_cannot_be_is_refused(repo: NewRepo, oid: str, size: int) -> None:
    (item,) = batch(repo, {"oid": oid, "size": size})["objects"]
    assert item["error"]["code"] == 422
    assert "actions" not in item


def test_wrong_size_of_a_stored_object_is_refused(repo: NewRepo) -> None:
    content = repo.id.encode()
    put(repo, action(repo, content)["href"], content)
    (item,) = batch(repo, {**named(content), "size": 1})["objects"]
    assert item["error"]["message"].endswith(f"has {len(content)} bytes, not 1")


@pytest.mark.parametrize("body", [{}, {"objects": [{}]}, {"objects": 1}, {"objects": [{"oid": 1}]}])
def test_malformed_batch_is_refused(repo: NewRepo, body: dict[str, Any]) -> None:
    path = f"/datasets/{repo.id}.git/info/lfs/objects/batch"
    assert send(repo.hub, "POST", path, {"operation": "upload", **body}).status == 400


@pytest.mark.parametrize(("token", "status"), [(None, 401), ("hf_stranger", 403)])
def test_batch_is_for_those_who_may_write(repo: NewRepo, token: str | None, status: int) -> None:
    path = f"/datasets/{repo.id}.git/info/lfs/objects/batch"
    body = {"operation": "upload", "objects": [named(b"x")]}
    assert send(repo.hub, "POST", path, body, token=token).status == status


def test_client_that_can_is_sent_to_xet(repo: NewRepo) -> None:
    answer = batch(repo, named(b"x"), transfers=("basic", "multipart", "xet"))
    assert answer == {"transfer": "xet", "objects": [named(b"x")]}


def test_discarding_server_knows_sizes_and_keeps_no_bytes(tmp_path: Path) -> None:
    whole, long = b"whole", bytes(range(250)) * 10
    with Hub.start(tmp_path, xet=False, discard=True, part_size=1000) as hub:
        repo = NewRepo(hub, "user/data")
        repo.api.create_repo(repo.id, repo_type="dataset")
        put(repo, action(repo, whole)["href"], whole)
        upload = action(repo, long, "multipart")
        assert complete(repo, upload, put_parts(repo, upload, long, 3, 1, 2)) == 200
        for path, content in (("whole", whole), ("long", long)):
            assert is_stored(repo, content)
            pointer = {"path": path, "algo": "sha256", **named(content)}
            assert repo.commit({"key": "lfsFile", "value": pointer}).status == 200
            answer = repo.read(path)
            assert answer.status == 410
            assert "--discard" in answer.json["error"]
    stored = [file for file in tmp_path.glob("blobs/*/*") if file.suffix != ".size"]
    assert not {whole, long} & {file.read_bytes() for file in stored}
    assert list(tmp_path.glob("uploads/*")) == []


@pytest.mark.parametrize("size", [10**30, 1e999])
def test_impossible_size_gets_no_links(repo: NewRepo, size: float) -> None:
    body = {
        "operation": "upload",
        "transfers": ["multipart"],
        "objects": [{"oid": "a" * 64, "size": size}],
    }
    answer = send(repo.hub, "POST", f"/datasets/{repo.id}.git/info/lfs/objects/batch", body)
    if answer.status == 200:
        assert answer.json["objects"][0]["error"]["code"] == 422
    else:
        assert answer.status == 400


def test_batch_has_a_thousand_objects_at_most(repo: NewRepo) -> None:
    body = {"operation": "upload", "objects": [{"oid": "a" * 64, "size": 1}] * 1001}
    path = f"/datasets/{repo.id}.git/info/lfs/objects/batch"
    assert send(repo.hub, "POST", path, body).status == 413

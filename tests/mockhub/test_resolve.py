"""Reading files over plain HTTP."""

from __future__ import annotations

import hashlib

import pytest

from tests.mockhub.wire import NewRepo, send

CONTENT = bytes(range(256)) * 8


@pytest.fixture
def stored(repo: NewRepo) -> NewRepo:
    """A repository with a regular file, and one that came over Xet."""
    for path, content in (("a.txt", b"text"), ("a.parquet", CONTENT)):
        repo.api.upload_file(
            path_or_fileobj=content, path_in_repo=path, repo_id=repo.id, repo_type="dataset"
        )
    return repo


def test_headers_tell_what_clients_need(stored: NewRepo) -> None:
    commit = stored.api.dataset_info(stored.id).sha
    oid = hashlib.sha1(b"blob 4\0text").hexdigest()
    for method in ("HEAD", "GET"):
        url = f"/datasets/{stored.id}/resolve/main/a.txt"
        headers = send(stored.hub, method, url).headers
        assert (headers["X-Repo-Commit"], headers["ETag"]) == (commit, f'"{oid}"')
        assert headers["Content-Length"] == "4"
        assert "X-Xet-Hash" not in headers


def test_file_that_came_over_xet_is_offered_over_xet_and_plainly(stored: NewRepo) -> None:
    answer = stored.read("a.parquet")
    assert answer.body == CONTENT
    sha256 = hashlib.sha256(CONTENT).hexdigest()
    assert answer.headers["X-Linked-Etag"] == f'"{sha256}"'
    assert answer.headers["X-Linked-Size"] == str(len(CONTENT))
    (entry,) = stored.send("POST", "/paths-info/main", b"paths=a.parquet").json
    assert answer.headers["X-Xet-Hash"] == entry["xetHash"]
    url, relation = answer.headers["Link"].split("; ")
    assert relation == 'rel="xet-auth"'
    assert send(stored.hub, "GET", url.strip("<>")).status == 200


@pytest.mark.parametrize("path", ["a.txt", "a.parquet"])
def test_ranges_are_partial_content(stored: NewRepo, path: str) -> None:
    whole = stored.read(path)
    assert whole.status == 200
    part = stored.read(path, Range="bytes=1-2")
    assert (part.status, part.body) == (206, whole.body[1:3])
    assert part.headers["Content-Range"] == f"bytes 1-2/{len(whole.body)}"
    assert part.headers["Content-Length"] == "2"
    assert stored.read(path, Range=f"bytes={len(whole.body)}-").status == 416

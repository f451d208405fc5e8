"""Reading files over plain HTTP."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote, urlsplit

import pytest

from mockhub.server.process import Hub
from tests.support.mockhub.wire import Answer, NewRepo, send

TEXT = b"text"
CONTENT = bytes(range(256)) * 8
SHA256 = hashlib.sha256(CONTENT).hexdigest()


def fill(repo: NewRepo) -> NewRepo:
    """Add a regular file, and one that comes over Xet."""
    for path, content in (("a.txt", TEXT), ("a.parquet", CONTENT)):
        repo.api.upload_file(
            path_or_fileobj=content, path_in_repo=path, repo_id=repo.id, repo_type="dataset"
        )
    return repo


@pytest.fixture
def stored(repo: NewRepo) -> NewRepo:
    """A repository with two files, on a Hub that redirects as the real one does."""
    return fill(repo)


@pytest.fixture(scope="module")
def direct() -> Iterator[NewRepo]:
    """The same on a Hub without redirects."""
    with Hub.start(redirect="none") as hub:
        repo = NewRepo(hub, "user/direct")
        repo.api.create_repo(repo.id, repo_type="dataset")
        yield fill(repo)


def ask(repo: NewRepo, path: str, method: str = "GET", **headers: str) -> Answer:
    """Ask for a file, and follow no redirect."""
    url = f"/datasets/{repo.id}/resolve/main/{path}"
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return send(repo.hub, method, url, headers=names, follow=False)


@pytest.mark.parametrize("method", ["HEAD", "GET"])
def test_regular_file_lies_behind_a_relative_redirect(stored: NewRepo, method: str) -> None:
    answer = ask(stored, "a.txt", method)
    oid = hashlib.sha1(b"blob 4\0text").hexdigest()
    commit = stored.api.dataset_info(stored.id).sha
    assert answer.status == 307
    assert answer.headers["X-Repo-Commit"] == commit
    assert answer.headers["Location"].startswith(
        f"/api/resolve-cache/datasets/{stored.id}/{commit}/a.txt?"
    )
    file = send(stored.hub, method, answer.headers["Location"])
    assert (file.status, file.headers["Content-Length"]) == (200, "4")
    assert (file.headers["X-Repo-Commit"], file.headers["ETag"]) == (commit, f'"{oid}"')
    assert file.body == (TEXT if method == "GET" else b"")


@pytest.mark.parametrize("method", ["HEAD", "GET"])
def test_lfs_file_lies_behind_a_link_to_another_origin(stored: NewRepo, method: str) -> None:
    answer = ask(stored, "a.parquet", method)
    assert answer.status == 302
    assert answer.headers["X-Linked-Etag"] == f'"{SHA256}"'
    assert answer.headers["X-Linked-Size"] == str(len(CONTENT))
    link = urlsplit(answer.headers["Location"])
    assert (link.hostname, link.port) == ("localhost", urlsplit(stored.hub.url).port)
    file = send(stored.hub, method, link.path, token=None)
    assert (file.status, file.headers["Content-Length"]) == (200, str(len(CONTENT)))
    assert file.headers["ETag"] == f'"{SHA256}"'
    assert file.headers["Content-Disposition"].endswith('filename="a.parquet";')
    assert file.body == (CONTENT if method == "GET" else b"")


def test_link_of_another_server_is_refused(stored: NewRepo, direct: NewRepo) -> None:
    link = urlsplit(ask(stored, "a.parquet").headers["Location"]).path
    for path in (link.replace("/cdn/", "/cdn/x"), "/cdn/nonsense/a.parquet", "/cdn/é.ü/a"):
        assert send(stored.hub, "GET", quote(path)).status == 403
    assert send(direct.hub, "GET", link).status == 403


@pytest.mark.hub(expire_after=2)
def test_link_expires(hub: Hub) -> None:
    repo = NewRepo(hub, "user/data")
    repo.api.create_repo(repo.id, repo_type="dataset")
    fill(repo)
    link = urlsplit(ask(repo, "a.parquet").headers["Location"]).path
    time.sleep(2.1)
    answer = send(hub, "GET", link)
    assert (answer.status, answer.json["error"]) == (403, "Invalid download link: expired")


def test_xet_token_is_no_link_to_download(stored: NewRepo) -> None:
    token = stored.send("GET", "/xet-read-token/main").json["accessToken"]
    answer = send(stored.hub, "GET", f"/cdn/{token}/a.parquet")
    assert answer.status == 403
    assert "not issued by this server for this purpose" in answer.json["error"]


def test_file_is_sent_at_once_without_redirects(direct: NewRepo) -> None:
    for path, content in (("a.txt", TEXT), ("a.parquet", CONTENT)):
        assert (ask(direct, path).status, ask(direct, path).body) == (200, content)
        head = ask(direct, path, "HEAD")
        assert (head.status, head.headers["Content-Length"]) == (200, str(len(content)))
    assert head.headers["X-Linked-Size"] == str(len(CONTENT))
    assert head.headers["ETag"] == head.headers["X-Linked-Etag"] == f'"{SHA256}"'


def test_file_that_came_over_xet_is_offered_over_xet_and_plainly(stored: NewRepo) -> None:
    assert stored.read("a.parquet").body == CONTENT
    headers = ask(stored, "a.parquet", "HEAD").headers
    (entry,) = stored.send("POST", "/paths-info/main", b"paths=a.parquet").json
    assert headers["X-Xet-Hash"] == entry["xetHash"]
    url, relation = headers["Link"].split("; ")
    assert relation == 'rel="xet-auth"'
    assert send(stored.hub, "GET", url.strip("<>")).status == 200
    assert "X-Xet-Hash" not in ask(stored, "a.txt").headers


@pytest.mark.parametrize("path", ["a.txt", "a.parquet"])
@pytest.mark.parametrize(
    ("asked", "part"),
    [("1-2", slice(1, 3)), ("3-", slice(3, None)), ("-3", slice(-3, None)), ("0-0", slice(1))],
)
def test_ranges_are_partial_content(
    stored: NewRepo, direct: NewRepo, path: str, asked: str, part: slice
) -> None:
    for repo in (stored, direct):
        whole = repo.read(path).body
        answer = repo.read(path, Range=f"bytes={asked}")
        assert (answer.status, answer.body) == (206, whole[part])
        start, stop, _ = part.indices(len(whole))
        assert answer.headers["Content-Range"] == f"bytes {start}-{stop - 1}/{len(whole)}"
        assert answer.headers["Content-Length"] == str(stop - start)


@pytest.mark.parametrize("path", ["a.txt", "a.parquet"])
def test_unusual_ranges(direct: NewRepo, path: str) -> None:
    size = len(direct.read(path).body)
    past = ask(direct, path, Range=f"bytes={size}-")
    assert (past.status, past.headers["Content-Range"]) == (416, f"bytes */{size}")
    assert ask(direct, path, Range="bytes=0-0,2-2").status == 200
    assert ask(direct, path, Range="bytes=" + "9" * 5000 + "-").status == 200
    head = ask(direct, path, "HEAD", Range="bytes=1-2")
    assert (head.status, head.headers["Content-Length"]) == (200, str(size))


def test_known_content_is_not_sent_again(stored: NewRepo, direct: NewRepo) -> None:
    for repo, path in ((stored, "a.txt"), (direct, "a.txt"), (direct, "a.parquet")):
        etag = ask(repo, path, "HEAD").headers["ETag"]
        for known in (etag, f"W/{etag}", f'"x", {etag}', "*"):
            answer = ask(repo, path, If_None_Match=known)
            assert (answer.status, answer.body) == (304, b"")
            assert answer.headers["ETag"] == etag
        assert repo.read(path, **{"If-None-Match": '"x"'}).status == 200
    link = urlsplit(ask(stored, "a.parquet").headers["Location"]).path
    known = send(stored.hub, "GET", link, headers={"If-None-Match": f'"{SHA256}"'})
    assert known.status == 304


def test_range_of_a_changed_file_is_the_whole_file(direct: NewRepo) -> None:
    etag = ask(direct, "a.txt").headers["ETag"]
    same = ask(direct, "a.txt", Range="bytes=1-2", If_Range=etag)
    assert (same.status, same.body) == (206, b"ex")
    for other in ('"x"', f"W/{etag}", "Wed, 21 Oct 2015 07:28:00 GMT"):
        changed = ask(direct, "a.txt", Range="bytes=1-2", If_Range=other)
        assert (changed.status, changed.body) == (200, TEXT)


def test_file_that_is_not_the_expected_one_is_refused(direct: NewRepo) -> None:
    etag = ask(direct, "a.txt").headers["ETag"]
    assert ask(direct, "a.txt", If_Match=etag).status == 200
    assert ask(direct, "a.txt", If_Match="*").status == 200
    assert ask(direct, "a.txt", If_Match='"x"').status == 412


@pytest.mark.parametrize(
    "name",
    ["a b", "100%", "what?", "a#b&c=d;e", "one+two", "%2F", "naïve 😀", 'quote"', "back\\slash"],
)
def test_names_survive_the_trip(repo: NewRepo, name: str) -> None:
    content = name.encode()
    for kind in ("txt", "parquet"):
        path = f"folder {name}/{name}.{kind}"
        repo.api.upload_file(
            path_or_fileobj=content, path_in_repo=path, repo_id=repo.id, repo_type="dataset"
        )
        answer = repo.read(quote(path))
        assert answer.body == content
        full = f"filename*=UTF-8''{quote(name, safe='')}.{kind}; "
        assert full in answer.headers["Content-Disposition"]
        assert repo.read(quote(path, safe="")).body == content


def test_revision_is_one_segment(stored: NewRepo) -> None:
    api = stored.api
    api.create_branch(stored.id, branch="with/slash", repo_type="dataset")
    api.upload_file(
        path_or_fileobj=b"branch",
        path_in_repo="a.txt",
        repo_id=stored.id,
        repo_type="dataset",
        revision="with/slash",
    )
    assert stored.read("a.txt", "with%2Fslash").body == b"branch"
    commit = api.dataset_info(stored.id, revision="with/slash").sha or ""
    assert stored.read("a.txt", commit).body == b"branch"
    assert stored.read("a.txt", commit[:7]).body == b"branch"
    missing = stored.read("a.txt", "with/slash")
    assert (missing.status, missing.headers["X-Error-Code"]) == (404, "RevisionNotFound")


def test_what_is_no_file_is_not_found_and_tells_the_commit(stored: NewRepo) -> None:
    for path in ("b.txt", "", "a.txt/", "a.txt/b", "../a.txt", "%2e%2e/a.txt"):
        answer = ask(stored, path)
        assert (answer.status, answer.headers["X-Error-Code"]) == (404, "EntryNotFound")
        assert answer.headers["X-Repo-Commit"] == stored.api.dataset_info(stored.id).sha


def test_raw_shows_what_git_holds(stored: NewRepo) -> None:
    pointer = send(stored.hub, "GET", f"/datasets/{stored.id}/raw/main/a.parquet")
    assert pointer.body.decode().splitlines() == [
        "version https://git-lfs.github.com/spec/v1",
        f"oid sha256:{SHA256}",
        f"size {len(CONTENT)}",
    ]
    oid = hashlib.sha1(b"blob %d\0" % len(pointer.body) + pointer.body).hexdigest()
    assert pointer.headers["ETag"] == f'"{oid}"'
    assert send(stored.hub, "GET", f"/datasets/{stored.id}/raw/main/a.txt").body == TEXT


@pytest.mark.parametrize("path", ["resolve/main/a.txt", "raw/main/a.txt", "resolve/main/a.parquet"])
def test_private_file_is_hidden_from_others(stored: NewRepo, path: str) -> None:
    cache = ask(stored, "a.txt").headers["Location"]
    stored.api.update_repo_settings(stored.id, private=True, repo_type="dataset")
    for url in (f"/datasets/{stored.id}/{path}", cache):
        assert send(stored.hub, "GET", url).status == 200
        assert send(stored.hub, "GET", url, token="hf_stranger").status == 404
        assert send(stored.hub, "GET", url, token=None).status == 401


def test_gated_file_is_kept_from_others(stored: NewRepo) -> None:
    stored.api.update_repo_settings(stored.id, gated="auto", repo_type="dataset")
    for path in ("resolve/main/a.txt", "raw/main/a.txt", "resolve/main/a.parquet"):
        url = f"/datasets/{stored.id}/{path}"
        assert (
            send(stored.hub, "GET", url, token="hf_stranger").headers["X-Error-Code"] == "GatedRepo"
        )


def test_discarded_bytes_are_refused_with_the_reason() -> None:
    with Hub.start(discard=True) as hub:
        repo = NewRepo(hub, "user/data")
        repo.api.create_repo(repo.id, repo_type="dataset")
        fill(repo)
        assert ask(repo, "a.parquet", "HEAD").headers["X-Linked-Size"] == str(len(CONTENT))
        answer = repo.read("a.parquet")
        assert answer.status == 410
        assert "--discard" in answer.json["error"]
        assert repo.read("a.txt").body == TEXT


def test_hundreds_of_ranges_are_read_at_once(stored: NewRepo) -> None:
    def part(start: int) -> bool:
        answer = stored.read("a.parquet", Range=f"bytes={start}-{start + 4}")
        return answer.body == CONTENT[start : start + 5]

    with ThreadPoolExecutor(200) as pool:
        assert all(pool.map(part, range(200)))


def test_server_goes_by_any_of_its_names(stored: NewRepo) -> None:
    port = urlsplit(stored.hub.url).port
    url = f"/datasets/{stored.id}/resolve/main/a.parquet"
    answers = {
        name: send(stored.hub, "GET", url, headers={"Host": f"{name}:{port}"}, follow=False)
        for name in ("127.0.0.1", "localhost", "hub.localhost")
    }
    assert answers["localhost"].headers["Location"].startswith(f"http://127.0.0.1:{port}/cdn/")
    assert answers["hub.localhost"].body == CONTENT

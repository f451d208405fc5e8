"""The releases that an index lists; served here, since the real one changes."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from packaging.version import Version

from repro.installs import index as pypi
from repro.installs.index import IndexUnreachableError, Release, releases
from tests.support.repro.index import Index


@contextmanager
def answering(body: bytes, asked: list[str]) -> Iterator[str]:
    """A server of one answer for all; notes what requests were allowed by."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.headers.get("Authorization", ""))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever).start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()


def test_releases_are_in_the_order_of_their_versions(index: Index) -> None:
    for version in ("4.10.0", "4.9.1", "4.9.0"):
        index.add("datasets", version)
    versions = [str(release.version) for release in releases("datasets")]
    assert versions == ["4.9.0", "4.9.1", "4.10.0"]


def test_release_was_uploaded_when_its_first_file_was(index: Index) -> None:
    for filename, day in (("datasets-1.0-py3-none-any.whl", 2), ("datasets-1.0.tar.gz", 1)):
        index.list("datasets", filename, {"upload-time": f"2025-11-0{day}T12:00:00.5Z"})
    index.list("datasets", "datasets-0.9.tar.gz")
    moment = datetime(2025, 11, 1, 12, 0, 0, 500_000, tzinfo=UTC)
    assert releases("datasets") == [Release(Version("0.9"), None), Release(Version("1.0"), moment)]


@pytest.mark.parametrize(
    "filename",
    [
        "datasets-2.0rc1-py3-none-any.whl",
        "datasets-2.0.dev0.tar.gz",
        "datasets-2.0.exe",
        "datasets-not.a.version.tar.gz",
    ],
)
def test_what_is_not_a_final_release_is_left_out(filename: str, index: Index) -> None:
    index.add("datasets", "1.0")
    index.list("datasets", filename)
    assert [str(release.version) for release in releases("datasets")] == ["1.0"]


def test_withdrawn_release_is_left_out(index: Index) -> None:
    index.add("datasets", "1.0", metadata={"yanked": False})
    index.add("datasets", "1.1", metadata={"yanked": "it loses rows"})
    assert [str(release.version) for release in releases("datasets")] == ["1.0"]


def test_index_of_uv_is_asked_else_pypi(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    assert pypi.index_url() == pypi.PYPI
    monkeypatch.setenv("UV_INDEX_URL", "https://old.example.org/simple/")
    assert pypi.index_url() == "https://old.example.org/simple"
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://new.example.org/simple")
    assert pypi.index_url() == "https://new.example.org/simple"


def test_password_of_the_address_is_sent_and_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    with answering(b"<html>", asked) as host:
        monkeypatch.setenv("UV_DEFAULT_INDEX", f"http://user:s%40cret@{host}/simple")
        with pytest.raises(IndexUnreachableError) as caught:
            releases("datasets")
    assert asked == ["Basic dXNlcjpzQGNyZXQ="]
    assert f"http://{host}/simple/datasets/ lists no releases" in str(caught.value)
    assert "cret" not in str(caught.value)


@pytest.mark.parametrize("body", [b"<html>", b"{}", b"\xff"])
def test_answer_that_lists_no_files_is_an_error(
    body: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    with answering(body, []) as host:
        monkeypatch.setenv("UV_DEFAULT_INDEX", f"http://{host}/simple")
        with pytest.raises(IndexUnreachableError, match="lists no releases"):
            releases("datasets")


def test_project_that_is_not_there_is_an_error(index: Index) -> None:
    with pytest.raises(IndexUnreachableError, match="404"):
        releases("no-such-project")


def test_index_that_does_not_answer_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(b"", []) as host:
        pass
    monkeypatch.setenv("UV_DEFAULT_INDEX", f"http://{host}/simple")
    with pytest.raises(IndexUnreachableError, match="refused"):
        releases("datasets")

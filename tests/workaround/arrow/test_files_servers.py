"""Source files of servers: what is not installed, refuses, or changes."""

from __future__ import annotations

import os
import socket
import threading
import zipfile
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

import workaround.arrow.files
from workaround.arrow.files import Files
from workaround.errors import SourceChangedError, UnreachableError
from workaround.extras import advice
from workaround.hub import retry
from workaround.preflight.inspect import inspect_file

pytest.importorskip("aiohttp", reason="fsspec opens http:// with it")


class Quiet(SimpleHTTPRequestHandler):
    """A handler that logs nothing."""

    def log_message(self, *args: object) -> None:
        """Log nothing."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """Serve a folder."""
    handler = partial(Quiet, directory=str(tmp_path))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as http:
        threading.Thread(target=http.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{http.server_port}"
        http.shutdown()


@pytest.mark.parametrize("scheme", ["http", "HTTP", "simplecache::http"])
def test_file_of_a_web_server(tmp_path: Path, server: str, scheme: str) -> None:
    (tmp_path / "a.bin").write_bytes(b"content")
    source = Files().look_up(f"{server}/a.bin".replace("http", scheme, 1))
    assert b"".join(map(bytes, Files().blocks(source))) == b"content"
    Files().require_unchanged([source])


def test_changed_file_of_a_web_server_is_an_error(tmp_path: Path, server: str) -> None:
    (tmp_path / "a.bin").write_bytes(b"content")
    source = Files().look_up(f"{server}/a.bin")
    (tmp_path / "a.bin").write_bytes(b"changed")
    os.utime(tmp_path / "a.bin", (1, 1))  # the server tells the time of modification
    with pytest.raises(SourceChangedError, match="changed since it was checked"):
        Files().require_unchanged([source])
    (tmp_path / "a.bin").unlink()
    with pytest.raises(SourceChangedError, match="was deleted"):
        list(Files().blocks(source))


def test_check_gives_up_on_a_web_server_that_is_down(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/a.nii"
    monkeypatch.setattr(retry, "sleep", lambda _: None)
    with pytest.raises(UnreachableError, match="Is the server running"):
        inspect_file(Files(), url, level="headers", nifti=True)


@pytest.mark.parametrize(
    ("url", "extra"),
    [("http://host/a.nii", "http"), ("HTTPS://h/a.nii", "http"), ("zip://a::s3://b/z.zip", "s3")],
)
def test_missing_package_names_the_extra(
    monkeypatch: pytest.MonkeyPatch, url: str, extra: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ImportError("Install a package")

    monkeypatch.setattr(workaround.arrow.files, "url_to_fs", fail)
    defect = inspect_file(Files(), url, level="headers", nifti=True).defect
    assert defect is not None
    assert advice(extra) in defect.reason


class Breaking(Quiet):
    """A handler that breaks the connection in the middle of its first answers."""

    breaks = 3
    ranges = True

    def do_GET(self) -> None:
        """Send a file or a range of it, or the first half of that."""
        content = Path(self.translate_path(self.path)).read_bytes()
        start, stop = 0, len(content)
        if self.ranges and (asked := self.headers["Range"]):
            first, last = asked.removeprefix("bytes=").split("-")
            start, stop = int(first), min(int(last) + 1, stop)
        self.send_response(200 if stop - start == len(content) else 206)
        self.send_header("Accept-Ranges", "bytes" if self.ranges else "none")
        if self.ranges:
            self.send_header("Content-Range", f"bytes {start}-{stop - 1}/{len(content)}")
        self.send_header("Content-Length", str(stop - start))
        self.end_headers()
        if type(self).breaks:
            type(self).breaks -= 1
            stop = (start + stop) // 2
            self.close_connection = True
        self.wfile.write(content[start:stop])

    def do_HEAD(self) -> None:
        """Send what a GET would, without the content."""
        self.send_response(200)
        self.send_header("Accept-Ranges", "bytes" if self.ranges else "none")
        size = Path(self.translate_path(self.path)).stat().st_size
        self.send_header("Content-Length", str(size))
        self.end_headers()


@pytest.mark.parametrize("ranges", [True, False])
@pytest.mark.parametrize("breaks", [1, 3, 100])
def test_connection_that_breaks_is_resumed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ranges: bool, breaks: int
) -> None:
    monkeypatch.setattr(retry, "sleep", lambda _: None)
    handler = type("Handler", (Breaking,), {"ranges": ranges, "breaks": 0})
    content = os.urandom(3 << 20)
    (tmp_path / "a.bin").write_bytes(content)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(tmp_path))) as http:
        threading.Thread(target=http.serve_forever, daemon=True).start()
        source = Files().look_up(f"http://127.0.0.1:{http.server_port}/a.bin")
        handler.breaks = breaks  # type: ignore[attr-defined]
        try:
            if breaks < retry.TRIES:
                assert b"".join(map(bytes, Files().blocks(source))) == content
                assert handler.breaks == 0  # type: ignore[attr-defined]
            else:
                with pytest.raises(UnreachableError, match=r"a\.bin failed 8 times"):
                    list(Files().blocks(source))
        finally:
            http.shutdown()


def test_archive_whose_connection_breaks_is_opened_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retry, "sleep", lambda _: None)
    handler = type("Handler", (Breaking,), {"breaks": 0})
    content = os.urandom(12 << 20)
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("b.bin", content)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(tmp_path))) as http:
        threading.Thread(target=http.serve_forever, daemon=True).start()
        url = f"zip://b.bin::http://127.0.0.1:{http.server_port}/a.zip"
        source = Files().look_up(url)
        handler.breaks = 2  # type: ignore[attr-defined]
        try:
            assert b"".join(map(bytes, Files().blocks(source))) == content
            assert handler.breaks == 0  # type: ignore[attr-defined]
        finally:
            http.shutdown()

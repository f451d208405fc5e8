"""Source files of servers: what is not installed, refuses, or changes."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

import workaround.arrow.files
from workaround.arrow.files import Files
from workaround.errors import SourceChangedError, UnreachableError
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
    assert f"pip install 'nifti-hub-workaround[{extra}]'" in defect.reason

"""Servers that refuse connections."""

from __future__ import annotations

import socket

import pytest

from workaround.arrow.files import Files
from workaround.arrow.servers import REFUSALS, impatient, require_listening
from workaround.errors import UnreachableError
from workaround.hub import retry
from workaround.preflight.inspect import inspect_file

pytestmark = pytest.mark.processes  # it connects to servers


@pytest.fixture
def silent() -> str:
    """The URL of a server that is not there."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that were waited for, without waiting."""
    seconds: list[float] = []
    monkeypatch.setattr(retry, "sleep", seconds.append)
    return seconds


def test_listening_server_is_connected_to() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        require_listening(f"http://127.0.0.1:{server.getsockname()[1]}")


def test_refused_connection_is_an_error(silent: str) -> None:
    with pytest.raises(ConnectionRefusedError, match="refuses connections"):
        require_listening(silent)


def test_server_behind_a_proxy_is_not_connected_to(
    silent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    require_listening(silent)


def test_unknown_host_is_left_to_the_client() -> None:
    require_listening("http://host.invalid/a.nii")


def test_check_gives_up_on_a_server_that_is_down(silent: str, waits: list[float]) -> None:
    files = Files(endpoint=silent)
    with pytest.raises(UnreachableError, match="Is the server running"):
        inspect_file(files, "hf://datasets/user/data/a.nii", level="headers", nifti=True)
    assert len(waits) == REFUSALS - 1
    assert sum(waits) < 10


def test_other_failures_are_left_as_they_are() -> None:
    failures = iter([TimeoutError(), ConnectionResetError(), ValueError()])

    def fail() -> None:
        raise next(failures)

    action = impatient(fail)
    for kind in (TimeoutError, ConnectionResetError, ValueError):
        with pytest.raises(kind):
            action()

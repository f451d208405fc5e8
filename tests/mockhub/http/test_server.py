"""The HTTP server: malformed, endless and hung requests."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest

from mockhub.http.server import MAX_HEAD
from mockhub.server.process import Hub
from tests.support.mockhub.wire import send


def connect(hub: Hub) -> socket.socket:
    parts = urlsplit(hub.url)
    return socket.create_connection((parts.hostname, parts.port), timeout=30)


def status_of(client: socket.socket) -> int:
    with client.makefile("rb") as answer:
        return int(answer.readline().split()[1])


@pytest.mark.parametrize(
    "head",
    [
        b"GET /" + b"a" * MAX_HEAD,
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * MAX_HEAD,
        b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X: a\r\n" * MAX_HEAD,
    ],
    ids=["path", "header", "headers"],
)
def test_endless_head_of_a_request_is_refused(shared_hub: Hub, head: bytes) -> None:
    with connect(shared_hub) as client:
        client.sendall(head[: MAX_HEAD + 1])
        assert status_of(client) == 400
    assert send(shared_hub, "GET", "/api/whoami-v2").status == 200


def test_long_head_of_a_request_is_served(shared_hub: Hub) -> None:
    headers = {"X-Request-Id": "a" * (MAX_HEAD // 2)}
    assert send(shared_hub, "GET", "/api/whoami-v2", headers=headers).status == 200


@pytest.mark.parametrize(
    "head",
    [
        b"no request at all",
        b"GET / HTTP/1.1",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example",
    ],
)
def test_malformed_request_is_refused(shared_hub: Hub, head: bytes) -> None:
    with connect(shared_hub) as client:
        client.sendall(head + b"\r\n\r\n")
        assert status_of(client) == 400


@pytest.fixture
def hung_clients(shared_hub: Hub) -> Iterator[None]:
    """A hundred clients that began a request and say no more."""
    starts = [
        b"POST /api/repos/create HTTP/1.1\r\nHost: localhost\r\n",
        b"POST /api/repos/create HTTP/1.1\r\nHost: localhost\r\n"
        b"Authorization: Bearer hf_mockhub\r\nContent-Length: 9\r\n\r\n{",
    ]
    with ExitStack() as stack:
        for start in starts * 50:
            stack.enter_context(connect(shared_hub)).sendall(start)
        yield


@pytest.mark.usefixtures("hung_clients")
def test_hung_clients_hold_up_no_other(shared_hub: Hub) -> None:
    assert send(shared_hub, "GET", "/api/whoami-v2").status == 200

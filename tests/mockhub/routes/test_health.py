"""The sign of life of a server."""

from __future__ import annotations

from mockhub.server.process import Hub
from tests.support.mockhub.wire import send


def test_health_needs_no_token(shared_hub: Hub) -> None:
    answer = send(shared_hub, "GET", "/health", token=None)
    assert (answer.status, answer.body) == (200, b"OK")
    assert send(shared_hub, "HEAD", "/health", token=None).status == 200

"""Refusals as answers."""

from __future__ import annotations

import pytest

from mockhub.server.process import Hub
from tests.support.mockhub.wire import send


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/no/such/route/at/all", 404),
        ("POST", "/api/whoami-v2", 405),
        ("PUT", "/api/repos/create", 405),
        ("BREW", "/api/whoami-v2", 405),
    ],
)
def test_what_no_route_serves_is_refused_in_json(
    shared_hub: Hub, method: str, path: str, status: int
) -> None:
    answer = send(shared_hub, method, path)
    assert answer.status == status
    assert answer.json["error"] == answer.headers["X-Error-Message"]

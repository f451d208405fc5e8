"""Refusals as answers."""

from __future__ import annotations

import pytest

from mockhub.errors import HubError
from mockhub.http.refusals import MAX_MESSAGE, header_text, response_of
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


def test_long_message_is_cut() -> None:
    response = response_of(HubError(400, "a" * 1_000_000, code="C"))
    assert len(response.headers["X-Error-Message"]) == MAX_MESSAGE + 3
    assert len(response.body) < 2 * MAX_MESSAGE
    assert response.headers["X-Error-Code"] == "C"


@pytest.mark.parametrize(
    ("message", "header"),
    [("two\r\n lines", "two lines"), ("ü", "?"), ("\x7f", "?"), ("a\tb", "a b")],
)
def test_message_fits_into_a_header(message: str, header: str) -> None:
    assert header_text(message) == header

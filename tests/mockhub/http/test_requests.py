"""Bodies and flags of requests."""

from __future__ import annotations

import pytest

from mockhub.http.requests import MAX_BODY
from mockhub.server.process import Hub
from tests.support.mockhub.wire import send


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/repos/create"),
        ("DELETE", "/api/repos/delete"),
        ("POST", "/api/repos/move"),
        ("POST", "/api/validate-yaml"),
        ("POST", "/mockhub/faults"),
        ("POST", "/mockhub/reset"),
    ],
)
@pytest.mark.parametrize("body", [b"{", b"[]", b"null", b"\xff", b"[" * 100_000, b""])
def test_body_that_is_no_json_object_is_refused(
    shared_hub: Hub, method: str, path: str, body: bytes
) -> None:
    answer = send(shared_hub, method, path, body)
    assert answer.status == 400
    assert answer.json["error"]


def test_name_of_a_hundred_megabytes_is_refused(shared_hub: Hub) -> None:
    body = b'{"type": "dataset", "name": "%s"}' % (b"a" * 100_000_000)
    answer = send(shared_hub, "POST", "/api/repos/create", body)
    assert answer.status == 413
    assert f"{MAX_BODY} bytes" in answer.json["error"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/api/repos/create", {"type": "dataset", "name": "a" * 10_000_000}),
        ("POST", "/api/repos/create", {"name": "a", "organization": "a" * 10_000_000}),
        ("POST", "/api/repos/move", {"fromRepo": "a" * 10_000_000, "toRepo": "user/b"}),
        ("POST", "/mockhub/faults", {"path": "a" * 10_000_000, "status": 500}),
        ("POST", "/mockhub/faults", {"path": "a", "status": 500, "method": "a" * 10_000_000}),
    ],
)
def test_long_name_is_refused_with_a_short_message(
    shared_hub: Hub, method: str, path: str, body: dict[str, object]
) -> None:
    answer = send(shared_hub, method, path, body)
    assert 400 <= answer.status < 500
    assert len(answer.body) < 5000

"""Bodies and flags of requests."""

from __future__ import annotations

import pytest

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

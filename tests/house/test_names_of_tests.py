"""Names of tests are the same in every process of a run."""

from __future__ import annotations

import gzip

import pytest


@pytest.mark.parametrize("content", [gzip.compress(b"")])  # with the time in its header
def test_bytes_are_named_by_their_argument(request: pytest.FixtureRequest, content: bytes) -> None:
    assert content.startswith(b"\x1f\x8b")
    assert request.node.name == "test_bytes_are_named_by_their_argument[content]"

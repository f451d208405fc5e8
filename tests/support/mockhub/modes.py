"""The modes of uploads, and the requests by which they are recognized."""

from __future__ import annotations

import pytest

from mockhub.server.process import Hub

MODES = (
    "xet",
    pytest.param("lfs", marks=pytest.mark.hub(xet=False)),
    pytest.param("multipart", marks=pytest.mark.hub(xet=False, part_size=1000)),
    pytest.param("regular", marks=pytest.mark.hub(upload_mode="regular")),
)
"""To parametrize a test that uses the fixture ``hub``."""


def sent(hub: Hub, method: str, path: str) -> int:
    """Return the number of successful requests with a method and path."""
    return sum(request.status == 200 for request in hub.requests(method, path))


def travelled(hub: Hub) -> set[str]:
    """Return the modes in which files were uploaded, apart from regular files."""
    ways = set()
    if sent(hub, "POST", "/xorbs/default/"):
        ways.add("xet")
    if sent(hub, "POST", "^/lfs-storage/"):
        ways.add("multipart")
    elif sent(hub, "PUT", "^/lfs-storage/"):
        ways.add("lfs")
    return ways

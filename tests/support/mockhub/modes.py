"""The ways a file travels to the Hub, and how to see which one it took."""

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
    """How many successful requests of a kind the Hub saw."""
    return sum(each.status == 200 for each in hub.requests(method, path))


def travelled(hub: Hub) -> set[str]:
    """The modes in which contents came in, apart from regular files."""
    ways = set()
    if sent(hub, "POST", "/xorbs/default/"):
        ways.add("xet")
    if sent(hub, "POST", "^/lfs-storage/"):
        ways.add("multipart")
    elif sent(hub, "PUT", "^/lfs-storage/"):
        ways.add("lfs")
    return ways

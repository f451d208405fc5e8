"""The pytest plugin: a fixture ``hub`` that clients find by themselves.

def test_push(hub):
    Dataset.from_dict({"n": [1]}).push_to_hub(f"{hub.user}/numbers")

@pytest.mark.hub(xet=False, users=["ann:hf_ann", "ben:hf_ben:read"])
def test_retry(hub):
    hub.fail("PUT", "/lfs-storage/", status=503)
    Dataset.from_dict({"n": [1]}).push_to_hub("ann/numbers")
    assert [each.status for each in hub.requests("PUT", "/lfs-storage/")] == [503, 200]

All tests share one server process (each worker of pytest-xdist has its own), which begins anew for
each: empty, without faults, and with an empty HF_HOME. ``start_hub`` starts another.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Protocol

import pytest

from mockhub.server.environment import using
from mockhub.server.process import Hub


def pytest_configure(config: pytest.Config) -> None:
    """Tell pytest about the marker."""
    config.addinivalue_line(
        "markers", "hub(**options): how the server of the fixture 'hub' behaves in this test"
    )


@pytest.fixture(scope="session")
def _hub_process() -> Iterator[Hub]:
    with Hub.start() as hub:
        yield hub


@pytest.fixture
def hub(request: pytest.FixtureRequest, _hub_process: Hub) -> Iterator[Hub]:
    """An empty Hub that child processes and loaded clients use.

    ``@pytest.mark.hub(xet=False)`` sets options (`mockhub.options.Options`).
    """
    marker = request.node.get_closest_marker("hub")
    try:
        hub = _hub_process.reset(**(marker.kwargs if marker else {}))
    except ValueError as error:
        raise pytest.UsageError(f"@pytest.mark.hub: {error}") from None
    seen = len(hub.complaints())
    with using(hub):
        yield hub
    sys.stderr.write(hub.complaints()[seen:])  # beside the test that provoked them


class StartHub(Protocol):
    """What the fixture `start_hub` is."""

    def __call__(self, root: Path | None = None, **options: Any) -> Hub:
        """Start a Hub as `Hub.start` does."""


@pytest.fixture
def start_hub() -> Iterator[StartHub]:
    """Start a Hub of its own process as `Hub.start` does; clients use it until the test ends."""
    with ExitStack() as stack:

        def start(root: Path | None = None, **options: Any) -> Hub:
            hub = stack.enter_context(Hub.start(root, **options))
            stack.enter_context(using(hub))
            return hub

        yield start

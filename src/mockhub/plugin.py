"""The pytest plugin: a fixture ``hub`` that all clients use.

def test_push(hub):
    Dataset.from_dict({"n": [1]}).push_to_hub(f"{hub.user}/numbers")

@pytest.mark.hub(xet=False, users=["ann:hf_ann", "ben:hf_ben:read"])
def test_retry(hub):
    hub.fail("PUT", "/lfs-storage/", status=503)
    Dataset.from_dict({"n": [1]}).push_to_hub("ann/numbers")
    assert [request.status for request in hub.requests("PUT", "/lfs-storage/")] == [503, 200]

pytest loads it wherever the package is installed; ``-p no:mockhub.plugin`` leaves it out. All tests
share one server process (each worker of pytest-xdist has its own), which is reset before each test:
no repositories, no faults, and an empty HF_HOME. ``start_hub`` starts another process.

What a server takes is imported by the fixtures: test suites without them do not pay for it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from mockhub.extras import advice

if TYPE_CHECKING:
    from mockhub.server.process import Hub


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    config.addinivalue_line(
        "markers", "hub(**options): options of the local Hub (fixture 'hub') for this test"
    )


def _server() -> type[Hub]:
    """Import what a server takes.

    Raises:
        pytest.UsageError: Some of it is not installed.
    """
    try:
        from mockhub.server.process import Hub
    except ModuleNotFoundError as error:
        message = f"the fixture of the local Hub needs {error.name}: {advice('hub')}"
        raise pytest.UsageError(message) from None
    return Hub


@pytest.fixture(scope="session")
def _hub_process() -> Iterator[Hub]:
    with _server().start() as hub:
        yield hub


@pytest.fixture
def hub(request: pytest.FixtureRequest, _hub_process: Hub) -> Iterator[Hub]:
    """An empty local Hub, used by clients in this process and in child processes.

    ``@pytest.mark.hub(xet=False)`` sets options (`mockhub.options.Options`).
    """
    from mockhub.server.environment import using

    marker = request.node.get_closest_marker("hub")
    try:
        hub = _hub_process.reset(**(marker.kwargs if marker else {}))
    except ValueError as error:
        raise pytest.UsageError(f"@pytest.mark.hub: {error}") from None
    before = len(hub.stderr())
    with using(hub):
        yield hub
    sys.stderr.write(hub.stderr()[before:])  # tracebacks, in the report of this test


class StartHub(Protocol):
    """The type of the fixture `start_hub`."""

    def __call__(self, root: Path | None = None, **options: Any) -> Hub:
        """Start a Hub as `Hub.start` does."""


@pytest.fixture
def start_hub() -> Iterator[StartHub]:
    """Start a local Hub in a process of its own; clients use it until the test ends."""
    server = _server()
    from mockhub.server.environment import using

    with ExitStack() as stack:

        def start(root: Path | None = None, **options: Any) -> Hub:
            hub = stack.enter_context(server.start(root, **options))
            stack.enter_context(using(hub))
            return hub

        yield start

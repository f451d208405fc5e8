"""The mark `processes`, and a check that tests without it start none and connect to nothing.

A test has the mark if it uses a fixture that starts a server, or if its module has a name of what
starts processes. Others have it written down. `tox run -e fast` runs the rest.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from types import ModuleType

import pytest

FIXTURES = frozenset(["browser", "hub", "start_hub", "shared_hub", "pytester", "index"])
MODULES = frozenset(
    [
        "http.server",
        "mockhub.git.diff",
        "mockhub.server.process",
        "multiprocessing",
        "repro.sandbox.run",
        "subprocess",
        "tests.support.repro.children",
        "tests.support.repro.clones",
        "tests.support.warm",
    ]
)
EVENTS = frozenset(["os.exec", "os.fork", "os.posix_spawn", "socket.connect", "subprocess.Popen"])
_started = pytest.StashKey[list[str]]()


def pytest_configure(config: pytest.Config) -> None:
    """Register the mark, and watch what starts."""
    config.addinivalue_line("markers", "processes: needs a process or a server")
    config.stash[_started] = started = []

    def note(event: str, arguments: tuple[object, ...]) -> None:
        if event in EVENTS and threading.current_thread() is threading.main_thread():
            started.append(f"{event}: {arguments[:2]}")

    sys.addaudithook(note)


@pytest.hookimpl(tryfirst=True)  # before tests are selected by their marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests."""
    for item in items:
        if isinstance(item, pytest.Function) and (
            FIXTURES & {*item.fixturenames} or MODULES & _origins(item.module)
        ):
            item.add_marker(pytest.mark.processes)


def _origins(module: ModuleType) -> set[str]:
    """Return the modules that the names of a module are of."""
    things = vars(module).values()
    return {
        thing.__name__ if isinstance(thing, ModuleType) else str(getattr(thing, "__module__", ""))
        for thing in things
    }


@pytest.fixture(autouse=True)
def _without_processes(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that should have the mark."""
    started = request.config.stash[_started]
    started.clear()
    yield
    marked = {"processes", "repro", "search"} & {mark.name for mark in request.node.iter_markers()}
    assert marked or not started, f"mark this test with @pytest.mark.processes: {started[0]}"

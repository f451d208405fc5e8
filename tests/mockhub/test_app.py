"""The application: names of this machine, and garbage for all routes."""

from __future__ import annotations

import re
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.routing import Route

from mockhub.app import build
from mockhub.options import Options
from mockhub.server.process import Hub
from mockhub.state import State
from tests.support.mockhub.wire import NewRepo, send


def build_routes() -> list[Route]:
    """All routes of a server, but for that which would take the server from other tests."""
    with tempfile.TemporaryDirectory() as root:
        app = build(State(Path(root), Options()))
    routes = [route for route in app.routes if isinstance(route, Route)]
    return [route for route in routes if route.path != "/mockhub/reset"]


@pytest.fixture(scope="module")
def garbage_hub() -> Iterator[Hub]:
    """A Hub that others do not look at."""
    with Hub.start() as hub:
        yield hub
        hub.clear_faults()
        assert hub.stderr() == ""


GARBAGE = [
    b"",
    b"{",
    b"[" * 100_000,
    b"\xff\x00",
    b'{"files": 7, "paths": 7, "objects": [7], "name": 7, "type": [], "title": 7, "tag": {}}',
    b'{"files": [{}], "paths": [7], "objects": [{"oid": []}], "parts": 7, "deletions": 7}',
    b'{"key": "header", "value": {"summary": 7}}\n{"key": "file", "value": 7}',
]


PARAMETERS = {
    "type:plural": "datasets",
    "type:web": "datasets/",
    "right:right": "write",
    "number:int": "1",
}


@pytest.mark.parametrize("route", build_routes(), ids=lambda route: route.path)
def test_no_route_crashes_on_garbage(garbage_hub: Hub, route: Route) -> None:
    repo = NewRepo(garbage_hub, f"user/{uuid.uuid4().hex}")
    repo.api.create_repo(repo.id, repo_type="dataset")
    send(garbage_hub, "POST", f"/api/buckets/{repo.id}", {})
    known = PARAMETERS | {"namespace:seg": "user", "name:seg": repo.id.split("/")[1]}
    path = re.sub("{(.*?)}", lambda match: known.get(match[1], "main"), route.path)
    for method in sorted(route.methods or ()):
        for body in GARBAGE:
            answer = send(garbage_hub, method, path, body, follow=False)
            assert answer.status < 500, (method, path, body[:80], answer.body)


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil"])
def test_other_names_for_this_machine_are_refused(shared_hub: Hub, host: str) -> None:
    answer = send(shared_hub, "GET", "/api/whoami-v2", headers={"Host": f"{host}:80"})
    assert answer.status == 400


@pytest.mark.parametrize("host", ["localhost", "hub.localhost:8000", "127.0.0.1", "[::1]:80"])
def test_own_names_of_this_machine_are_served(shared_hub: Hub, host: str) -> None:
    answer = send(shared_hub, "GET", "/api/whoami-v2", headers={"Host": host})
    assert answer.status == 200

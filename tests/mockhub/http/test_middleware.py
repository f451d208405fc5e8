"""What every answer has in common, whatever was asked."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from huggingface_hub import HfApi
from huggingface_hub.errors import HfHubHTTPError
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from mockhub.app import build
from mockhub.http.middleware import CrashMiddleware
from mockhub.http.server import MAX_HEAD
from mockhub.options import Options
from mockhub.server.process import Hub
from mockhub.state import State
from tests.support.mockhub.wire import NewRepo, send

TOKEN = "hf_secret_of_somebody"


def build_routes() -> list[Route]:
    """All routes of a server, but for that which would take the server from other tests."""
    with tempfile.TemporaryDirectory() as root:
        app = build(State(Path(root), Options()))
    routes = [each for each in app.routes if isinstance(each, Route)]
    return [each for each in routes if each.path != "/mockhub/reset"]


@pytest.fixture(scope="module")
def garbage_hub() -> Iterator[Hub]:
    """A Hub that others do not look at."""
    with Hub.start() as hub:
        yield hub
        hub.clear_faults()
        assert hub.stderr() == ""


def connect(hub: Hub) -> socket.socket:
    parts = urlsplit(hub.url)
    return socket.create_connection((parts.hostname, parts.port), timeout=30)


def status_of(client: socket.socket) -> int:
    with client.makefile("rb") as answer:
        return int(answer.readline().split()[1])


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"X-Request-Id": "mine"}, "mine"),
        ({"X-Amzn-Trace-Id": "trace"}, "trace"),
        ({"X-Request-Id": "mine", "X-Amzn-Trace-Id": "trace"}, "mine"),
    ],
)
def test_answer_carries_the_id_of_the_request(
    shared_hub: Hub, headers: dict[str, str], expected: str
) -> None:
    assert send(shared_hub, "GET", "/nowhere", headers=headers).headers["X-Request-Id"] == expected


def test_each_request_without_an_id_gets_its_own(shared_hub: Hub) -> None:
    ids = {send(shared_hub, "GET", "/api/whoami-v2").headers["X-Request-Id"] for _ in range(2)}
    assert len(ids) == 2


def test_client_shows_the_id_in_its_error(shared_hub: Hub) -> None:
    with pytest.raises(HfHubHTTPError, match="Request ID: ") as caught:
        HfApi(endpoint=shared_hub.url, token="hf_unknown").list_repo_refs("user/data")
    sent = caught.value.response.request.headers["X-Amzn-Trace-Id"]
    assert caught.value.request_id == sent


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


@pytest.mark.parametrize(
    "head",
    [
        b"GET /" + b"a" * MAX_HEAD,
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * MAX_HEAD,
        b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X: a\r\n" * MAX_HEAD,
    ],
    ids=["path", "header", "headers"],
)
def test_endless_head_of_a_request_is_refused(shared_hub: Hub, head: bytes) -> None:
    with connect(shared_hub) as client:
        client.sendall(head[: MAX_HEAD + 1])
        assert status_of(client) == 400
    assert send(shared_hub, "GET", "/api/whoami-v2").status == 200


def test_long_head_of_a_request_is_served(shared_hub: Hub) -> None:
    headers = {"X-Request-Id": "a" * (MAX_HEAD // 2)}
    assert send(shared_hub, "GET", "/api/whoami-v2", headers=headers).status == 200


@pytest.mark.parametrize(
    "head",
    [
        b"no request at all",
        b"GET / HTTP/1.1",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example",
    ],
)
def test_malformed_request_is_refused(shared_hub: Hub, head: bytes) -> None:
    with connect(shared_hub) as client:
        client.sendall(head + b"\r\n\r\n")
        assert status_of(client) == 400


@pytest.fixture
def hung_clients(shared_hub: Hub) -> Iterator[None]:
    """A hundred clients that began a request and say no more."""
    starts = [
        b"POST /api/repos/create HTTP/1.1\r\nHost: localhost\r\n",
        b"POST /api/repos/create HTTP/1.1\r\nHost: localhost\r\n"
        b"Authorization: Bearer hf_mockhub\r\nContent-Length: 9\r\n\r\n{",
    ]
    with ExitStack() as stack:
        for start in starts * 50:
            stack.enter_context(connect(shared_hub)).sendall(start)
        yield


@pytest.mark.usefixtures("hung_clients")
def test_hung_clients_hold_up_no_other(shared_hub: Hub) -> None:
    assert send(shared_hub, "GET", "/api/whoami-v2").status == 200


def test_crash_is_answered_and_told_without_the_token(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def crash(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise ZeroDivisionError(f"of {TOKEN}")

    answer = asyncio.run(_call(crash))
    assert answer[0]["status"] == 500
    assert "Internal Error" in json.loads(answer[1]["body"])["error"]
    assert "ZeroDivisionError: of ***" in caplog.text
    assert "Traceback" in caplog.text
    assert TOKEN not in caplog.text


async def _call(app: object) -> list[Message]:
    sent: list[Message] = []

    async def keep(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request"}

    headers = [(b"authorization", f"Bearer {TOKEN}".encode())]
    scope = {"type": "http", "headers": headers}
    await CrashMiddleware(app)(scope, receive, keep)  # type: ignore[arg-type]
    return sent

"""Faults on demand, and a log of the requests.

Both sit before the routes, as ASGI middleware, so that they see what clients really sent.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, cast

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mockhub.errors import BadRequestError, ForbiddenError
from mockhub.state import read_json, require_account

ADMIN = "/mockhub/"


@dataclass
class Fault:
    """A failure to come.

    Attributes:
        method: Of the requests it meets; "*" for all.
        path: Regular expression, searched in the path as sent, still percent-encoded.
        status: HTTP status they are answered with.
        count: How many requests it still meets.
        headers: Of the answer.
    """

    method: str
    path: re.Pattern[str]
    status: int
    count: int = 1
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def from_json(cls, body: dict[str, Any]) -> Fault:
        """Read a fault from the body of an admin request.

        Raises:
            BadRequestError: A field is missing or of the wrong kind.
        """
        try:
            status, count = int(body["status"]), int(body.get("count", 1))
            path = re.compile(str(body["path"]))
            headers = {str(key): str(value) for key, value in body.get("headers", {}).items()}
        except (KeyError, TypeError, ValueError, AttributeError, re.error) as error:
            raise BadRequestError(f"Not a fault: {error!r}") from None
        if not 100 <= status <= 599:
            raise BadRequestError(f"Not a status: {status}")
        return cls(str(body.get("method", "*")).upper(), path, status, count, headers)

    def meets(self, method: str, path: str) -> bool:
        """Whether this fault is for a request."""
        return self.count > 0 and self.method in {"*", method} and bool(self.path.search(path))


@dataclass
class Faults:
    """The faults still to come, and the requests that came."""

    pending: list[Fault] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)

    def next(self, method: str, path: str) -> Fault | None:
        """Take the fault a request meets, if any."""
        for fault in self.pending:
            if fault.meets(method, path):
                fault.count -= 1
                return fault
        return None


class FaultMiddleware:
    """Logs requests, and answers those a fault is meant for.

    Args:
        app: What answers the others.
        faults: Shared with the admin routes.
    """

    def __init__(self, app: ASGIApp, faults: Faults) -> None:
        self._app = app
        self._faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["path"].startswith(ADMIN):
            await self._app(scope, receive, send)
            return
        method, path = scope["method"], scope["path"]
        record: dict[str, Any] = {"method": method, "path": path, "status": None}
        self._faults.requests.append(record)

        async def send_logged(message: Message) -> None:
            if message["type"] == "http.response.start":
                record["status"] = message["status"]
            await send(message)

        fault = self._faults.next(method, path)
        if fault is None:
            await self._app(scope, receive, send_logged)
            return
        async for _ in Request(scope, receive).stream():
            pass  # an answer before the end of the body would look like a broken connection
        response = JSONResponse({"error": "Injected fault"}, fault.status, fault.headers)
        await response(scope, receive, send_logged)


def _faults(request: Request) -> Faults:
    if not require_account(request).can_write:
        raise ForbiddenError("This token has no write permission")
    return cast("Faults", request.app.state.faults)


async def add(request: Request) -> JSONResponse:
    """Plan a fault."""
    faults = _faults(request)
    faults.pending.append(Fault.from_json(await read_json(request)))
    return JSONResponse({})


async def clear(request: Request) -> JSONResponse:
    """Forget all faults."""
    _faults(request).pending.clear()
    return JSONResponse({})


async def requests(request: Request) -> JSONResponse:
    """The log of requests, oldest first."""
    return JSONResponse(_faults(request).requests)


routes = [
    Route(f"{ADMIN}faults", add, methods=["POST"]),
    Route(f"{ADMIN}faults", clear, methods=["DELETE"]),
    Route(f"{ADMIN}requests", requests),
]

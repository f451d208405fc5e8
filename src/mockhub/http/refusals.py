"""Answers to requests that are refused: `HubError` as a response, and handlers of exceptions."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from mockhub.errors import HubError

MAX_MESSAGE = 2000
"""Characters of a message; clients refuse long headers."""

_NO_ROUTE = "Sorry, we can't find the page you are looking for."


def response_of(error: HubError) -> JSONResponse:
    """Return the answer a client gets: the message in the body and in a header, and the code."""
    message = error.message
    if len(message) > MAX_MESSAGE:  # such as one that repeats a name of many megabytes
        message = f"{message[:MAX_MESSAGE]}..."
    headers = {"X-Error-Message": header_text(message), **error.headers}
    if error.code:
        headers["X-Error-Code"] = error.code
    if error.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="Authentication required", charset="UTF-8"'
    body = {"error": message, **error.extra}
    return JSONResponse(body, status_code=error.status, headers=headers)


def header_text(text: str) -> str:
    """Return a text as one line of visible ASCII, as header values must be."""
    words = text.encode("ascii", "replace").decode().split()
    return "".join(char if char.isprintable() else "?" for char in " ".join(words))


async def handle_refusal(_request: Request, error: Exception) -> Response:
    """Answer a request that a route refused (an exception handler of Starlette)."""
    assert isinstance(error, HubError)  # noqa: S101 - registered for no other
    return response_of(error)


async def handle_disconnect(_request: Request, _error: Exception) -> Response:
    """Give the log a status for a client that hung up; nobody receives the answer."""
    return Response(status_code=400)


async def handle_no_route(_request: Request, error: Exception) -> Response:
    """Answer a request whose path or method no route serves."""
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for no other
    message = _NO_ROUTE if error.status_code == 404 else error.detail
    headers = dict(error.headers or {})
    return response_of(HubError(error.status_code, message, headers=headers))


exception_handlers = {
    HubError: handle_refusal,
    ClientDisconnect: handle_disconnect,
    HTTPException: handle_no_route,
}

"""Middleware for all answers: request ids, and status 500 with a traceback for crashes."""

from __future__ import annotations

import logging
import secrets
import traceback

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mockhub.errors import HubError
from mockhub.http.refusals import response_of

_APOLOGY = "Internal Error - the traceback is on the standard error of the server"

_logger = logging.getLogger("uvicorn.error")


class RequestIdMiddleware:
    """ASGI middleware that adds ``X-Request-Id``, which clients show in their error messages.

    It is the client's own, from ``X-Request-Id`` or ``X-Amzn-Trace-Id``, or a new one.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        request_id = headers.get("x-request-id") or headers.get("x-amzn-trace-id")
        answer_id = request_id or f"Root=1-{secrets.token_hex(16)}"

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).setdefault("X-Request-Id", answer_id)
            await send(message)

        await self._app(scope, receive, send_with_id)


class CrashMiddleware:
    """ASGI middleware that answers 500 for exceptions, and logs the traceback without the token."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        started = False

        async def send_noted(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, send_noted)
        except Exception:
            _, _, token = Headers(scope=scope).get("authorization", "").partition(" ")
            text = traceback.format_exc()
            _logger.error("%s", text.replace(token, "***") if token else text)  # noqa: TRY400 - scrubbed
            if started:
                scope["state"]["transport"].close()  # else the body would look complete
            else:
                await response_of(HubError(500, _APOLOGY))(scope, receive, send)

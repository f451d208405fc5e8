"""The route by which scripts and containers wait for a server."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route


def health(_request: Request) -> PlainTextResponse:
    """Answer OK: the server accepts requests."""
    return PlainTextResponse("OK")


routes = [Route("/health", health)]

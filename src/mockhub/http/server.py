"""The HTTP server that carries the routes."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

LOOPBACK = "127.0.0.1"
WILDCARDS = {"0.0.0.0": LOOPBACK, "::": "::1"}  # noqa: S104 - to be told apart, not to listen on
BACKLOG = 2048
SECONDS_TO_FINISH = 3
MAX_HEAD = 64 << 10
"""Bytes of a request before its body, above which it is refused."""


class Protocol(H11Protocol):
    """HTTP/1.1 as uvicorn speaks it; requests find their connection in ``scope["state"]``."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Note the connection for the requests to come."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


class Server(uvicorn.Server):
    """Says when it answers, and handles signals.

    Args:
        app: The application.
        ready: Called once it answers.
    """

    def __init__(self, app: ASGIApp, ready: Callable[[], None]) -> None:
        self._ready = ready
        super().__init__(
            uvicorn.Config(
                app,
                http=Protocol,
                ws="none",
                lifespan="off",
                log_level="warning",
                access_log=False,
                h11_max_incomplete_event_size=MAX_HEAD,
                timeout_graceful_shutdown=SECONDS_TO_FINISH,
            )
        )

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer."""
        await super().startup(sockets)
        self._ready()

    def stop(self) -> None:
        """Stop soon; may be called from any thread."""
        self.should_exit = True


def listen(host: str, port: int) -> socket.socket:
    """Take an address.

    Raises:
        OSError: It is not ours, or taken.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=BACKLOG)
    except (OSError, OverflowError) as error:
        raise OSError(f"cannot listen on {host}:{port}: {error}") from None
    # asyncio does so for sockets it makes itself. Without, the body of a small answer waits 40 ms
    # for the client to acknowledge the headers.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def url_of(listener: socket.socket) -> str:
    """Where clients on this machine reach a listener."""
    host, port, *_ = listener.getsockname()
    host = WILDCARDS.get(host, host)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

"""The HTTP server: uvicorn with access to connections, and its listening socket."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from mockhub.http import LOOPBACK

WILDCARDS = {"0.0.0.0": LOOPBACK, "::": "::1"}  # noqa: S104 - recognized, not listened on
BACKLOG = 2048
SECONDS_TO_FINISH = 3
MAX_HEAD = 64 << 10
"""Most bytes of a request's path and headers."""


class Protocol(H11Protocol):
    """Uvicorn's HTTP/1.1, with the connection of each request in ``scope["state"]``."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Keep the connection for its requests."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


class Server(uvicorn.Server):
    """A server that reports when it accepts requests, and stops on signals.

    Args:
        app: The application.
        ready: Called once the server accepts requests.
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
        """Start to accept requests."""
        await super().startup(sockets)
        self._ready()

    def stop(self) -> None:
        """Request a stop, from any thread."""
        self.should_exit = True


def listen(host: str, port: int) -> socket.socket:
    """Open a listening socket.

    Raises:
        OSError: The address is not one of this machine's, or in use.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=BACKLOG)
    except (OSError, OverflowError) as error:
        raise OSError(f"cannot listen on {host}:{port}: {error}") from None
    # As asyncio does for its own sockets. Without it, the body of a small answer waits 40 ms for
    # the client to acknowledge the headers.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def url_of(listener: socket.socket) -> str:
    """Return the URL by which clients on this machine reach a socket."""
    host, port, *_ = listener.getsockname()
    host = WILDCARDS.get(host, host)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

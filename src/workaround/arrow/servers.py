"""Servers of source files that are down: told apart in seconds, before clients wait for minutes."""

from __future__ import annotations

import socket
from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar
from urllib.parse import urlsplit
from urllib.request import getproxies

from workaround.errors import UnreachableError
from workaround.hub.retry import causes

REFUSALS = 3
"""Refused connections after which a server is taken to be down."""
PORTS = {"http": 80, "https": 443}

T = TypeVar("T")


def require_listening(url: str) -> None:
    """Connect to the server of a URL once, since clients retry refused connections by themselves.

    Args:
        url: ``http://`` or ``https://``. Nothing is tried if the system has a proxy.

    Raises:
        ConnectionRefusedError: No server listens there.
    """
    parts = urlsplit(url)
    if parts.hostname and not getproxies():
        _connect(parts.hostname, parts.port or PORTS[parts.scheme])


@lru_cache(maxsize=64)
def _connect(host: str, port: int) -> None:
    """Connect to a port; one that listened is not tried again."""
    try:
        socket.create_connection((host, port), timeout=5).close()
    except ConnectionRefusedError as error:
        raise ConnectionRefusedError(error.errno, f"{host}:{port} refuses connections") from error
    except OSError:
        return  # the client knows better: it may have another way there


def impatient(action: Callable[[], T]) -> Callable[[], T]:
    """Return an action that gives up on a server that refuses connections, before `retry` does."""
    refusals = 0

    def call() -> T:
        nonlocal refusals
        try:
            return action()
        except Exception as error:
            refusals += any(isinstance(cause, ConnectionRefusedError) for cause in causes(error))
            if refusals == REFUSALS:
                raise UnreachableError(f"{error}. Is the server running?") from error
            raise

    return call

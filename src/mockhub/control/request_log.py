"""The request log: method, path, status and sizes of the latest requests."""

from __future__ import annotations

import dataclasses
import hashlib
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mockhub.control.patterns import Pattern
from mockhub.errors import InvalidTokenError
from mockhub.state import state_of

ADMIN = "/mockhub/"
MOST_KEPT = 10_000

_TICKET = re.compile(r"^(/(?:lfs-storage|cdn)/)([^/]+)")
_TOKEN = re.compile(r"\bhf_[A-Za-z0-9]+")


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and its answer.

    Attributes:
        method: Upper case, such as "POST".
        path: Path as sent, percent-encoded.
        query: Query string as sent.
        status: Status of the answer; None before it, and if none was sent.
        received: Bytes of the request's body that were read.
        sent: Bytes of the answer's body.
        user: Name of the account; None for an anonymous request or an unknown token.
        agent: The ``User-Agent`` header.
        started: Unix time in seconds.
    """

    method: str
    path: str
    query: str
    status: int | None
    received: int
    sent: int
    user: str | None
    agent: str
    started: float

    def __str__(self) -> str:
        """Return one line of text."""
        clock = time.strftime("%H:%M:%S", time.localtime(self.started))
        target = f"{self.path}?{self.query}" if self.query else self.path
        sizes = f"{self.received} B in, {self.sent} B out"
        return f"{clock} {self.method} {target} {self.status or 'lost'} {sizes} {self.user or '-'}"


class Log:
    """The latest `MOST_KEPT` requests, oldest first.

    Args:
        echo: Write a line to standard error at the end of each request.
    """

    def __init__(self, *, echo: bool = False) -> None:
        self._echo = echo
        self._next = 0
        self._exchanges: dict[int, Exchange] = {}

    def begin(self, exchange: Exchange) -> int:
        """Add a request and return its number."""
        number, self._next = self._next, self._next + 1
        self._exchanges[number] = exchange
        if len(self._exchanges) > MOST_KEPT:
            del self._exchanges[next(iter(self._exchanges))]
        return number

    def update(self, number: int, exchange: Exchange) -> None:
        """Replace a request, unless the log was cleared since it began."""
        if number in self._exchanges:
            self._exchanges[number] = exchange

    def end(self, exchange: Exchange) -> None:
        """Write a finished request to standard error, if the log echoes."""
        if self._echo:
            print(exchange, file=sys.stderr, flush=True)

    def clear(self) -> None:
        """Remove all requests."""
        self._exchanges.clear()

    def find(self, method: str, path: Pattern) -> Iterator[Exchange]:
        """Yield the requests of a method ("*" for all) whose path contains a pattern."""
        for exchange in self._exchanges.values():
            if method in {"*", exchange.method} and path.search(exchange.path):
                yield exchange


class LogMiddleware:
    """ASGI middleware that logs all requests but those to the control routes.

    Args:
        app: The application behind it.
        log: The log.
    """

    def __init__(self, app: ASGIApp, log: Log) -> None:
        self._app = app
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["path"].startswith(ADMIN):
            await self._app(scope, receive, send)
            return
        exchange = _open_exchange(Request(scope))
        number = self._log.begin(exchange)
        status: int | None = None
        received = sent = 0

        def note() -> Exchange:
            current = dataclasses.replace(exchange, status=status, received=received, sent=sent)
            self._log.update(number, current)
            return current

        async def receive_counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            return message

        async def send_counted(message: Message) -> None:
            nonlocal status, sent
            status = message.get("status", status)
            sent += len(message.get("body", b""))
            note()  # first: with the whole answer, the client may look at the log
            await send(message)

        try:
            await self._app(scope, receive_counted, send_counted)
        finally:
            self._log.end(note())


def redact(text: str, request: Request) -> str:
    """Replace tickets and tokens: whoever has one may use it.

    Tickets become the start of their hash, so that two uploads can still be distinguished.
    """
    _, _, token = request.headers.get("authorization", "").partition(" ")
    if token:
        text = text.replace(token, "***")
    text = _TOKEN.sub("***", text)
    return _TICKET.sub(lambda match: match[1] + _short_hash(match[2]), text)


def _short_hash(ticket: str) -> str:
    return f"ticket-{hashlib.sha256(ticket.encode()).hexdigest()[:12]}"


def _open_exchange(request: Request) -> Exchange:
    try:
        account = state_of(request).accounts.identify(request.headers.get("authorization"))
        user = account.name if account else None
    except InvalidTokenError:
        user = None
    return Exchange(
        method=request.method,
        path=redact(request.scope["path"], request),
        query=redact(request.scope["query_string"].decode("latin-1"), request),
        status=None,
        received=0,
        sent=0,
        user=user,
        agent=sys.intern(redact(request.headers.get("user-agent", ""), request)),
        started=time.time(),
    )

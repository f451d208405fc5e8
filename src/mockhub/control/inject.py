"""Fault injection: the effects of faults on requests and answers."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mockhub.control.faults import Fault, Faults
from mockhub.control.request_log import ADMIN

HASHES = ("etag", "x-linked-etag", "x-xet-hash")
TICKS = 20  # pieces per second of a slow answer


class FaultMiddleware:
    """ASGI middleware that applies planned faults to requests.

    Args:
        app: The application behind it.
        faults: The planned faults.
    """

    def __init__(self, app: ASGIApp, faults: Faults) -> None:
        self._app = app
        self._faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        fault = None
        if scope["type"] == "http" and not scope["path"].startswith(ADMIN):
            fault = self._faults.take(scope["method"], scope["path"])
        if fault is None:
            await self._app(scope, receive, send)
        else:
            await inject(fault, self._app, scope, receive, send)


async def inject(fault: Fault, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Serve a request with the effect of a fault."""
    await asyncio.sleep(fault.delay)
    if fault.reset_after is not None:
        await _read(receive, fault.reset_after)
        await _break(scope, receive, reset=True)
    elif fault.lose_answer:
        await app(scope, receive, _drop)
        if fault.status is None:
            await _break(scope, receive, reset=True)
        else:
            await fault.answer()(scope, receive, send)
    elif fault.status is not None:
        # An answer before the end of the body would look like a broken connection.
        await _read(receive, None)
        await fault.answer()(scope, receive, send)
    elif fault.pace is not None:
        await app(scope, receive, _throttled(send, fault.pace))
    elif fault.corrupt is not None:
        if fault.corrupt == "request":
            receive = _flipped(receive, Headers(scope=scope))
        await app(scope, receive, _corrupted(send, fault.corrupt))
    else:
        await _cut_off(fault, app, scope, receive, send)


async def _cut_off(fault: Fault, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    limit = fault.truncate if fault.reset_answer is None else fault.reset_answer
    if limit is None:  # the fault is a delay alone
        await app(scope, receive, send)
        return
    remaining = limit

    async def send_start(message: Message) -> None:
        nonlocal remaining
        if message["type"] != "http.response.body":
            await send(message)
            return
        body = message.get("body", b"")[:remaining]
        if body:
            await send({**message, "body": body, "more_body": True})
        remaining -= len(body)

    await app(scope, receive, send_start)
    await _break(scope, receive, reset=fault.reset_answer is not None)


async def _drop(_message: Message) -> None:
    """Drop an answer."""


async def _read(receive: Receive, limit: int | None) -> None:
    """Read the body of a request, up to a limit of bytes."""
    size, more = 0, True
    while more and (limit is None or size < limit):
        message = await receive()
        size += len(message.get("body", b""))
        more = message.get("more_body", False)


async def _break(scope: Scope, receive: Receive, *, reset: bool) -> None:
    """Close or reset the connection of a request, and wait until it is gone."""
    transport = scope["state"]["transport"]
    if reset:
        # With a linger time of zero, closing sends RST instead of FIN.
        linger = struct.pack("ii", 1, 0)
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        transport.abort()
    else:
        transport.close()
    while (await receive())["type"] != "http.disconnect":
        pass


def _throttled(send: Send, pace: int) -> Send:
    step = max(1, pace // TICKS)

    async def send_throttled(message: Message) -> None:
        body = message.get("body", b"")
        if message["type"] != "http.response.body" or not body:
            await send(message)
            return
        for start in range(0, len(body), step):
            await asyncio.sleep(step / pace)
            more = message.get("more_body", False) or start + step < len(body)
            await send({**message, "body": body[start : start + step], "more_body": more})

    return send_throttled


def _corrupted(send: Send, corrupt: str) -> Send:
    flip: Callable[[bytes], bytes] = bytes

    async def send_corrupted(message: Message) -> None:
        nonlocal flip
        if message["type"] == "http.response.start":
            headers = MutableHeaders(raw=list(message["headers"]))
            if corrupt == "hash":
                for name in HASHES:
                    if name in headers:
                        headers[name] = headers[name][
                            ::-1
                        ]  # reversed, the quotes are still in place
            elif corrupt == "answer":
                flip = _flipper(headers)
            message = {**message, "headers": headers.raw}
        elif "body" in message:
            message = {**message, "body": flip(message["body"])}
        await send(message)

    return send_corrupted


def _flipped(receive: Receive, headers: Headers) -> Receive:
    flip = _flipper(headers)

    async def receive_flipped() -> Message:
        message = await receive()
        return {**message, "body": flip(message["body"])} if "body" in message else message

    return receive_flipped


def _flipper(headers: Headers) -> Callable[[bytes], bytes]:
    """Return a function that flips the middle bit of a body, fed piece by piece.

    Without a ``Content-Length``, the bit is in the first byte.
    """
    target = int(headers.get("content-length", 0)) // 2
    start = 0

    def flip(piece: bytes) -> bytes:
        nonlocal start
        offset, start = target - start, start + len(piece)
        if not 0 <= offset < len(piece):
            return piece
        return piece[:offset] + bytes([piece[offset] ^ 1]) + piece[offset + 1 :]

    return flip

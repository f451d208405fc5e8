"""Reading requests: flags of the query, JSON bodies, and bodies of any size."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from mockhub.errors import BadRequestError, HubError

PIECE = 1 << 20
"""Bytes that are written at a time."""

MAX_BODY = 32 << 20
"""Most bytes of a body that is read into memory."""

TRUE = {"1", "true"}


def endpoint_of(request: Request) -> str:
    """Return the URL by which the client reached this server, without a trailing slash."""
    return str(request.base_url).rstrip("/")


def flag(request: Request, name: str) -> bool:
    """Return a boolean of the query: clients write ``1``, ``true`` or ``True``."""
    return request.query_params.get(name, "").lower() in TRUE


async def read_json(request: Request, *, optional: bool = False) -> dict[str, Any]:
    """Return the JSON object in the body of a request; if it is optional, {} for an empty body.

    Raises:
        BadRequestError: The body is not a JSON object.
        HubError: 413, it has more than `MAX_BODY` bytes.
    """
    data = await read_body(request)
    if optional and not data:
        return {}
    try:
        body = json.loads(data)
        json.dumps(body, ensure_ascii=False).encode()  # no answer could contain a lone surrogate
    except (ValueError, RecursionError):  # the latter for "[[[[..."
        raise BadRequestError("The body is not JSON") from None
    if not isinstance(body, dict):
        raise BadRequestError("The body is not a JSON object")
    return body


async def read_body(request: Request) -> bytes:
    """Return the body of a request of moderate size.

    Raises:
        HubError: 413, it has more than `MAX_BODY` bytes.
    """
    body, size = bytearray(), 0
    async for piece in request.stream():
        size += len(piece)
        if size <= MAX_BODY:
            body += piece
        else:  # read to the end: clients that are still sending do not see an answer
            body.clear()
    if size > MAX_BODY:
        raise HubError(413, f"The body must not have more than {MAX_BODY} bytes")
    return bytes(body)


async def receive_body(request: Request, write: Callable[[bytes], object]) -> None:
    """Stream the body of a request to a function that runs in threads: it may hash and write."""
    pending = bytearray()
    async for piece in request.stream():
        pending += piece
        if len(pending) >= PIECE:
            await run_in_threadpool(write, bytes(pending))
            pending.clear()
    await run_in_threadpool(write, bytes(pending))

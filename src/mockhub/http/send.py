"""Sending a content: all of it, the range that was asked for, or word that it has not changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from mockhub.http.conditional import is_known, require_match, wanted_range

Read = Callable[[int, int], Iterator[bytes]]
"""The bytes of a content from a start up to a stop, exclusive."""


def send_content(
    request: Request, size: int, etag: str, read: Read, headers: Mapping[str, str]
) -> Response:
    """Answer ``GET`` and ``HEAD`` for a content.

    Args:
        request: Its headers say which part, and under which conditions.
        size: Bytes of the content.
        etag: Its entity tag, without quotes.
        read: Gives its bytes; called once, before the answer begins.
        headers: Of the answer, besides those about size, range and kind.

    Raises:
        HubError: 412 or 416, the request cannot be met; or whatever `read` raises.
    """
    etag = f'"{etag}"'
    headers = {
        "Content-Type": "application/octet-stream",
        **headers,
        "ETag": etag,
        "Accept-Ranges": "bytes",
    }
    require_match(request.headers, etag)
    if is_known(request.headers, etag):
        return Response(status_code=304, headers=headers)
    if request.method == "HEAD":
        return Response(headers={**headers, "Content-Length": str(size)})
    part = wanted_range(request.headers, etag, size)
    start, stop = part or (0, size)
    headers["Content-Length"] = str(stop - start)
    if part is not None:
        headers["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
    return StreamingResponse(read(start, stop), 200 if part is None else 206, headers)


def disposition(name: str) -> str:
    """``Content-Disposition`` for a file of any name: in full, and in ASCII for old clients."""
    plain = "".join(each if each.isascii() and each.isprintable() else "_" for each in name)
    plain = plain.replace("\\", "\\\\").replace('"', '\\"')
    return f"inline; filename*=UTF-8''{quote(name, safe='')}; filename=\"{plain}\";"

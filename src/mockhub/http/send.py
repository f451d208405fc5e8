"""Sending a content: the whole, a range, or 304 if it has not changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from mockhub.http.conditional import is_known, require_match, wanted_range

Read = Callable[[int, int], Iterator[bytes]]
"""Reads the bytes of a content from a start to an exclusive stop."""


def send_content(
    request: Request, size: int, etag: str, read: Read, headers: Mapping[str, str]
) -> Response:
    """Answer ``GET`` and ``HEAD`` for a content.

    Args:
        request: Request with the headers of ranges and conditions.
        size: Bytes of the content.
        etag: Entity tag of the content, without quotes.
        read: Reads the content; called once, before the answer begins.
        headers: Further headers of the answer.

    Raises:
        HubError: 412 or 416, a condition fails or the range is invalid; and errors of `read`.
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
    """Return ``Content-Disposition`` with a file name, also in ASCII for old clients."""
    plain = "".join(char if char.isascii() and char.isprintable() else "_" for char in name)
    plain = plain.replace("\\", "\\\\").replace('"', '\\"')
    return f"inline; filename*=UTF-8''{quote(name, safe='')}; filename=\"{plain}\";"

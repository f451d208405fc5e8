"""Asking for a part of a content, or for nothing new: the headers of RFC 9110, 13 and 14."""

from __future__ import annotations

import re
from collections.abc import Mapping

from mockhub.errors import HubError

# No more digits than a size has: whatever is longer is not a range that anyone means.
_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})", re.IGNORECASE)
_ENTITY_TAG = re.compile(r'(?:W/)?"[^"]*"')


def parse_range(header: str | None, size: int) -> tuple[int, int] | None:
    """The asked part of a content, as start and exclusive stop.

    Args:
        header: Value of ``Range``.
        size: Bytes of the content.

    Returns:
        None to send all of it: no header, or one that is not a single range of bytes, which
        a server may ignore (RFC 9110, section 14.2).

    Raises:
        HubError: 416, the range lies past the end.
    """
    match = _RANGE.fullmatch(header or "")
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if first:
        start, stop = int(first), min(int(last) + 1, size) if last else size
    else:
        start, stop = max(0, size - int(last)), size
    if start >= size:
        raise HubError(416, "Range past the end", headers={"Content-Range": f"bytes */{size}"})
    return (start, stop) if start < stop else None


def require_match(headers: Mapping[str, str], etag: str) -> None:
    """Refuse a request that is for another content than this one.

    Args:
        headers: Of the request.
        etag: Of the content, in its quotes.

    Raises:
        HubError: 412, ``If-Match`` does not name the content.
    """
    wanted = headers.get("if-match")
    if wanted is not None and wanted.strip() != "*" and etag not in _ENTITY_TAG.findall(wanted):
        raise HubError(412, "The file is not the one of If-Match", headers={"ETag": etag})


def is_known(headers: Mapping[str, str], etag: str) -> bool:
    """Whether the client has the content already, by ``If-None-Match``: 304 is the answer."""
    known = headers.get("if-none-match", "")
    tags = [tag.removeprefix("W/") for tag in _ENTITY_TAG.findall(known)]
    return known.strip() == "*" or etag in tags


def wanted_range(headers: Mapping[str, str], etag: str, size: int) -> tuple[int, int] | None:
    """`parse_range` of a request, unless ``If-Range`` asks for all of a content that changed."""
    if headers.get("if-range", etag) != etag:
        return None
    return parse_range(headers.get("range"), size)

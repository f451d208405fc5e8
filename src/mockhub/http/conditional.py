"""Conditional and range requests: the headers of RFC 9110, sections 13 and 14.

Not from a library: Starlette has no public parser of them, and answers 400 where a malformed range
is to be ignored; Werkzeug's is exact, but a second web framework is much for twenty lines.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from mockhub.errors import HubError

# At most 18 digits, as no content is larger: Python refuses to convert very long numbers.
_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})", re.IGNORECASE)
_ENTITY_TAG = re.compile(r'(?:W/)?"[^"]*"')


def parse_range(header: str | None, size: int) -> tuple[int, int] | None:
    """Return the requested part of a content, as start and exclusive stop.

    Args:
        header: Value of ``Range``.
        size: Bytes of the content.

    Returns:
        None for the whole content: without a header, or with one that is not a single range of
        bytes, which a server may ignore (RFC 9110, section 14.2).

    Raises:
        HubError: 416, the range starts past the end.
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
    """Refuse a request whose ``If-Match`` names another version of the content.

    Args:
        headers: Headers of the request.
        etag: Entity tag of the content, with its quotes.

    Raises:
        HubError: 412, ``If-Match`` does not name the content.
    """
    wanted = headers.get("if-match")
    if wanted is not None and wanted.strip() != "*" and etag not in _ENTITY_TAG.findall(wanted):
        raise HubError(412, "The file is not the one of If-Match", headers={"ETag": etag})


def is_known(headers: Mapping[str, str], etag: str) -> bool:
    """Return True if ``If-None-Match`` names the content, so that the answer is 304."""
    known = headers.get("if-none-match", "")
    tags = [tag.removeprefix("W/") for tag in _ENTITY_TAG.findall(known)]
    return known.strip() == "*" or etag in tags


def wanted_range(headers: Mapping[str, str], etag: str, size: int) -> tuple[int, int] | None:
    """Return `parse_range` of a request; None if ``If-Range`` names an older content."""
    if headers.get("if-range", etag) != etag:
        return None
    return parse_range(headers.get("range"), size)

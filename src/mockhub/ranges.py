"""The Range header."""

from __future__ import annotations

import re

from mockhub.errors import HubError

_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


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

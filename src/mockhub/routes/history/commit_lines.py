"""A reader of JSON lines of which some contain a whole file as base64."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from mockhub.errors import BadRequestError

SHORT_LINE = 1 << 20
PIECE = 1 << 20  # divisible by 4: base64 decodes in groups of four

_CONTENT = re.compile(rb'"content"\s*:\s*"')


def read_lines(
    file: BinaryIO, take_content: Callable[[Iterator[bytes]], object]
) -> Iterator[dict[str, Any]]:
    """Yield the objects of all lines, with at most a few MiB of a line in memory.

    Args:
        file: The body.
        take_content: Consumes the decoded pieces of a base64 ``content``; its result replaces the
            content in the object.

    Raises:
        BadRequestError: A line is not JSON, or a content is not base64.
    """
    while line := file.readline(SHORT_LINE):
        if line.isspace():
            continue
        match = _CONTENT.search(line)
        if match is None:
            if not line.endswith(b"\n") and len(line) == SHORT_LINE:
                raise BadRequestError("A line of the commit is too long")
            yield _parse(line)
            continue
        reader = _Content(file, line[match.end() :])
        content = take_content(reader.pieces())
        item = _parse(line[: match.end()] + b'"' + reader.rest())
        if not isinstance(item.get("value"), dict):
            raise BadRequestError("A line of the commit has no value")
        item["value"]["content"] = content
        yield item


class _Content:
    """A JSON string of base64 that is read piece by piece."""

    def __init__(self, file: BinaryIO, start: bytes) -> None:
        self._file = file
        self._buffer = start

    def pieces(self) -> Iterator[bytes]:
        """Yield the decoded content up to the closing quote."""
        while (end := self._buffer.find(b'"')) < 0:
            whole = len(self._buffer) // 4 * 4
            yield _decode(self._buffer[:whole])
            more = self._file.readline(PIECE)
            if not more:
                raise BadRequestError("The commit ends in the middle of a file")
            self._buffer = self._buffer[whole:] + more
        yield _decode(self._buffer[:end])
        self._buffer = self._buffer[end + 1 :]

    def rest(self) -> bytes:
        """Return the line after the content."""
        if not self._buffer.endswith(b"\n"):
            self._buffer += self._file.readline(SHORT_LINE)
        return self._buffer


def _decode(text: bytes) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise BadRequestError("The content of a file is not base64") from None


def _parse(line: bytes) -> dict[str, Any]:
    try:
        item = json.loads(line)
        json.dumps(item, ensure_ascii=False).encode()  # no answer could contain a lone surrogate
    except (ValueError, RecursionError):  # the latter for "[[[[..."
        raise BadRequestError("A line of the commit is not JSON") from None
    if not isinstance(item, dict):
        raise BadRequestError("A line of the commit is not an object")
    return item

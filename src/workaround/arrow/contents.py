"""Contents of file cells, read in blocks; gzip streams are checked on the way."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from itertools import chain
from typing import Any, BinaryIO

from workaround.arrow.files import BLOCK, Files, SourceFile
from workaround.arrow.local import SMALL, read_small
from workaround.errors import SourceDamagedError

GZIP = b"\x1f\x8b"
_PIECE = 1 << 20
_AT_ONCE = 4 << 20
"""Most bytes that a small gzip stream is decompressed to at once."""
_INPUT = 1 << 18
"""Bytes of a gzip stream that are decompressed at once: what is left over is copied each time."""
_REASONS = {
    "incorrect data check": "CRC check failed",
    "incorrect length check": "Incorrect length of data produced",
    "incorrect header check": "Not a gzipped file",
}
"""Messages of zlib, and those of `gzip`."""

Content = memoryview | SourceFile
"""Embedded bytes, or a source file."""


def size_of(content: Content) -> int:
    """Return the size of a content in bytes."""
    return len(content) if isinstance(content, memoryview) else content.size


def path_of(content: Content) -> str | None:
    """Return the path of a content; None for embedded bytes."""
    return None if isinstance(content, memoryview) else content.path


def blocks_of(content: Content, files: Files) -> Iterator[memoryview]:
    """Yield a content in blocks that the next one overwrites.

    Raises:
        SourceChangedError: Its file is not the one that was checked.
        SourceDamagedError: The archive that holds its file is damaged.
        UnreachableError: The server of its file does not answer.
    """
    if isinstance(content, SourceFile):
        small = read_small(content.path, content.size, content.version)
        yield from files.blocks(content) if small is None else (memoryview(small),)
        return
    for start in range(0, len(content), BLOCK):
        yield content[start : start + BLOCK]


def copy(content: Content, files: Files, sink: Any, *, inflate: bool) -> None:
    """Copy a content to a sink.

    Args:
        content: Embedded bytes, or a source file.
        files: Access to the source files.
        sink: Has a method ``write``.
        inflate: Decompress a gzip stream on the way, as its reader will, and drop the result.

    Raises:
        SourceChangedError: Its file is not the one that was checked.
        SourceDamagedError: It is a gzip stream that cannot be decompressed, or in such an archive.
        UnreachableError: The server of its file does not answer.
    """
    blocks = blocks_of(content, files)
    first = next(blocks, memoryview(b""))
    blocks = chain([first], blocks)
    whole = len(first) == size_of(content) <= SMALL
    if not inflate or first[:2] != GZIP or (whole and decompressed(first)):
        for block in blocks:
            sink.write(block)
        return
    check = GzipCheck()
    try:
        for block in blocks:
            sink.write(block)
            check.feed(block)
        check.close()
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise SourceDamagedError(path_of(content), gzip_damage(error)) from error


class GzipCheck:
    """A gzip stream of any number of members that is decompressed, and the result dropped.

    `gzip` before Python 3.12 does so in pieces of 8 KiB, which takes longer than sending them.

    Attributes:
        size: Bytes of the result so far.
    """

    def __init__(self) -> None:
        self.size = 0
        self._members = 0
        self._member: Any = None

    def feed(self, data: bytes | memoryview) -> None:
        """Decompress the next bytes of the stream.

        Raises:
            gzip.BadGzipFile: Other bytes follow.
            zlib.error: The compressed data, a checksum or a length is wrong.
        """
        data = memoryview(data)
        for start in range(0, len(data), _INPUT):
            rest: bytes | memoryview = data[start : start + _INPUT]
            while rest:
                rest = self._decompress(rest)

    def close(self) -> None:
        """End the stream.

        Raises:
            EOFError: It ends early.
        """
        if self._member is not None:
            raise EOFError

    def _decompress(self, data: bytes | memoryview) -> bytes:
        """Decompress up to a piece or the end of a member, and return the rest of the data."""
        if self._member is None:
            if self._members and not (data := bytes(data).lstrip(b"\0")):  # padding
                return b""
            if data[0] != GZIP[0]:
                raise gzip.BadGzipFile("Not a gzipped file")
            self._member = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)  # of gzip
            self._members += 1
        self.size += len(self._member.decompress(data, _PIECE))
        rest: bytes = self._member.unconsumed_tail
        if self._member.eof:
            rest, self._member = self._member.unused_data, None
        return rest


def drain_gzip(stream: BinaryIO) -> int:
    """Decompress a gzip stream of any number of members, and return the size of the result.

    Raises:
        EOFError: The stream ends early.
        gzip.BadGzipFile: Other bytes follow.
        zlib.error: The compressed data, a checksum or a length is wrong.
    """
    check = GzipCheck()
    while block := stream.read(_INPUT):
        check.feed(block)
    check.close()
    return check.size


def decompressed(packed: bytes | memoryview) -> bytes:
    """Return the content of a small gzip stream, whose checksum is right.

    Returns:
        b"" for a stream that is damaged, long or of several members: `drain_gzip` has the reason.
    """
    stream = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)  # of gzip
    try:
        content = stream.decompress(packed, _AT_ONCE)
    except zlib.error:
        return b""
    return content if stream.eof and not stream.unused_data else b""


def gzip_damage(error: Exception) -> str:
    """Return the reason for an error of `drain_gzip`, and what to do."""
    if isinstance(error, EOFError):
        return "truncated: the gzip stream ends early; copy the file again"
    reason = str(error)
    for known, plain in _REASONS.items():
        reason = plain if known in reason else reason
    return f"damaged: {reason}; copy the file again"

"""Contents of file cells, read in blocks; gzip streams are checked on the way."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from itertools import chain
from typing import Any

from workaround.arrow.files import BLOCK, Files, SourceFile
from workaround.arrow.local import SMALL, read_small
from workaround.errors import SourceDamagedError

GZIP = b"\x1f\x8b"
_PIECE = 1 << 20
_AT_ONCE = 4 << 20
"""Most bytes that a small gzip stream is decompressed to at once."""

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
    tee = _Tee(blocks, sink)
    try:
        drain_gzip(tee)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise SourceDamagedError(path_of(content), gzip_damage(error)) from error


def drain_gzip(stream: Any) -> int:
    """Decompress a gzip stream of any number of members, and return the size of the result.

    Raises:
        EOFError: The stream ends early.
        gzip.BadGzipFile: A checksum or a length is wrong, or other bytes follow.
        zlib.error: The compressed data is invalid.
    """
    size = 0
    with gzip.GzipFile(fileobj=stream) as content:
        while piece := content.read(_PIECE):
            size += len(piece)
    return size


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
    return f"damaged: {error}; copy the file again"


class _Tee(io.RawIOBase):
    """A stream of blocks that are written to a sink as they are read."""

    def __init__(self, blocks: Iterator[memoryview], sink: Any) -> None:
        self._blocks = blocks
        self._sink = sink
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._rest and (block := next(self._blocks, None)) is not None:
            self._sink.write(block)
            self._rest = block
        count = min(len(buffer), len(self._rest))
        buffer[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count

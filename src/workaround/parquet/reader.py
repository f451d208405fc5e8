"""Reading the cells of a column of files back, a block at a time, whoever wrote them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

import pyarrow as pa

from workaround.errors import UploadError
from workaround.parquet import metadata, thrift

BLOCK = 1 << 20
HEADER = 1 << 12
"""Bytes to look for a page's header in, to begin with: most have 30, but it can hold statistics."""


class DamagedError(UploadError):
    """A Parquet file that ends too early, or is none."""


@contextmanager
def decoding() -> Iterator[None]:
    """Turn what goes wrong while a file is decoded into a `DamagedError`."""
    try:
        yield
    except (IndexError, KeyError, ValueError) as error:
        raise DamagedError(f"it cannot be decoded: {error!r}") from error
    except OSError as error:
        if type(error) is not OSError:  # the Hub does not answer; Arrow's own are plain
            raise
        raise DamagedError(f"it cannot be decoded: {error}") from error


class StoredCell:
    """A cell that is there, to be read before the next one is asked for.

    Attributes:
        size: Bytes of it.
    """

    def __init__(self, size: int, stream: Any) -> None:
        self.size = size
        self._stream = stream
        self._left = size

    def read(self, count: int) -> bytes:
        """The next bytes; fewer at its end.

        Raises:
            DamagedError: The file ends within.
        """
        with decoding():
            data = _exactly(self._stream, min(count, self._left))
        self._left -= len(data)
        return data

    def skip(self) -> None:
        """Go to its end."""
        while self.read(BLOCK):
            pass


def read_tail(file: BinaryIO, size: int, guess: int = 1 << 16) -> tuple[memoryview, int]:
    """The end of a Parquet file, from where its footer begins, or before.

    Args:
        file: Open for reading.
        size: Of the file, in bytes.
        guess: Bytes that the footer probably takes, and what is before it.

    Returns:
        The bytes, and where in the file they begin.

    Raises:
        DamagedError: It is no Parquet file.
    """
    start = max(0, size - guess)
    file.seek(start)
    tail = memoryview(file.read(size - start))
    if len(tail) != size - start or tail[-4:] != metadata.MAGIC or size < metadata.TAIL:
        raise DamagedError("it does not end as a Parquet file does")
    needed = metadata.TAIL + int.from_bytes(tail[-metadata.TAIL : -4], "little")
    if needed > size:
        raise DamagedError("its footer is larger than it is")
    return (tail, start) if needed <= len(tail) else read_tail(file, size, needed)


def is_plain(column: thrift.Struct) -> bool:
    """Whether `read_cells` can read a column chunk: one without a dictionary."""
    meta = column[metadata.META]
    return meta.get(metadata.DICTIONARY_PAGE) is None and set(meta[metadata.ENCODINGS].items) <= {
        metadata.PLAIN,
        metadata.RLE,
    }


def read_cells(
    file: BinaryIO, footer: thrift.Struct, column: thrift.Struct
) -> Iterator[StoredCell | None]:
    """The contents of a column chunk, in order; None for null ones.

    Memory: a block, and a page where its codec is another than zstd.

    Args:
        file: Open for reading.
        footer: Of the file.
        column: What the footer says of the chunk, which is plain.

    Raises:
        DamagedError: It cannot be read.
    """
    with decoding():
        levels = metadata.max_levels(footer, metadata.column_path(column))
        meta = column[metadata.META]
        start = metadata.column_start(column)
        stop = start + meta[metadata.COMPRESSED]
        while start < stop:
            header, body = _page_header(file, start)
            start = body + header[metadata.PAGE_COMPRESSED]
            if header[metadata.PAGE_TYPE] != metadata.DATA_PAGE_V1:
                raise DamagedError(f"it has pages of type {header[metadata.PAGE_TYPE]}")
            file.seek(body)
            stream = _body(file, header, meta[metadata.CODEC])
            yield from _page_cells(stream, header, *levels)


def _page_cells(
    stream: Any, header: thrift.Struct, repetition: int, definition: int, element: int
) -> Iterator[StoredCell | None]:
    if repetition:
        _exactly(stream, int.from_bytes(_exactly(stream, 4), "little"))
    encoded = memoryview(_exactly(stream, int.from_bytes(_exactly(stream, 4), "little")))
    count = header[metadata.DATA_PAGE_HEADER][metadata.PAGE_VALUES]
    for level in metadata.decode_levels(encoded, definition, count):
        if level == definition:
            cell = StoredCell(int.from_bytes(_exactly(stream, 4), "little"), stream)
            yield cell
            cell.skip()
        elif level >= element:
            yield None


def _page_header(file: BinaryIO, start: int) -> tuple[thrift.Struct, int]:
    """A page's header, and where its body begins."""
    size = HEADER
    while True:
        file.seek(start)
        data = file.read(size)
        try:
            header, length = thrift.decode(data)
        except thrift.ThriftError as error:
            if len(data) < size:
                raise DamagedError(f"no page begins at byte {start}") from error
            size *= 4
        else:
            return header, start + length


def _body(file: BinaryIO, header: thrift.Struct, codec: int) -> Any:
    """What a page holds, as a stream without compression."""
    match metadata.CODECS[codec]:
        case None:
            return file
        case "zstd":
            return pa.CompressedInputStream(pa.PythonFile(_Unclosed(file), "r"), "zstd")
        case name:
            page = _exactly(file, header[metadata.PAGE_COMPRESSED])
            size = header[metadata.PAGE_UNCOMPRESSED]
            return pa.BufferReader(pa.Codec(name).decompress(page, size))


class _Unclosed:
    """A file that Arrow may read, and leaves open."""

    closed = False

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def read(self, count: int = -1) -> bytes:
        return self._file.read(count)

    def close(self) -> None:
        """It belongs to somebody else."""


def _exactly(stream: Any, count: int) -> bytes:
    data: bytes = stream.read(count)
    if len(data) < count:
        raise DamagedError(f"it ends {count - len(data)} bytes too early")
    return data

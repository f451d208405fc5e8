"""Read the cells of a column chunk of contents, a block at a time, from any writer's file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

import pyarrow as pa

from workaround.errors import DamagedError
from workaround.parquet import metadata, thrift

BLOCK = 1 << 20
HEADER = 1 << 12
"""Bytes to read first for a page header: most have 30, but statistics make it longer."""


@contextmanager
def decoding() -> Iterator[None]:
    """Turn errors of decoding a file into a `DamagedError`."""
    try:
        yield
    except (
        *(LookupError, ValueError, TypeError, OverflowError, MemoryError, RecursionError),
        pa.ArrowException,
    ) as error:
        raise DamagedError(f"it cannot be decoded: {error!r}") from error
    except OSError as error:
        if type(error) is not OSError:  # of the network; those of Arrow are of the plain type
            raise
        raise DamagedError(f"it cannot be decoded: {error}") from error


class StoredCell:
    """A cell that is not null; it must be read before the next one.

    Attributes:
        size: Size of its content in bytes.
    """

    def __init__(self, size: int, stream: Any) -> None:
        self.size = size
        self._stream = stream
        self._remaining = size

    def read(self, count: int) -> bytes:
        """Return the next bytes; fewer at the end of the cell.

        Raises:
            DamagedError: The file ends within the cell.
        """
        with decoding():
            data = _exactly(self._stream, min(count, self._remaining))
        self._remaining -= len(data)
        return data

    def skip(self) -> None:
        """Read the cell to its end."""
        while self.read(BLOCK):
            pass


def read_tail(file: BinaryIO, size: int, guess: int = 1 << 16) -> tuple[memoryview, int]:
    """Read the end of a Parquet file: its whole footer, and perhaps bytes in front of it.

    Args:
        file: File, open for reading.
        size: Size of the file in bytes.
        guess: Bytes to read first; footers are rarely larger.

    Returns:
        The bytes, and their offset in the file.

    Raises:
        DamagedError: It is not a Parquet file.
    """
    start = max(0, size - guess)
    file.seek(start)
    tail = memoryview(file.read(size - start))
    if len(tail) != size - start or tail[-4:] != metadata.MAGIC or size < metadata.TAIL:
        raise DamagedError("it does not end like a Parquet file")
    needed = metadata.TAIL + int.from_bytes(tail[-metadata.TAIL : -4], "little")
    if needed > size:
        raise DamagedError("its footer is larger than the file")
    return (tail, start) if needed <= len(tail) else read_tail(file, size, needed)


def is_plain(column: thrift.Struct) -> bool:
    """Return True if `read_cells` can read a column chunk: it has no dictionary."""
    meta = column[metadata.META]
    return meta.get(metadata.DICTIONARY_PAGE) is None and set(meta[metadata.ENCODINGS].items) <= {
        metadata.PLAIN,
        metadata.RLE,
    }


def read_cells(
    file: BinaryIO, footer: thrift.Struct, column: thrift.Struct
) -> Iterator[StoredCell | None]:
    """Yield the cells of a plain column chunk in order; None for null.

    Memory: a block; with another codec than zstd a page.

    Args:
        file: File, open for reading.
        footer: Footer of the file.
        column: Entry of the column chunk in the footer.

    Raises:
        DamagedError: The chunk cannot be decoded.
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
    """Return the header of a page, and the offset of its body."""
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
            return metadata.valid_page_header(header), start + length


def _body(file: BinaryIO, header: thrift.Struct, codec: int) -> Any:
    """Return the uncompressed body of a page as a stream."""
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
    """A file that Arrow reads and does not close."""

    closed = False

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def read(self, count: int = -1) -> bytes:
        return self._file.read(count)

    def close(self) -> None:
        """Do nothing: the caller closes the file."""


def _exactly(stream: Any, count: int) -> bytes:
    data: bytes = stream.read(count)
    if len(data) < count:
        raise DamagedError(f"it ends {count - len(data)} bytes too early")
    return data

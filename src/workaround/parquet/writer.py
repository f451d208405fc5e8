"""Writing Parquet in constant memory, whatever the size of a cell.

Arrow's writer holds a cell four times over: the array, the encoder's buffer, the page, and the
bytes handed to the file. So it only gets to see hollow tables, and writes skeletons whose file
cells are empty. A skeleton is copied into the shard with the contents put in: a page of a
``BYTE_ARRAY`` column in ``PLAIN`` encoding is its levels, then for each value a length and the
bytes (https://parquet.apache.org/docs/file-format/data-pages/), and these go from file to file in
blocks. Sizes and positions in page headers and footer are then made those of the shard.
"""

from __future__ import annotations

import hashlib
import inspect
import io
import itertools
import json
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from workaround.arrow.file_cells import FileLeaf
from workaround.arrow.files import Files
from workaround.arrow.skeleton import Content, SkeletonTable, size_of
from workaround.errors import UploadError
from workaround.parquet import metadata, thrift
from workaround.parquet.compression import shrinks

BLOCK = 4 << 20
CHUNKING = {"min_chunk_size": 256 * 1024, "max_chunk_size": 1024 * 1024, "norm_level": 0}
"""Upstream's own values (``datasets.config.DEFAULT_CDC_OPTIONS``, 5.2.0)."""
PAGE_BYTES = CHUNKING["max_chunk_size"]
"""Pages of contents end at the first row that makes them larger, as upstream's do: so a reader with
the page index fetches the rows it wants and hardly more."""
PAGE_CELLS = 1024
"""Most cells that a page holds, give or take a row."""


class RowTooLargeError(UploadError):
    """The files of one row in one column are more than Parquet and Arrow can hold."""


def supported(options: Mapping[str, Any]) -> dict[str, Any]:
    """Those of some options that the installed pyarrow knows."""
    known = inspect.signature(pq.write_table).parameters
    return {name: value for name, value in options.items() if name in known}


def writer_options(schema: pa.Schema, file_columns: Sequence[str]) -> dict[str, Any]:
    """What the newest release of `datasets` writes with, where the installed pyarrow can.

    Columns of files are neither compressed nor given a dictionary
    (``datasets.arrow_writer.get_parquet_column_options``, 5.2.0).

    Args:
        schema: Of the table.
        file_columns: Its columns that hold files.
    """
    leaves = [
        (path, field.name in file_columns)
        for field in schema
        for path in metadata.leaf_paths(field.name, field.type)
    ]
    # Arrow goes by dotted names, and a column "a.bytes" has that of a file in a column "a".
    held = {path for path, file in leaves if file}
    others = {path for path, _ in leaves} - held
    return supported(
        {
            "use_content_defined_chunking": CHUNKING,
            "write_page_index": True,
            "compression": dict.fromkeys(held, "none") | dict.fromkeys(others, "snappy"),
            "use_dictionary": sorted(others),
            "column_encoding": dict.fromkeys(held, "PLAIN"),
        }
    )


class ShardWriter:
    """Writes one shard, and hashes it on the way.

    Memory: a few blocks, the hollow tables, and about 100 bytes for each page.

    Args:
        sink: Where to.
        schema: Of the tables to come, with the features in its metadata.
        leaves: The leaves that hold files.
        files: How to reach the source files.
    """

    def __init__(
        self, sink: BinaryIO, schema: pa.Schema, leaves: Sequence[FileLeaf], files: Files
    ) -> None:
        self._sink = _Sink(sink)
        self._schema = schema
        self._leaves = {(*leaf.path, "bytes"): leaf for leaf in leaves}
        self._files = files
        self._options = writer_options(schema, [leaf.path[0] for leaf in leaves])
        self._footer = metadata.read_footer(self._skeleton(None))
        self._indexes: list[_Index] = []
        self._sink.write(metadata.MAGIC)

    @property
    def size(self) -> int:
        """Bytes written so far."""
        return self._sink.position

    @property
    def sha256(self) -> str:
        """Hash of what was written so far."""
        return self._sink.digest.hexdigest()

    def write(self, rows: SkeletonTable) -> None:
        """Add rows, one at least, as one row group.

        Raises:
            OSError: A source file cannot be read, or the sink is full.
            RowTooLargeError: A row has 2 GiB of files in one column.
            SourceChangedError: A source file has not the size it had.
        """
        skeleton = self._skeleton(rows.table)
        footer = metadata.read_footer(skeleton)
        (group,) = footer[metadata.ROW_GROUPS].items
        columns, begin = group[metadata.COLUMNS].items, self.size
        for place, column in enumerate(columns):
            leaf = self._leaves.get(metadata.column_path(column))
            if leaf is None:
                self._copy_column(skeleton, column)
            else:
                columns[place] = self._fill_column(leaf, rows)
        sizes = [column[metadata.META][metadata.UNCOMPRESSED] for column in columns]
        groups = self._footer[metadata.ROW_GROUPS]
        group.put(metadata.GROUP_BYTES, sum(sizes))
        group.put(metadata.GROUP_OFFSET, begin, thrift.I64)
        group.put(metadata.GROUP_COMPRESSED, self.size - begin, thrift.I64)
        group.put(metadata.ORDINAL, len(groups.items), thrift.I16)
        groups.kind = thrift.STRUCT
        groups.items.append(group)
        self._footer.put(metadata.ROWS, self._footer[metadata.ROWS] + footer[metadata.ROWS])

    def close(self) -> None:
        """Write what follows the row groups. The sink stays open."""
        for index in self._indexes:
            if index.column_index is not None:
                index.column.put(metadata.COLUMN_INDEX, self.size)
                self._sink.write(index.column_index)
        for index in self._indexes:
            encoded = thrift.encode(index.offset_index)
            index.column.put(metadata.OFFSET_INDEX, self.size)
            index.column.put(metadata.OFFSET_INDEX_SIZE, len(encoded))
            self._sink.write(encoded)
        footer = thrift.encode(self._footer)
        self._sink.write(footer + len(footer).to_bytes(4, "little") + metadata.MAGIC)

    def _skeleton(self, table: pa.Table | None) -> memoryview:
        sink = io.BytesIO()
        with pq.ParquetWriter(sink, self._schema, **self._options) as writer:
            if table is not None:
                writer.write_table(table, row_group_size=len(table))
            if "use_content_defined_chunking" in self._options:
                writer.add_key_value_metadata({"content_defined_chunking": json.dumps(CHUNKING)})
        return sink.getbuffer()

    def _copy_column(self, skeleton: memoryview, column: thrift.Struct) -> None:
        """Copy a column chunk as it is."""
        meta, start = column[metadata.META], metadata.column_start(column)
        distance = self.size - start
        index = _Index.read(skeleton, column)
        index.move(distance)
        self._indexes.append(index)
        for number in (metadata.DATA_PAGE, metadata.DICTIONARY_PAGE):
            if meta.get(number):
                meta.put(number, meta[number] + distance)
        self._sink.write(skeleton[start : start + meta[metadata.COMPRESSED]])

    def _fill_column(self, leaf: FileLeaf, rows: SkeletonTable) -> thrift.Struct:
        """Write a column chunk of contents.

        Returns:
            What the footer says of it.
        """
        contents = rows.contents.get(leaf, [])
        largest = max(map(size_of, contents), default=0)
        skeleton, column = paged_skeleton(rows.table, leaf, PAGE_BYTES // max(1, largest))
        index = _Index.read(skeleton, column)
        self._indexes.append(index)
        compress = shrinks(contents, self._files)
        meta, begin = column[metadata.META], self.size
        start = metadata.column_start(column)
        stop = start + meta[metadata.COMPRESSED]
        cells = iter(contents)
        pages, raw_size, held = [], 0, []
        while start < stop:
            header, body = thrift.decode(skeleton, start)
            start = body + header[metadata.PAGE_COMPRESSED]
            levels, count = _levels(skeleton[body:start], repeated=leaf.repeated)
            page = list(itertools.islice(cells, count))
            held.append(sum(map(size_of, page)))
            if held[-1] + 4 * count + len(levels) > metadata.MAX_PAGE:
                raise RowTooLargeError(
                    f"Column {leaf.column!r} has {held[-1]} bytes of files in one row; 2 GiB is the"
                    " most that a reader can load. Split them over several rows or columns."
                )
            position = self.size
            raw_size += self._write_page(header, levels, page, compress)
            pages.append((position, self.size - position))
        index.replace(pages, held)
        meta.put(metadata.DATA_PAGE, begin)
        meta.put(metadata.UNCOMPRESSED, raw_size)
        meta.put(metadata.COMPRESSED, self.size - begin)
        meta.put(metadata.CODEC, metadata.ZSTD if compress else metadata.UNCOMPRESSED_CODEC)
        meta[metadata.SIZE_STATISTICS].put(metadata.UNENCODED_BYTES, sum(held), thrift.I64)
        return column

    def _write_page(
        self, header: thrift.Struct, levels: memoryview, cells: Sequence[Content], compress: bool
    ) -> int:
        """Write a page with its header.

        Returns:
            What both take without compression, in bytes.
        """
        size = len(levels) + sum(4 + size_of(cell) for cell in cells)
        header.put(metadata.PAGE_UNCOMPRESSED, size)
        if not compress:
            header.put(metadata.PAGE_COMPRESSED, size)
            encoded = thrift.encode(header)
            self._sink.write(encoded)
            self._write_body(self._sink, levels, cells)
            return len(encoded) + size
        # The header comes first, and says how long the page is. The file has no name to be left.
        with tempfile.TemporaryFile() as body:
            with pa.CompressedOutputStream(
                os.fdopen(os.dup(body.fileno()), "wb"), "zstd"
            ) as stream:
                self._write_body(stream, levels, cells)
            header.put(metadata.PAGE_COMPRESSED, body.tell())
            encoded = thrift.encode(header)
            self._sink.write(encoded)
            body.seek(0)
            shutil.copyfileobj(body, self._sink, BLOCK)
        return len(encoded) + size

    def _write_body(self, sink: Any, levels: memoryview, cells: Sequence[Content]) -> None:
        sink.write(levels)
        for cell in cells:
            sink.write(size_of(cell).to_bytes(4, "little"))
            if isinstance(cell, memoryview):
                sink.write(cell)
            else:
                for block in self._files.blocks(*cell):
                    sink.write(block)


def paged_skeleton(table: pa.Table, leaf: FileLeaf, cells: int) -> tuple[memoryview, thrift.Struct]:
    """A file with empty contents, cut into pages.

    Args:
        table: Rows with empty contents.
        leaf: Whose contents to write.
        cells: Number of cells after which a page ends, together with the row; 1 to `PAGE_CELLS`.

    Returns:
        The file, and what its footer says of the contents.
    """
    sink = io.BytesIO()
    pq.write_table(
        table.select([leaf.path[0]]).combine_chunks(),  # Arrow ends a page with each chunk
        sink,
        row_group_size=len(table),
        # Arrow looks whether a page is full after each batch, and goes on to the end of the row.
        write_batch_size=min(max(1, cells), PAGE_CELLS),
        data_page_size=1,
        data_page_version="1.0",
        write_page_index=True,
        # No minimum and maximum of contents: nobody asks for them, and they take most of the time.
        write_statistics=False,
        use_dictionary=False,
        compression="none",
    )
    file = sink.getbuffer()
    (group,) = metadata.read_footer(file)[metadata.ROW_GROUPS].items
    path = (*leaf.path, "bytes")
    (column,) = (one for one in group[metadata.COLUMNS].items if metadata.column_path(one) == path)
    return file, column


@dataclass
class _Index:
    """The page index of a column chunk, kept until the row groups are written."""

    column: thrift.Struct
    column_index: bytes | None
    offset_index: thrift.Struct

    @classmethod
    def read(cls, skeleton: memoryview, column: thrift.Struct) -> _Index:
        column_index = None
        if (start := column.get(metadata.COLUMN_INDEX)) is not None:
            column_index = bytes(skeleton[start : start + column[metadata.COLUMN_INDEX_SIZE]])
        offset_index, _ = thrift.decode(skeleton, column[metadata.OFFSET_INDEX])
        return cls(column, column_index, offset_index)

    def move(self, distance: int) -> None:
        """Pages lie elsewhere."""
        for location in self.offset_index[metadata.LOCATIONS].items:
            location.put(metadata.OFFSET, location[metadata.OFFSET] + distance)

    def replace(self, pages: Sequence[tuple[int, int]], held: Sequence[int]) -> None:
        """Pages lie at other positions and have other sizes, and hold so many bytes of contents."""
        locations = self.offset_index[metadata.LOCATIONS].items
        for location, (offset, size) in zip(locations, pages, strict=True):
            location.put(metadata.OFFSET, offset)
            location.put(metadata.LOCATION_SIZE, size)
        self.offset_index[metadata.UNENCODED].items = list(held)


class _Sink:
    """Counts and hashes what goes into a file."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.position = 0
        self.digest = hashlib.sha256()

    def write(self, data: bytes | memoryview) -> int:
        self._file.write(data)
        self.digest.update(data)
        self.position += len(data)
        return len(data)


def _levels(body: memoryview, *, repeated: bool) -> tuple[memoryview, int]:
    """Levels of a page of empty values, and the number of these: a length of 4 bytes for each."""
    offset = 0
    for _ in range(1 + repeated):  # definition levels, after those of repetition where lists are
        offset += 4 + int.from_bytes(body[offset : offset + 4], "little")
    return body[:offset], (len(body) - offset) // 4

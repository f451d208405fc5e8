"""Write Parquet in constant memory, whatever the size of a cell.

Arrow's writer holds a cell four times: in the array, the encoder's buffer, the page, and the bytes
handed to the file. So it gets skeleton tables only, and writes skeletons: Parquet files whose file
cells are empty. A skeleton is copied into the shard and the contents are put in: a page of a
``BYTE_ARRAY`` column in ``PLAIN`` encoding is its levels, then for each value a length and the
bytes (https://parquet.apache.org/docs/file-format/data-pages/), which are copied from the source
file in blocks. Sizes and positions in page headers and footer are corrected afterwards.
"""

from __future__ import annotations

import inspect
import io
import itertools
import json
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from datasets import Features, Nifti

from workaround.arrow.contents import Content, copy, size_of
from workaround.arrow.file_cells import FileLeaf, file_cells, leaf_feature
from workaround.arrow.files import Files, SourceFile
from workaround.arrow.skeleton import SkeletonTable
from workaround.errors import RowTooLargeError, SourceChangedError, SourceDamagedError
from workaround.parquet import metadata, thrift
from workaround.parquet.compression import shrinks

BLOCK = 4 << 20
CHUNKING = {"min_chunk_size": 256 * 1024, "max_chunk_size": 1024 * 1024, "norm_level": 0}
"""Upstream's values (``datasets.config.DEFAULT_CDC_OPTIONS``, 5.2.0)."""
PAGE_BYTES = CHUNKING["max_chunk_size"]
"""A page of contents ends with the first row that makes it larger, as upstream's do: a reader with
the page index fetches little more than the rows it needs."""
PAGE_CELLS = 1024
"""Most cells of a page, to the end of the row."""


def supported(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that the installed pyarrow supports."""
    parameters = inspect.signature(pq.write_table).parameters
    return {name: value for name, value in options.items() if name in parameters}


def writer_options(schema: pa.Schema, file_columns: Sequence[str]) -> dict[str, Any]:
    """Return the options of the newest release of `datasets` that the installed pyarrow supports.

    File columns are neither compressed nor dictionary-encoded
    (``datasets.arrow_writer.get_parquet_column_options``, 5.2.0).

    Args:
        schema: Schema of the table.
        file_columns: Names of its columns that hold files.
    """
    leaves = [
        (path, field.name in file_columns)
        for field in schema
        for path in metadata.leaf_paths(field.name, field.type)
    ]
    # Arrow matches dotted names: a column "a.bytes" has that of the contents of a column "a".
    contents = {path for path, file in leaves if file}
    others = {path for path, _ in leaves} - contents
    return supported(
        {
            "use_content_defined_chunking": CHUNKING,
            "write_page_index": True,
            "compression": dict.fromkeys(contents, "none") | dict.fromkeys(others, "snappy"),
            "use_dictionary": sorted(others),
            "column_encoding": dict.fromkeys(contents, "PLAIN"),
        }
    )


class Sink(Protocol):
    """A destination of bytes."""

    def write(self, data: bytes | memoryview, /) -> Any:
        """Take all of the data; its memory may be overwritten afterwards."""


class ShardWriter:
    """A writer of one shard.

    Memory: a few blocks, the skeleton tables, and about 100 bytes for each page.

    Args:
        sink: Where to write to; blocks of contents are overwritten after a call.
        schema: Schema of the tables to write, with the features in its metadata.
        leaves: File leaves of the schema.
        files: Access to the source files.
        start: Number of the first row, for errors.
        compress: Compress contents that shrink, in a temporary file of a page each.
    """

    def __init__(
        self,
        sink: Sink,
        schema: pa.Schema,
        leaves: Sequence[FileLeaf],
        files: Files,
        start: int = 0,
        *,
        compress: bool = True,
    ) -> None:
        self._sink = _CountingSink(sink)
        self._compress = compress
        self._start = start
        self._cell = 0  # number of the content that is read, in its column chunk
        self._features = Features.from_arrow_schema(schema)
        self._schema = schema
        self._leaves = {(*leaf.path, "bytes"): leaf for leaf in leaves}
        self._files = files
        self._options = writer_options(schema, [leaf.path[0] for leaf in leaves])
        self._footer = metadata.read_footer(self._skeleton(None))
        self._indexes: list[_Index] = []
        self._sink.write(metadata.MAGIC)

    @property
    def size(self) -> int:
        """Return the number of bytes written so far."""
        return self._sink.position

    def write(self, rows: SkeletonTable) -> None:
        """Write one row or more as a row group.

        Raises:
            OSError: The sink is full.
            RowTooLargeError: A row has 2 GiB of files in one column.
            SourceChangedError: A source file is not the one that was checked.
            SourceDamagedError: A source file cannot be decompressed.
            UnreachableError: The server of a source file does not answer.
        """
        skeleton = self._skeleton(rows.table)
        footer = metadata.read_footer(skeleton)
        (group,) = footer[metadata.ROW_GROUPS].items
        columns, begin = group[metadata.COLUMNS].items, self.size
        for position, column in enumerate(columns):
            leaf = self._leaves.get(metadata.column_path(column))
            if leaf is None:
                self._copy_column(skeleton, column)
            else:
                try:
                    columns[position] = self._fill_column(leaf, rows)
                except (SourceChangedError, SourceDamagedError) as error:
                    raise error.at(
                        self._start + self._row(leaf, self._cell, rows), leaf.column
                    ) from error
        self._require_unchanged(rows)
        sizes = [column[metadata.META][metadata.UNCOMPRESSED] for column in columns]
        groups = self._footer[metadata.ROW_GROUPS]
        group.put(metadata.GROUP_BYTES, sum(sizes))
        group.put(metadata.GROUP_OFFSET, begin, thrift.I64)
        group.put(metadata.GROUP_COMPRESSED, self.size - begin, thrift.I64)
        group.put(metadata.ORDINAL, len(groups.items), thrift.I16)
        groups.kind = thrift.STRUCT
        groups.items.append(group)
        self._start += len(rows.table)
        self._footer.put(metadata.ROWS, self._footer[metadata.ROWS] + footer[metadata.ROWS])

    def close(self) -> None:
        """Write the page indexes and the footer. The sink stays open."""
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
        """Copy a column chunk unchanged."""
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
            Its entry for the footer.
        """
        contents = rows.contents.get(leaf, [])
        sizes_of_contents = [*map(size_of, contents)]
        largest = max(sizes_of_contents, default=0)
        skeleton, column = paged_skeleton(rows.table, leaf, PAGE_BYTES // max(1, largest))
        index = _Index.read(skeleton, column)
        self._indexes.append(index)
        self._cell = sizes_of_contents.index(largest) if contents else 0
        compress = self._compress and shrinks(contents, self._files)
        self._cell = 0
        meta, begin = column[metadata.META], self.size
        start = metadata.column_start(column)
        stop = start + meta[metadata.COMPRESSED]
        cells = iter(contents)
        pages, raw_size, sizes = [], 0, []
        while start < stop:
            header, body = thrift.decode(skeleton, start)
            start = body + header[metadata.PAGE_COMPRESSED]
            levels, count = _levels(skeleton[body:start], repeated=leaf.repeated)
            page = list(itertools.islice(cells, count))
            sizes.append(sum(map(size_of, page)))
            if sizes[-1] + 4 * count + len(levels) > metadata.MAX_PAGE:
                raise RowTooLargeError(
                    f"Column {leaf.column!r} has {sizes[-1]} bytes of files in one row;"
                    " readers load at most 2 GiB. Use several rows or columns."
                )
            position = self.size
            raw_size += self._write_page(leaf, header, levels, page, compress)
            pages.append((position, self.size - position))
        index.replace(pages, sizes)
        meta.put(metadata.DATA_PAGE, begin)
        meta.put(metadata.UNCOMPRESSED, raw_size)
        meta.put(metadata.COMPRESSED, self.size - begin)
        meta.put(metadata.CODEC, metadata.ZSTD if compress else metadata.UNCOMPRESSED_CODEC)
        meta[metadata.SIZE_STATISTICS].put(metadata.UNENCODED_BYTES, sum(sizes), thrift.I64)
        return column

    def _write_page(
        self,
        leaf: FileLeaf,
        header: thrift.Struct,
        levels: memoryview,
        cells: Sequence[Content],
        compress: bool,
    ) -> int:
        """Write a page with its header.

        Returns:
            Uncompressed size of both, in bytes.
        """
        size = len(levels) + sum(4 + size_of(cell) for cell in cells)
        header.put(metadata.PAGE_UNCOMPRESSED, size)
        if not compress:
            header.put(metadata.PAGE_COMPRESSED, size)
            encoded = thrift.encode(header)
            self._sink.write(encoded)
            self._write_body(leaf, self._sink, levels, cells)
            return len(encoded) + size
        # The header comes first, and has the size of the page. A file without a name is not left.
        with tempfile.TemporaryFile() as body:
            with pa.CompressedOutputStream(
                os.fdopen(os.dup(body.fileno()), "wb"), "zstd"
            ) as stream:
                self._write_body(leaf, stream, levels, cells)
            header.put(metadata.PAGE_COMPRESSED, body.tell())
            encoded = thrift.encode(header)
            self._sink.write(encoded)
            body.seek(0)
            shutil.copyfileobj(body, self._sink, BLOCK)
        return len(encoded) + size

    def _write_body(
        self, leaf: FileLeaf, sink: Any, levels: memoryview, cells: Sequence[Content]
    ) -> None:
        inflate = isinstance(leaf_feature(self._features, leaf), Nifti)
        sink.write(levels)
        for content in cells:
            sink.write(size_of(content).to_bytes(4, "little"))
            copy(content, self._files, sink, inflate=inflate)
            self._cell += 1

    def _require_unchanged(self, rows: SkeletonTable) -> None:
        """Ask the servers of remote files whether these still are the files that were checked."""
        sources = [
            (content, (leaf, number))
            for leaf, contents in rows.contents.items()
            for number, content in enumerate(contents)
            if isinstance(content, SourceFile)
        ]
        try:
            self._files.require_unchanged(source for source, _ in sources)
        except SourceChangedError as error:
            leaf, number = next(place for source, place in sources if source.path == error.path)
            raise error.at(self._start + self._row(leaf, number, rows), leaf.column) from error

    def _row(self, leaf: FileLeaf, number: int, rows: SkeletonTable) -> int:
        """Return the row of a content of a column, counted from the first of some rows."""
        table = rows.table.select([leaf.path[0]])
        filled = [
            cells.rows[np.asarray(cells.contents.is_valid())]
            for cells in file_cells(table, {leaf.path[0]: self._features[leaf.path[0]]})
            if cells.leaf == leaf
        ]
        return int(np.concatenate(filled)[number])


def paged_skeleton(table: pa.Table, leaf: FileLeaf, cells: int) -> tuple[memoryview, thrift.Struct]:
    """Write a skeleton of one column, cut into pages.

    Args:
        table: Rows with empty contents.
        leaf: Leaf whose contents are to be written.
        cells: Cells of a page, to the end of the row; limited to `PAGE_CELLS`.

    Returns:
        The skeleton, and the entry of the leaf's contents in its footer.
    """
    sink = io.BytesIO()
    pq.write_table(
        table.select([leaf.path[0]]).combine_chunks(),  # Arrow begins a page with each chunk
        sink,
        row_group_size=len(table),
        # Arrow checks after each batch if the page is full, and ends it with the row.
        write_batch_size=min(max(1, cells), PAGE_CELLS),
        data_page_size=1,
        data_page_version="1.0",
        write_page_index=True,
        # Minimum and maximum of contents have no use, and take most of the time.
        write_statistics=False,
        use_dictionary=False,
        compression="none",
    )
    file = sink.getbuffer()
    (group,) = metadata.read_footer(file)[metadata.ROW_GROUPS].items
    path = (*leaf.path, "bytes")
    (column,) = (
        chunk for chunk in group[metadata.COLUMNS].items if metadata.column_path(chunk) == path
    )
    return file, column


@dataclass
class _Index:
    """Page index of a column chunk, kept until the row groups are written."""

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
        """Add a distance in bytes to the positions of pages."""
        for location in self.offset_index[metadata.LOCATIONS].items:
            location.put(metadata.OFFSET, location[metadata.OFFSET] + distance)

    def replace(self, pages: Sequence[tuple[int, int]], sizes: Sequence[int]) -> None:
        """Replace offsets and sizes of pages, and the bytes of contents in each."""
        locations = self.offset_index[metadata.LOCATIONS].items
        for location, (offset, size) in zip(locations, pages, strict=True):
            location.put(metadata.OFFSET, offset)
            location.put(metadata.LOCATION_SIZE, size)
        self.offset_index[metadata.UNENCODED].items = list(sizes)


class _CountingSink:
    """A sink that counts its bytes."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self.position = 0

    def write(self, data: bytes | memoryview) -> int:
        self._sink.write(data)
        self.position += len(data)
        return len(data)


def _levels(body: memoryview, *, repeated: bool) -> tuple[memoryview, int]:
    """Return the levels of a page of empty values, and the number of these, 4 bytes each."""
    offset = 0
    for _ in range(1 + repeated):  # repetition levels if there are lists, then definition levels
        offset += 4 + int.from_bytes(body[offset : offset + 4], "little")
    return body[:offset], (len(body) - offset) // 4

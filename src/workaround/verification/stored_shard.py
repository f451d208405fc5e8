"""A shard on the Hub: its footer, and the contents in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from workaround.arrow.file_cells import FileLeaf, file_cells
from workaround.parquet import metadata, thrift
from workaround.parquet.reader import BLOCK, StoredCell, decoding, is_plain, read_cells, read_tail

ARROW_CELL = 256 << 20
"""Bytes of a content up to which Arrow decodes it: it holds a row of a column in memory."""
BATCH = 16 << 20
"""Bytes of contents to decode at a time, give or take a row."""
BATCH_ROWS = 1000


@dataclass(frozen=True)
class StoredShard:
    """A shard on the Hub, open for reading.

    Attributes:
        path: Name in the repository.
        file: The shard.
        footer: Footer of the file, valid for its size.
        tail: End of the file, with the page index unless that is long.
        tail_start: Offset of the tail in the file.
    """

    path: str
    file: BinaryIO
    footer: thrift.Struct
    tail: memoryview
    tail_start: int

    @classmethod
    def open(cls, path: str, file: BinaryIO, size: int) -> StoredShard:
        """Read the footer, with Arrow too.

        Raises:
            DamagedError: It is not the footer of this file, or Arrow does not read it.
        """
        tail, start = read_tail(file, size)
        with decoding():
            pq.read_metadata(pa.BufferReader(tail))
            footer = metadata.valid_footer(metadata.read_footer(tail), size)
            return cls(path, file, footer, tail, start)

    @property
    def rows(self) -> int:
        """Number of rows."""
        return int(self.footer[metadata.ROWS])

    def groups(self, start: int) -> Iterator[tuple[thrift.Struct, int, int]]:
        """Yield each row group, its first row and the row behind its last.

        Args:
            start: First row of the shard.
        """
        for group in self.footer[metadata.ROW_GROUPS].items:
            stop = start + group[metadata.GROUP_ROWS]
            yield group, start, stop
            start = stop

    def offset_index(self, column: thrift.Struct) -> thrift.Struct | None:
        """Return the positions of the pages of a column chunk; None if the shard has none.

        Raises:
            DamagedError: They cannot be decoded.
        """
        if (start := column.get(metadata.OFFSET_INDEX)) is None:
            return None
        with decoding():
            if start >= self.tail_start:
                index, _ = thrift.decode(self.tail, start - self.tail_start)
            else:
                self.file.seek(start)
                index, _ = thrift.decode(self.file.read(column[metadata.OFFSET_INDEX_SIZE]))
            return metadata.valid_offset_index(index)

    def cells(
        self, group: int, column: thrift.Struct, leaf: FileLeaf, feature: Any, largest: int
    ) -> Iterator[StoredCell | None]:
        """Yield the contents of a column chunk; None for null.

        Arrow decodes them, as `load_dataset` does. Memory: a page, and `BATCH` bytes or a row.

        Args:
            group: Number of the row group.
            column: Entry of the column chunk in the footer.
            leaf: Leaf of the contents.
            feature: Feature of the top-level column.
            largest: Size of the largest content in bytes. Plain columns are decoded here if it is
                more than `ARROW_CELL`.

        Raises:
            DamagedError: The chunk cannot be decoded.
        """
        if largest > ARROW_CELL and is_plain(column):
            yield from read_cells(self.file, self.footer, column)
            return
        name = leaf.path[0]
        columns = self.footer[metadata.ROW_GROUPS].items[group][metadata.COLUMNS].items
        indices = [at for at, one in enumerate(columns) if metadata.column_path(one)[0] == name]
        rows = min(max(1, BATCH // max(1, largest)), BATCH_ROWS)
        with decoding():
            parquet = pq.ParquetFile(
                pa.PythonFile(self.file, "r"), buffer_size=BLOCK, pre_buffer=False
            )
            batches = parquet.reader.iter_batches(
                rows, row_groups=[group], column_indices=indices, use_threads=False
            )
            for batch in batches:
                for cells in file_cells(pa.Table.from_batches([batch]), {name: feature}):
                    if cells.leaf == leaf:
                        yield from map(_cell, cells.contents.cast(pa.binary()))


def _cell(content: pa.BinaryScalar) -> StoredCell | None:
    buffer = content.as_buffer()
    return None if buffer is None else StoredCell(buffer.size, pa.BufferReader(buffer))

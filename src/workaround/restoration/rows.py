"""The rows of a stored shard without the contents of its files."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from datasets import Features

from workaround.arrow.file_cells import Int64Array, list_lengths
from workaround.errors import DamagedError
from workaround.parquet import metadata, thrift
from workaround.parquet.reader import BLOCK, StoredCell, decoding
from workaround.restoration.columns import ImageColumn
from workaround.verification.stored_shard import ARROW_CELL, StoredShard


@dataclass(frozen=True)
class Cells:
    """The values of a column, without the lists around them.

    Attributes:
        rows: Row of each value, from the first row of the table.
        values: The values.
    """

    rows: Int64Array
    values: pa.Array

    def names(self) -> list[str | None]:
        """Return the names that files have in their cells; None for texts."""
        if not pa.types.is_struct(self.values.type):
            return [None] * len(self.values)
        names: list[str | None] = pc.struct_field(self.values, "path").to_pylist()
        return names

    def in_places_of(self, other: Cells) -> bool:
        """Return True if another column has values in the same places."""
        return bool(np.array_equal(self.rows, other.rows))

    def __iter__(self) -> Iterator[tuple[int, Any]]:
        """Yield the row and the value of each cell, as Python objects."""
        yield from zip(self.rows.tolist(), self.values.to_pylist(), strict=True)


def cells_of(column: pa.ChunkedArray, depth: int) -> Cells:
    """Return the values of a column in lists of some depth."""
    array = column.combine_chunks()
    if isinstance(array, pa.ChunkedArray):  # of no rows
        array = pa.array([], column.type)
    rows = np.arange(len(array), dtype=np.int64)
    for _ in range(depth):
        rows = np.repeat(rows, list_lengths(array))
        array = array.flatten()
    return Cells(rows, array)


class ShardRows:
    """The rows of a shard, by row group.

    Args:
        stored: The shard.
        start: First row of the shard in its split.
    """

    def __init__(self, stored: StoredShard, start: int) -> None:
        self._stored = stored
        self._groups = list(stored.groups(start))
        with decoding():
            self._parquet = pq.ParquetFile(
                pa.PythonFile(stored.file, "r"), buffer_size=BLOCK, pre_buffer=False
            )
            self.features = Features.from_arrow_schema(self._parquet.schema_arrow)

    @property
    def count(self) -> int:
        """Number of rows."""
        return self._stored.rows

    def groups(self) -> Iterator[tuple[int, int]]:
        """Yield the number and the first row of each row group that has rows."""
        for number, (_, start, stop) in enumerate(self._groups):
            if stop > start:
                yield number, start

    def table(self, number: int, columns: Collection[str] | None = None) -> pa.Table:
        """Return a row group without contents.

        Args:
            number: Of the row group.
            columns: Columns to read; all by default.

        Raises:
            DamagedError: It cannot be decoded.
        """
        paths = [metadata.column_path(column) for column in self._columns(number)]
        contents = {(*path[:-1], "bytes") for path in paths if path[-1] == "path"}
        indices = [
            at
            for at, path in enumerate(paths)
            if (columns is None or path[0] in columns) and path not in contents
        ]
        with decoding():
            table = self._parquet.reader.read_row_group(number, column_indices=indices)
            table.validate(full=True)
            return table

    def contents(self, number: int, image: ImageColumn) -> Iterator[StoredCell | None]:
        """Yield the contents of a column of images, None for null. Memory: a block.

        Raises:
            DamagedError: They cannot be decoded.
        """
        path = (*image.leaf.path, "bytes")
        for column in self._columns(number):
            if metadata.column_path(column) == path:
                feature = self.features[image.column]
                # As the largest: each cell is streamed, or is alone in memory.
                return self._stored.cells(number, column, image.leaf, feature, ARROW_CELL + 1)
        raise DamagedError(f"{self._stored.path} has no contents of {image.column}")

    def _columns(self, number: int) -> list[thrift.Struct]:
        columns: list[thrift.Struct] = self._groups[number][0][metadata.COLUMNS].items
        return columns

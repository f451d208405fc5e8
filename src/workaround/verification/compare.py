"""Compare a shard with the rows it was made of: by its footer, or cell by cell."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from datasets import Dataset, Features

from workaround.arrow.contents import Content, blocks_of, path_of, size_of
from workaround.arrow.file_cells import FileLeaf, Int64Array, file_cells, file_leaves
from workaround.arrow.files import Files
from workaround.arrow.rows import rows_of
from workaround.arrow.skeleton import CheckedFiles, SkeletonTable, extract_contents
from workaround.errors import Problem, SourceChangedError, SourceDamagedError
from workaround.parquet import metadata, thrift
from workaround.parquet.reader import BLOCK, StoredCell, decoding
from workaround.verification.stored_shard import StoredShard

_END = object()


@dataclass(frozen=True)
class Origin:
    """The rows that a shard is made of.

    Attributes:
        rows: All rows of the split.
        files: Access to the source files.
        embed: The contents of files are in the shard.
        checked: Facts of a check about the files, by leaf; without them the files are looked up.
    """

    rows: Dataset
    files: Files
    embed: bool = True
    checked: Mapping[FileLeaf, CheckedFiles] | None = None

    @cached_property
    def features(self) -> Features:
        """Features of the rows, which a dataset copies each time."""
        return self.rows.features

    def extract_contents(self, start: int, stop: int) -> SkeletonTable:
        """Return some rows, and the contents that belong into their cells.

        Raises:
            OSError: A source file is missing.
        """
        table = rows_of(self.rows, start, stop).cast(self.features.arrow_schema)
        checked = {leaf: cells.of_rows(start, stop) for leaf, cells in (self.checked or {}).items()}
        return extract_contents(table, self.features, self.files, embed=self.embed, checked=checked)


@dataclass(frozen=True)
class ExpectedCells:
    """The cells that a column of files should have.

    Attributes:
        leaf: The column.
        rows: Row of each cell in the split.
        filled: True for each cell that has contents.
        contents: Contents of those cells, in order.
    """

    leaf: FileLeaf
    rows: Int64Array
    filled: np.ndarray[Any, np.dtype[np.bool_]]
    contents: Sequence[Content]


def expected_cells(origin: Origin, start: int, stop: int) -> tuple[pa.Table, list[ExpectedCells]]:
    """Return some rows without contents, and the expected cells of each column of files.

    Raises:
        SourceChangedError: A source file is missing.
    """
    features = origin.features
    try:
        rows = origin.extract_contents(start, stop)
    except OSError as error:
        path, reason = error.filename or "a source file", error.strerror or error
        raise SourceChangedError(str(path), f"cannot be read: {reason}") from error
    by_leaf: dict[FileLeaf, list[Any]] = {leaf: [] for leaf in file_leaves(features)}
    for cells in file_cells(rows.table, features):
        by_leaf[cells.leaf].append((cells.rows + start, np.asarray(cells.contents.is_valid())))
    columns = []
    for leaf, parts in by_leaf.items():
        cell_rows, filled = map(np.concatenate, zip(*parts, strict=True))
        contents = rows.contents.get(leaf, ())
        columns.append(ExpectedCells(leaf, cell_rows, filled.astype(bool), contents))
    return rows.table, columns


def compare_footer(stored: StoredShard, origin: Origin, start: int) -> Iterator[Problem]:
    """Compare the sizes in the footer and the page index with the files.

    Where they differ, the contents are read to name the cell.

    Args:
        stored: The shard.
        origin: The rows of its split.
        start: First row of the shard in the split.
    """
    if not file_leaves(origin.features):
        return
    for number, (group, first, stop) in enumerate(stored.groups(start)):
        columns = {metadata.column_path(column): column for column in group[metadata.COLUMNS].items}
        for expected in expected_cells(origin, first, stop)[1] if stop > first else ():
            column = columns.get((*expected.leaf.path, "bytes"))
            if column is None:
                yield Problem(None, expected.leaf.column, None, f"is not in {stored.path}")
            elif (reason := _footer_difference(stored, column, expected, first)) is not None:
                cells = _cells(stored, number, column, expected, origin)
                differences = list(_compare_contents(stored, cells, expected, origin.files))
                yield from differences or [Problem(None, expected.leaf.column, None, reason)]


def _footer_difference(
    stored: StoredShard, column: thrift.Struct, expected: ExpectedCells, first: int
) -> str | None:
    """Return how the sizes of a column chunk differ from the expected ones; None if they agree."""
    sizes = column[metadata.META].get(metadata.SIZE_STATISTICS)
    nbytes = sum(map(size_of, expected.contents))
    histogram = sizes and sizes.get(metadata.DEFINITION_HISTOGRAM)
    if not histogram or not histogram.items or sizes.get(metadata.UNENCODED_BYTES) is None:
        return f"{stored.path} does not record the sizes of its cells: verify with level='full'"
    if (cells := histogram.items[-1]) != len(expected.contents):
        return f"{stored.path} has contents in {cells} cells instead of {len(expected.contents)}"
    if sizes[metadata.UNENCODED_BYTES] != nbytes:
        return f"{stored.path} holds {sizes[metadata.UNENCODED_BYTES]} bytes instead of {nbytes}"
    index = stored.offset_index(column)
    if index is None or index.get(metadata.UNENCODED) is None:
        return None
    # Page by page: a row may have the contents of another row.
    starts = [first + page[metadata.FIRST_ROW] for page in index[metadata.LOCATIONS].items]
    pages = np.searchsorted(starts, expected.rows[expected.filled], side="right") - 1
    totals = np.zeros(len(starts), dtype=np.int64)
    np.add.at(totals, pages, np.array(list(map(size_of, expected.contents)), dtype=np.int64))
    wrong = np.flatnonzero(totals != np.array(index[metadata.UNENCODED].items, dtype=np.int64))
    if len(wrong):
        return f"{stored.path} holds other files from row {starts[wrong[0]]} on"
    return None


def compare_cells(stored: StoredShard, origin: Origin, start: int) -> Iterator[Problem]:
    """Compare every value of a shard with the rows, and every content with its file.

    Arrow reads every column, as `load_dataset` does; contents larger than `ARROW_CELL` are decoded
    here alone. Memory: a row group without contents, and a page or one row of contents.

    Args:
        stored: The shard.
        origin: The rows of its split.
        start: First row of the shard in the split.
    """
    with decoding():
        parquet = pq.ParquetFile(
            pa.PythonFile(stored.file, "r"), buffer_size=BLOCK, pre_buffer=False
        )
    for number, (group, first, stop) in enumerate(stored.groups(start)):
        if stop == first:
            continue
        table, file_columns = expected_cells(origin, first, stop)
        remote = _without_contents(parquet, number, group, file_columns)
        problems = [*_compare_values(stored, remote, _reread(table, file_columns), first)]
        columns = {metadata.column_path(column): column for column in group[metadata.COLUMNS].items}
        for expected in file_columns:
            column = columns.get((*expected.leaf.path, "bytes"))
            if column is None:
                continue  # reported above
            cells = _cells(stored, number, column, expected, origin)
            problems += _compare_contents(stored, cells, expected, origin.files)
            if not problems and next(cells, _END) is not _END:
                reason = f"{stored.path} has more cells than the rows here"
                problems.append(Problem(first, expected.leaf.column, None, reason))
        yield from problems


def _without_contents(
    parquet: pq.ParquetFile, number: int, group: thrift.Struct, expected: Sequence[ExpectedCells]
) -> pa.Table:
    contents = {(*column.leaf.path, "bytes") for column in expected}
    columns = [metadata.column_path(column) for column in group[metadata.COLUMNS].items]
    # By number: a column "a.bytes" has the dotted name of the contents of a file in a column "a".
    others = [at for at, path in enumerate(columns) if path not in contents]
    with decoding():
        table = parquet.reader.read_row_group(number, column_indices=others)
        table.validate(full=True)  # texts are UTF-8, offsets ascend
        return table


def _reread(table: pa.Table, expected: Sequence[ExpectedCells]) -> pa.Table:
    """Return a table as `_without_contents` reads it, with types that have no contents either."""
    sink = io.BytesIO()
    pq.write_table(table, sink, row_group_size=max(1, len(table)))
    (group,) = metadata.read_footer(sink.getbuffer())[metadata.ROW_GROUPS].items
    return _without_contents(pq.ParquetFile(sink), 0, group, expected)


def _compare_values(
    stored: StoredShard, remote: pa.Table, local: pa.Table, first: int
) -> Iterator[Problem]:
    for name in dict.fromkeys([*local.column_names, *remote.column_names]):
        if name not in remote.column_names or name not in local.column_names:
            where = "not in" if name in local.column_names else "only in"
            yield Problem(None, name, None, f"is {where} {stored.path}")
        elif remote[name].type != local[name].type:
            reason = f"is of type {remote[name].type} in {stored.path}, not {local[name].type}"
            yield Problem(None, name, None, reason)
        elif not remote[name].equals(local[name]):
            yield from _differing_rows(stored, name, remote[name], local[name], first)


def _differing_rows(
    stored: StoredShard, name: str, remote: pa.ChunkedArray, local: pa.ChunkedArray, first: int
) -> Iterator[Problem]:
    for row, (remote_value, local_value) in enumerate(zip(remote, local, strict=True), first):
        # As text, since NaN does not equal itself.
        remote_value, local_value = repr(remote_value.as_py()), repr(local_value.as_py())
        if remote_value != local_value:
            reason = f"{stored.path} has {_short(remote_value)} instead of {_short(local_value)}"
            yield Problem(row, name, None, reason)


def _compare_contents(
    stored: StoredShard, cells: Iterator[StoredCell | None], expected: ExpectedCells, files: Files
) -> Iterator[Problem]:
    contents = iter(expected.contents)
    for row, filled in zip(expected.rows.tolist(), expected.filled.tolist(), strict=True):
        content = next(contents) if filled else None
        try:
            cell = next(cells)
        except StopIteration:
            yield Problem(
                row,
                expected.leaf.column,
                _path(content),
                f"is not in {stored.path}",
            )
            return
        if (reason := _difference(cell, content, files)) is not None:
            yield Problem(
                row,
                expected.leaf.column,
                _path(content),
                f"{stored.path} {reason}",
            )


def _difference(cell: StoredCell | None, content: Content | None, files: Files) -> str | None:
    """Return how a cell differs from its content; None if it does not."""
    if content is None:
        return None if cell is None else f"has {cell.size} bytes in a cell that should be null"
    if cell is None:
        return "has null in place of the contents: the file was not embedded"
    if cell.size != size_of(content):
        return f"has {cell.size} bytes of contents, not {size_of(content)}"
    blocks, place = blocks_of(content, files), 0
    while True:
        try:
            block = next(blocks, None)
        except (OSError, SourceChangedError, SourceDamagedError) as error:
            return f"cannot be compared with the file: {error}"
        if block is None:
            return None
        if cell.read(len(block)) != block:
            return f"has other contents, between bytes {place} and {place + len(block)}"
        place += len(block)


def _cells(
    stored: StoredShard, group: int, column: thrift.Struct, expected: ExpectedCells, origin: Origin
) -> Iterator[StoredCell | None]:
    largest = max(map(size_of, expected.contents), default=0)
    feature = origin.features[expected.leaf.path[0]]
    return stored.cells(group, column, expected.leaf, feature, largest)


def _path(content: Content | None) -> str | None:
    return None if content is None else path_of(content)


def _short(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:60]}... ({len(text)} characters)"

"""One shard beside the rows it is made of: by what its footer says, or cell by cell."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from datasets import Dataset

from workaround.arrow.contents import Content, blocks_of, path_of, size_of
from workaround.arrow.file_cells import FileLeaf, Int64Array, file_cells, file_leaves
from workaround.arrow.files import Files
from workaround.arrow.skeleton import SkeletonTable, extract_contents
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
        files: How to reach the files.
        embed: Whether the contents of files are in the shard.
    """

    rows: Dataset
    files: Files
    embed: bool = True

    def extract_contents(self, start: int, stop: int) -> SkeletonTable:
        """Some rows, and what belongs into their cells.

        Raises:
            OSError: A file is not there.
        """
        table = self.rows.with_format("arrow")[start:stop].cast(self.rows.features.arrow_schema)
        return extract_contents(table, self.rows.features, self.files, embed=self.embed)


@dataclass(frozen=True)
class Wanted:
    """What belongs into a column of files.

    Attributes:
        leaf: The column.
        rows: Row of each cell, in the split.
        filled: Which cells have contents.
        contents: These, in order.
    """

    leaf: FileLeaf
    rows: Int64Array
    filled: np.ndarray[Any, np.dtype[np.bool_]]
    contents: Sequence[Content]


def wanted(origin: Origin, start: int, stop: int) -> tuple[pa.Table, list[Wanted]]:
    """Some rows: without contents, and the contents by column.

    Raises:
        SourceChangedError: A file is not there.
    """
    features = origin.rows.features
    try:
        rows = origin.extract_contents(start, stop)
    except OSError as error:
        path, reason = error.filename or "a source file", error.strerror or error
        raise SourceChangedError(str(path), f"cannot be read: {reason}") from error
    found: dict[FileLeaf, list[Any]] = {leaf: [] for leaf in file_leaves(features)}
    for cells in file_cells(rows.table, features):
        found[cells.leaf].append((cells.rows + start, np.asarray(cells.contents.is_valid())))
    columns = []
    for leaf, parts in found.items():
        where, filled = map(np.concatenate, zip(*parts, strict=True))
        columns.append(Wanted(leaf, where, filled.astype(bool), rows.contents.get(leaf, ())))
    return rows.table, columns


def compare_footer(stored: StoredShard, origin: Origin, start: int) -> Iterator[Problem]:
    """What the footer and the page index say of the contents, beside the files.

    Where they differ, the contents are read to say which.

    Args:
        stored: The shard.
        origin: Its rows.
        start: Which of them is its first.
    """
    for number, (group, first, stop) in enumerate(stored.groups(start)):
        columns = {metadata.column_path(column): column for column in group[metadata.COLUMNS].items}
        for want in wanted(origin, first, stop)[1] if stop > first else ():
            column = columns.get((*want.leaf.path, "bytes"))
            if column is None:
                yield Problem(None, want.leaf.column, None, f"is not in {stored.path}")
            elif (reason := _footer_difference(stored, column, want, first)) is not None:
                cells = _cells(stored, number, column, want, origin)
                found = list(_compare_contents(stored, cells, want, origin.files))
                yield from found or [Problem(None, want.leaf.column, None, reason)]


def _footer_difference(
    stored: StoredShard, column: thrift.Struct, want: Wanted, first: int
) -> str | None:
    """What is wrong with a column chunk by what is said of it; None if nothing is."""
    sizes, held = (
        column[metadata.META].get(metadata.SIZE_STATISTICS),
        sum(map(size_of, want.contents)),
    )
    histogram = sizes and sizes.get(metadata.DEFINITION_HISTOGRAM)
    if not histogram or not histogram.items or sizes.get(metadata.UNENCODED_BYTES) is None:
        return f"{stored.path} does not say how large its cells are: verify it with level='full'"
    if (cells := histogram.items[-1]) != len(want.contents):
        return f"{stored.path} has contents in {cells} cells instead of {len(want.contents)}"
    if sizes[metadata.UNENCODED_BYTES] != held:
        return f"{stored.path} holds {sizes[metadata.UNENCODED_BYTES]} bytes instead of {held}"
    index = stored.offset_index(column)
    if index is None or index.get(metadata.UNENCODED) is None:
        return None
    # Page by page: a row may have the contents of another.
    starts = [first + page[metadata.FIRST_ROW] for page in index[metadata.LOCATIONS].items]
    pages = np.searchsorted(starts, want.rows[want.filled], side="right") - 1
    expected = np.zeros(len(starts), dtype=np.int64)
    np.add.at(expected, pages, np.array(list(map(size_of, want.contents)), dtype=np.int64))
    wrong = np.flatnonzero(expected != np.array(index[metadata.UNENCODED].items, dtype=np.int64))
    if len(wrong):
        return f"{stored.path} holds other files from row {starts[wrong[0]]} on"
    return None


def compare_cells(stored: StoredShard, origin: Origin, start: int) -> Iterator[Problem]:
    """Every value of a shard beside the rows, and every content byte by byte with its file.

    Arrow reads every column, as `load_dataset` does; contents larger than `ARROW_CELL` are decoded
    here alone. Memory: a row group without contents, and a page or one row of contents.

    Args:
        stored: The shard.
        origin: Its rows.
        start: Which of them is its first.
    """
    with decoding():
        parquet = pq.ParquetFile(
            pa.PythonFile(stored.file, "r"), buffer_size=BLOCK, pre_buffer=False
        )
    for number, (group, first, stop) in enumerate(stored.groups(start)):
        if stop == first:
            continue
        table, wants = wanted(origin, first, stop)
        there = _without_contents(parquet, number, group, wants)
        problems = [*_compare_values(stored, there, _reread(table, wants), first)]
        columns = {metadata.column_path(column): column for column in group[metadata.COLUMNS].items}
        for want in wants:
            column = columns.get((*want.leaf.path, "bytes"))
            if column is None:
                continue  # reported above
            cells = _cells(stored, number, column, want, origin)
            problems += _compare_contents(stored, cells, want, origin.files)
            if not problems and next(cells, _END) is not _END:
                reason = f"{stored.path} has more cells than the rows here"
                problems.append(Problem(first, want.leaf.column, None, reason))
        yield from problems


def _without_contents(
    parquet: pq.ParquetFile, number: int, group: thrift.Struct, wants: Sequence[Wanted]
) -> pa.Table:
    contents = {(*want.leaf.path, "bytes") for want in wants}
    columns = [metadata.column_path(column) for column in group[metadata.COLUMNS].items]
    # By number: a column "a.bytes" has the dotted name of the contents of a file in a column "a".
    others = [at for at, path in enumerate(columns) if path not in contents]
    with decoding():
        table = parquet.reader.read_row_group(number, column_indices=others)
        table.validate(full=True)  # texts are UTF-8, offsets ascend
        return table


def _reread(table: pa.Table, wants: Sequence[Wanted]) -> pa.Table:
    """A table as `_without_contents` would read it: with types that have no contents either."""
    sink = io.BytesIO()
    pq.write_table(table, sink, row_group_size=max(1, len(table)))
    (group,) = metadata.read_footer(sink.getbuffer())[metadata.ROW_GROUPS].items
    return _without_contents(pq.ParquetFile(sink), 0, group, wants)


def _compare_values(
    stored: StoredShard, there: pa.Table, here: pa.Table, first: int
) -> Iterator[Problem]:
    for name in dict.fromkeys([*here.column_names, *there.column_names]):
        if name not in there.column_names or name not in here.column_names:
            where = "not in" if name in here.column_names else "only in"
            yield Problem(None, name, None, f"is {where} {stored.path}")
        elif there[name].type != here[name].type:
            reason = f"is of type {there[name].type} in {stored.path}, not {here[name].type}"
            yield Problem(None, name, None, reason)
        elif not there[name].equals(here[name]):
            yield from _differing_rows(stored, name, there[name], here[name], first)


def _differing_rows(
    stored: StoredShard, name: str, there: pa.ChunkedArray, here: pa.ChunkedArray, first: int
) -> Iterator[Problem]:
    for row, (found, value) in enumerate(zip(there, here, strict=True), first):
        # As text, for there are NaNs, which equal nothing.
        found, value = repr(found.as_py()), repr(value.as_py())
        if found != value:
            reason = f"{stored.path} has {_short(found)} instead of {_short(value)}"
            yield Problem(row, name, None, reason)


def _compare_contents(
    stored: StoredShard, cells: Iterator[StoredCell | None], want: Wanted, files: Files
) -> Iterator[Problem]:
    contents = iter(want.contents)
    for row, filled in zip(want.rows.tolist(), want.filled.tolist(), strict=True):
        content = next(contents) if filled else None
        try:
            cell = next(cells)
        except StopIteration:
            yield Problem(
                row,
                want.leaf.column,
                _path(content),
                f"is not in {stored.path}",
            )
            return
        if (reason := _difference(cell, content, files)) is not None:
            yield Problem(
                row,
                want.leaf.column,
                _path(content),
                f"{stored.path} {reason}",
            )


def _difference(cell: StoredCell | None, content: Content | None, files: Files) -> str | None:
    """What is wrong with a cell; None if nothing is."""
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
    stored: StoredShard, group: int, column: thrift.Struct, want: Wanted, origin: Origin
) -> Iterator[StoredCell | None]:
    largest = max(map(size_of, want.contents), default=0)
    feature = origin.rows.features[want.leaf.path[0]]
    return stored.cells(group, column, want.leaf, feature, largest)


def _path(content: Content | None) -> str | None:
    return None if content is None else path_of(content)


def _short(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:60]}... ({len(text)} characters)"

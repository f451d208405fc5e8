"""What a survey finds in one column of files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from workaround.arrow.file_cells import FileCells, FileLeaf, Int64Array
from workaround.arrow.paths import is_local
from workaround.errors import Problem
from workaround.parquet.metadata import MAX_PAGE
from workaround.preflight.inspect import CheckLevel, inspect_content
from workaround.preflight.nifti import Defect

LENGTH = 5
"""Bytes that a file takes in a Parquet page besides its own: its length, and a share of levels."""
LEVELS = 64
"""Bytes that the levels of a page take besides."""
NAMED = 3
"""Rows that a message names."""


@dataclass
class Column:
    """The file cells of one leaf of a split.

    Attributes:
        leaf: Which.
        nifti: Whether its files should be NIfTI images.
        rows: Row of each cell that names a file to embed, batch by batch.
        paths: Those files.
        held_rows: Row of each cell whose contents are in the table.
        held_sizes: Bytes of those.
        problems: What is wrong with cells.
    """

    leaf: FileLeaf
    nifti: bool
    rows: list[Int64Array] = field(default_factory=list)
    paths: list[pa.Array] = field(default_factory=list)
    held_rows: list[Int64Array] = field(default_factory=list)
    held_sizes: list[Int64Array] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def add(self, start: int, cells: FileCells, *, level: CheckLevel) -> None:
        """Note the cells of a batch.

        Args:
            start: First row of the batch.
            cells: Of this leaf.
            level: How much of contents that are in the table to read.
        """
        rows = cells.rows + start
        external = cells.external()
        held = np.asarray(cells.contents.is_valid(), dtype=np.bool_)
        self.rows.append(rows[external])
        self.paths.append(cells.paths.filter(pa.array(external)).cast(pa.large_string()))
        self.held_rows.append(rows[held])
        self.held_sizes.append(_sizes(cells.contents.drop_null()))
        for row in rows[cells.present & ~external & ~held].tolist():
            self._blame(row, None, Defect("neither bytes nor a path; make the cell None"))
        for place in np.flatnonzero(held) if level != "sizes" else ():
            content = cells.contents[place].as_buffer()
            defect = inspect_content(content, full=level == "full", nifti=self.nifti)
            if defect is not None:
                self._blame(int(rows[place]), cells.paths[place].as_py(), defect)

    def judge(
        self, files: Int64Array, names: pa.Array, sizes: Int64Array, defects: Mapping[int, Defect]
    ) -> None:
        """Note what is wrong once all files have been looked at.

        Args:
            files: Number of the file in each external cell.
            names: Path of each file.
            sizes: Bytes of each file.
            defects: What is wrong with some of them.
        """
        rows = np.concatenate([np.empty(0, np.int64), *self.rows])
        for cell in np.flatnonzero(np.isin(files, list(defects))):
            number = int(files[cell])
            self._blame(int(rows[cell]), names[number].as_py(), defects[number])
        self._judge_totals(rows, sizes[files])
        self._judge_relative(rows, files, names, defects)
        self._judge_repeated(rows, files, names)

    def _judge_totals(self, rows: Int64Array, sizes: Int64Array) -> None:
        rows = np.concatenate([rows, *self.held_rows])
        sizes = np.concatenate([sizes, *self.held_sizes])
        if not len(rows):
            reason = "no row has a file in this column"
            self.problems.append(Problem(None, self.leaf.column, None, reason, tolerable=True))
            return
        totals = np.bincount(rows, sizes + LENGTH).astype(np.int64) + LEVELS
        for row in np.flatnonzero(totals > MAX_PAGE):
            where = "the files of this row" if self.leaf.repeated else "the file"
            reason = (
                f"{where} take {totals[row]} bytes, over the {MAX_PAGE} that Parquet and"
                " Arrow hold in one row of a column: `datasets` could not load it; use more columns"
            )
            self._blame(int(row), None, Defect(reason))

    def _judge_relative(
        self, rows: Int64Array, files: Int64Array, names: pa.Array, defects: Mapping[int, Defect]
    ) -> None:
        """Note the first path that is relative, unless the file has a defect anyway."""
        numbers, first = np.unique(files, return_index=True)
        relative = [
            int(cell)
            for number, cell in zip(numbers.tolist(), first, strict=True)
            if number not in defects and is_relative(names[number].as_py())
        ]
        if relative:
            more = f", as {len(relative) - 1} more of this column" if relative[1:] else ""
            reason = f"relative{more}: other working directories than {Path.cwd()} lack it"
            cell = min(relative)
            path = names[int(files[cell])].as_py()
            self._blame(int(rows[cell]), path, Defect(reason, tolerable=True))

    def _judge_repeated(self, rows: Int64Array, files: Int64Array, names: pa.Array) -> None:
        """Note files that are in more cells than one."""
        order, counts = np.argsort(files, kind="stable"), np.bincount(files)
        ends = np.cumsum(counts)
        for number in np.flatnonzero(counts > 1):
            cells = order[ends[number] - counts[number] : ends[number]]
            first, *others = np.unique(rows[cells]).tolist()
            also = f"the same file as in {_rows(others)}" if others else "several times in this row"
            reason = f"{also}: it is uploaded {len(cells)} times"
            self._blame(first, names[int(number)].as_py(), Defect(reason, tolerable=True))

    def _blame(self, row: int, path: str | None, defect: Defect) -> None:
        self.problems.append(
            Problem(row, self.leaf.column, path, defect.reason, tolerable=defect.tolerable)
        )


def is_relative(path: str) -> bool:
    """Whether a path means another file in another working directory."""
    return is_local(path) and not Path(path).is_absolute()


def _sizes(contents: pa.Array) -> Int64Array:
    return np.asarray(pc.binary_length(contents), dtype=np.int64)


def _rows(rows: list[int]) -> str:
    named = ", ".join(map(str, rows[:NAMED]))
    more = f" and {len(rows) - NAMED} more" if len(rows) > NAMED else ""
    return f"row{'s' if len(rows) > 1 else ''} {named}{more}"

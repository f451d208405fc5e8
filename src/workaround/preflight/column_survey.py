"""One column of files within a survey: its cells and their problems."""

from __future__ import annotations

import os
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
from workaround.preflight.header_texts import HeaderTexts
from workaround.preflight.inspect import CheckLevel, inspect_content
from workaround.preflight.nifti import Defect

LENGTH = 5
"""Bytes that each file adds to a Parquet page: its length, and a share of the levels."""
LEVELS = 64
"""Bytes of the levels of a page that do not depend on the number of files."""
NAMED = 3
"""Number of rows that a message names."""


@dataclass
class Column:
    """The file cells of one leaf of a split.

    Attributes:
        leaf: Column, or field of a column, that holds the cells.
        nifti: The files should be NIfTI images.
        rows: Row of each cell that names an external file, batch by batch.
        paths: Paths of those files, batch by batch.
        embedded_rows: Row of each cell whose contents are in the table, batch by batch.
        embedded_sizes: Bytes of those contents, batch by batch.
        problems: Problems of the cells.
        texts: Texts of headers of contents that are in the table.
    """

    leaf: FileLeaf
    nifti: bool
    rows: list[Int64Array] = field(default_factory=list)
    paths: list[pa.Array] = field(default_factory=list)
    embedded_rows: list[Int64Array] = field(default_factory=list)
    embedded_sizes: list[Int64Array] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    texts: HeaderTexts = field(default_factory=HeaderTexts)

    def add(self, start: int, cells: FileCells, *, level: CheckLevel) -> None:
        """Add the cells of a batch.

        Args:
            start: First row of the batch.
            cells: Cells of this leaf.
            level: How much of contents that are in the table to read.
        """
        rows = cells.rows + start
        external = cells.external()
        embedded = np.asarray(cells.contents.is_valid(), dtype=np.bool_)
        self.rows.append(rows[external])
        self.paths.append(cells.paths.filter(pa.array(external)).cast(pa.large_string()))
        self.embedded_rows.append(rows[embedded])
        self.embedded_sizes.append(_sizes(cells.contents.drop_null()))
        for row in rows[cells.present & ~external & ~embedded].tolist():
            self._add_problem(row, None, Defect("neither bytes nor a path; make the cell None"))
        for place in np.flatnonzero(embedded) if level != "sizes" else ():
            content = cells.contents[place].as_buffer()
            result = inspect_content(content, full=level == "full", nifti=self.nifti)
            path = cells.paths[place].as_py()
            for text in result.texts:
                self.texts.add(text, path)
            if result.defect is not None:
                self._add_problem(int(rows[place]), path, result.defect)

    def judge(
        self, files: Int64Array, names: pa.Array, sizes: Int64Array, defects: Mapping[int, Defect]
    ) -> None:
        """Add the problems of the cells, once all files are inspected.

        Args:
            files: Number of the file in each external cell.
            names: Path of each file.
            sizes: Bytes of each file.
            defects: Defects of some files, by number.
        """
        rows = np.concatenate([np.empty(0, np.int64), *self.rows])
        for cell in np.flatnonzero(np.isin(files, list(defects))):
            number = int(files[cell])
            self._add_problem(int(rows[cell]), names[number].as_py(), defects[number])
        self._judge_totals(rows, sizes[files])
        self._judge_relative(rows, files, names, defects)
        self._judge_repeated(rows, files, names)

    def _judge_totals(self, rows: Int64Array, sizes: Int64Array) -> None:
        rows = np.concatenate([rows, *self.embedded_rows])
        sizes = np.concatenate([sizes, *self.embedded_sizes])
        if not len(rows):
            reason = "no row has a file in this column"
            self.problems.append(Problem(None, self.leaf.column, None, reason, severity="remark"))
            return
        totals = np.bincount(rows, sizes + LENGTH).astype(np.int64) + LEVELS
        for row in np.flatnonzero(totals > MAX_PAGE):
            where = "the files of this row" if self.leaf.repeated else "the file"
            reason = (
                f"{where} take {totals[row]} bytes, over the {MAX_PAGE} that Parquet and Arrow can"
                " store in one row of a column: `datasets` could not load it; use more columns"
            )
            self._add_problem(int(row), None, Defect(reason))

    def _judge_relative(
        self, rows: Int64Array, files: Int64Array, names: pa.Array, defects: Mapping[int, Defect]
    ) -> None:
        """Add a problem for the first relative path of a file without defects."""
        numbers, first = np.unique(files, return_index=True)
        relative = [
            int(cell)
            for number, cell in zip(numbers.tolist(), first, strict=True)
            if number not in defects and is_relative(names[number].as_py())
        ]
        if relative:
            more = f", as {len(relative) - 1} more of this column" if relative[1:] else ""
            reason = f"a relative path{more}: it means another file outside {Path.cwd()}"
            cell = min(relative)
            path = names[int(files[cell])].as_py()
            self._add_problem(int(rows[cell]), path, Defect(reason, severity="remark"))

    def _judge_repeated(self, rows: Int64Array, files: Int64Array, names: pa.Array) -> None:
        """Add a problem for each file that is in several cells."""
        order, counts = np.argsort(files, kind="stable"), np.bincount(files)
        ends = np.cumsum(counts)
        for number in np.flatnonzero(counts > 1):
            cells = order[ends[number] - counts[number] : ends[number]]
            first, *others = np.unique(rows[cells]).tolist()
            also = f"the same file as in {_rows(others)}" if others else "several times in this row"
            reason = f"{also}: uploaded {len(cells)} times"
            self._add_problem(first, names[int(number)].as_py(), Defect(reason, severity="remark"))

    def _add_problem(self, row: int, path: str | None, defect: Defect) -> None:
        self.problems.append(
            Problem(row, self.leaf.column, path, defect.reason, severity=defect.severity)
        )


def is_relative(path: str) -> bool:
    """Return True for a local path that depends on the working directory."""
    return is_local(path) and not os.path.isabs(path)  # noqa: PTH117 - a Path takes ten times as long


def _sizes(contents: pa.Array) -> Int64Array:
    return np.asarray(pc.binary_length(contents), dtype=np.int64)


def _rows(rows: list[int]) -> str:
    named = ", ".join(map(str, rows[:NAMED]))
    more = f" and {len(rows) - NAMED} more" if len(rows) > NAMED else ""
    return f"row{'s' if len(rows) > 1 else ''} {named}{more}"

"""Columns of a table, with the words that stand for missing values."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pyarrow as pa

from workaround.bids.tabular.notes import Notes
from workaround.tables.delimited import typed

MISSING = "n/a"
"""The marker of missing values in BIDS."""

_SURE = frozenset(["n/a", "nan", "#n/a", "<na>", "#null!"])
"""Words for missing values that are no value of any column, in lower case."""

_NUMERIC = frozenset(["na", "null", "none", "nat", "-", "--", ".", "?"])
"""Words for missing values in a column of numbers; in others they may be values."""

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")


def column_of(
    name: str, cells: Sequence[str], lines: Sequence[int], notes: Notes, *, text: bool = False
) -> pa.ChunkedArray:
    """Return a column: of numbers if all its cells are numbers or missing, else of text.

    Args:
        name: Its name.
        cells: Its cells.
        lines: Line of each cell.
        notes: Gets the words that were read as missing values, and those that may be some.
        text: Keep numbers as text.
    """
    values = [None if not cell or cell.lower() in _SURE else cell for cell in cells]
    for cell, line in zip(cells, lines, strict=True):
        if cell and cell != MISSING and cell.lower() in _SURE:
            notes.remark(f"{cell} is read as {MISSING}", line, name)
    unsure = {value for value in values if value and value.lower() in _NUMERIC}
    if unsure and not text:
        others = {value for value in values if value} - unsure
        missing = all(map(_NUMBER.fullmatch, others))
        for value, line in zip(values, lines, strict=True):
            if value in unsure and missing:
                notes.remark(f"{value} is read as {MISSING}", line, name)
            elif value in {"NA", "NULL"}:
                notes.remark(f"{value} is text here: write {MISSING} if it is missing", line, name)
        if missing:
            values = [None if value in unsure else value for value in values]
    column = pa.chunked_array([pa.array(values, pa.string())])
    return column if text else typed(column)

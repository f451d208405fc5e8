"""CSV and TSV: cells are text, and columns of nothing but numbers become numbers."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from workaround.errors import Problem

DELIMITERS: Mapping[str, str] = {".csv": ",", ".tsv": "\t"}
"""Delimiter of the cells of a table, by its suffix."""

NULLS = ["", "n/a"]
"""Null cells: empty ones, and the marker of BIDS (Common principles, tabular files)."""

_INTEGER = r"^-?(0|[1-9][0-9]*)$"
_NUMBER = r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$"
_LONG = r"[0-9.]{16}|[eE][+-]?[0-9]{3}"
"""Matches numbers of more than the 15 digits that every double keeps, or maybe out of range."""


def read_delimited(path: Path, delimiter: str) -> pa.Table:
    """Read CSV or TSV as text, which is not checked to be UTF-8.

    Raises:
        pa.ArrowException: The file is not such a table.
    """
    layout = csv.ParseOptions(delimiter=delimiter, newlines_in_values=True)
    with csv.open_csv(path, parse_options=layout) as stream:
        names = stream.schema.names
    text = csv.ConvertOptions(
        column_types=dict.fromkeys(names, pa.string()),
        null_values=NULLS,
        strings_can_be_null=True,
        check_utf8=False,  # the error would not name the column
    )
    return csv.read_csv(path, parse_options=layout, convert_options=text)


def swallowed_rows(table: pa.Table, delimiter: str) -> list[Problem]:
    """Return a problem for each column with a cell that holds whole rows: a quote is not closed.

    Args:
        table: The table, all of it text.
        delimiter: Delimiter of its cells.
    """
    problems = (_swallowed(table, index, delimiter) for index in range(table.num_columns))
    return [problem for problem in problems if problem]


def _swallowed(table: pa.Table, index: int, delimiter: str) -> Problem | None:
    cells = pc.utf8_rtrim(table.column(index), "\r\n")  # the last row of a file ends in one
    lines = pc.count_substring(cells, "\n")
    # A quote that is closed some rows below makes one row of so many columns in all.
    delimiters = pc.multiply(lines, table.num_columns - 1)
    whole_rows = pc.equal(pc.count_substring(cells, delimiter), delimiters)
    rows = pc.and_(pc.greater(delimiters, 0), whole_rows)
    row = pc.index(rows, True).as_py()
    if row < 0:
        return None
    name = table.field(index).name
    reason = (
        f"holds {lines[row].as_py() + 1} lines with the {delimiter!r} of as many rows: close the"
        f" quotation mark. If it is text, pass --column {name}=string"
    )
    return Problem(row, name, None, reason)


def typed(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Convert a column of text to numbers if all its cells are numbers.

    ``007`` and ``1e`` are not numbers, and a column with a number that 64 bits cannot represent
    stays text: a larger integer, or a decimal with more digits than a double keeps. Zeros at the
    end are dropped: ``1.10`` is 1.1.
    """
    if column.null_count == len(column):
        return column
    if _all_match(column, _INTEGER):
        try:
            return column.cast(pa.int64())
        except pa.ArrowInvalid:
            return column
    if _all_match(column, _NUMBER):
        long = pc.unique(column.filter(pc.match_substring_regex(column, _LONG)))
        if all(map(_is_double, long.to_pylist())):
            return column.cast(pa.float64())
    return column


def _all_match(column: pa.ChunkedArray, pattern: str) -> bool:
    return bool(pc.all(pc.match_substring_regex(column, pattern)).as_py())


def _is_double(text: str) -> bool:
    """Return True if a double, rounded to as many digits, is this number."""
    number = Decimal(text)
    digits = len(number.as_tuple().digits)
    return Decimal(f"{float(text):.{digits - 1}e}") == number

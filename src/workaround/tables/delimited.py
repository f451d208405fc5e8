"""CSV and TSV: columns of text, some of which are numbers."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from workaround.errors import Problem

DELIMITERS: Mapping[str, str] = {".csv": ",", ".tsv": "\t"}
"""What separates the cells of a table, by its suffix."""

NULLS = ["", "n/a"]
"""Cells that mean nothing: empty ones, and what BIDS writes (Common principles, tabular files)."""

_INTEGER = r"^-?(0|[1-9][0-9]*)$"
_NUMBER = r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$"
_LONG = r"[0-9.]{16}|[eE][+-]?[0-9]{3}"
"""In numbers of more than the 15 digits that every double holds, or that may be out of range."""


def read_delimited(path: Path, delimiter: str) -> pa.Table:
    """Read CSV or TSV as text, of which nothing is known to be UTF-8.

    Raises:
        pa.ArrowException: It cannot be read.
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
    """The first cell of each column that holds rows of the table, which an open quote made text.

    Args:
        table: All text.
        delimiter: What separates cells.
    """
    found = (_swallowed(table, index, delimiter) for index in range(table.num_columns))
    return [problem for problem in found if problem]


def _swallowed(table: pa.Table, index: int, delimiter: str) -> Problem | None:
    cells = pc.utf8_rtrim(table.column(index), "\r\n")  # the last row of a file ends in one
    lines = pc.count_substring(cells, "\n")
    # A quote that is closed some rows below makes one row of so many columns in all.
    found = pc.multiply(lines, table.num_columns - 1)
    rows = pc.and_(pc.greater(found, 0), pc.equal(pc.count_substring(cells, delimiter), found))
    row = pc.index(rows, True).as_py()
    if row < 0:
        return None
    name = table.field(index).name
    reason = (
        f"holds {lines[row].as_py() + 1} lines with the {delimiter!r} of as many rows: is there a"
        f" quotation mark that nothing closes? If it is text, say --column {name}=string"
    )
    return Problem(row, name, None, reason)


def typed(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Make numbers of a column of text if it holds nothing else.

    ``007`` and ``1e`` are no numbers, and a column with one that 64 bits do not hold stays text: an
    integer of too many bits, or a decimal of which a double keeps fewer digits. Zeros at the end
    are not kept: ``1.10`` is 1.1.
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
    """Whether a number is that of a double, rounded to as many digits."""
    number = Decimal(text)
    digits = len(number.as_tuple().digits)
    return Decimal(f"{float(text):.{digits - 1}e}") == number

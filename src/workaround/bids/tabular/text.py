"""The lines and cells of a table: any encoding and separator that leave one reading."""

from __future__ import annotations

import csv
import io
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from workaround.bids.tabular.notes import Notes

SEPARATORS = {"\t": "tabs", ",": "commas", ";": "semicolons", "|": "bars"}
_OPEN = "a quotation mark begins a cell and is not closed in its line"
_ENCODINGS = {BOM_UTF8: "utf-8", BOM_UTF16_LE: "utf-16-le", BOM_UTF16_BE: "utf-16-be"}
_SAMPLE = 512
"""Bytes that show UTF-16 without a byte order mark: it has a zero beside each Latin letter."""


@dataclass(frozen=True)
class Line:
    """A row of a table.

    Attributes:
        number: Line of the file on which it begins, from 1.
        cells: Its cells, without white space around them.
    """

    number: int
    cells: Sequence[str]


@dataclass(frozen=True)
class TextTable:
    """A table of text.

    Attributes:
        names: Names of the columns, none twice.
        lines: Its rows, each with a cell for every column.
    """

    names: Sequence[str]
    lines: Sequence[Line]


def read_text(path: Path, notes: Notes) -> TextTable | None:
    """Read a table.

    Args:
        path: Regular file.
        notes: Gets what is unusual, and what cannot be read.

    Returns:
        None if it cannot be read.

    Raises:
        OSError: The file cannot be read.
    """
    text = _decoded(path.read_bytes(), notes)
    lines = None if text is None else _lines(text, path, notes)
    if not lines:
        if text is not None and not notes.refused:
            notes.error("it is empty: write a first line with the names of the columns")
        return None
    table = _regular(lines, notes)
    if not notes.refused:
        table = _named(table, notes)
    return None if notes.refused else table


def _decoded(data: bytes, notes: Notes) -> str | None:
    mark = next((mark for mark in _ENCODINGS if data.startswith(mark)), b"")
    encoding = _ENCODINGS.get(mark) or _utf_16(data[:_SAMPLE]) or "utf-8"
    if encoding != "utf-8":
        notes.remark("read as UTF-16, where BIDS has UTF-8")
    try:
        text = data[len(mark) :].decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, len(mark) + error.start) + 1
        name = encoding.upper()
        notes.error(f"is not {name} ({error.reason}): save the table as UTF-8", line)
        return None
    if "\0" in text:
        line = text.count("\n", 0, text.find("\0")) + 1
        notes.error("has a NUL character: save the table as text", line)
        return None
    return text


def _utf_16(start: bytes) -> str | None:
    even, odd = start[::2], start[1::2]
    if odd and not any(odd) and all(even):
        return "utf-16-le"
    return "utf-16-be" if odd and not any(even) and all(odd) else None


def _lines(text: str, path: Path, notes: Notes) -> list[Line]:
    """Return the lines that are not blank, split at the separator that fits."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    usual = "," if path.suffix.lower() == ".csv" else "\t"
    if usual in first:
        return _split(text, usual, notes)
    for separator, name in SEPARATORS.items():
        if separator in first:
            trial = Notes(path)
            lines = _split(text, separator, trial)
            if not trial.refused and len({len(line.cells) for line in lines}) == 1:
                notes.remark(f"separated by {name}, not by {SEPARATORS[usual]} as its name says")
                return lines
    lines = [
        Line(number, line.split())
        for number, line in enumerate(text.splitlines(), 1)
        if line.strip()
    ]
    if len({len(line.cells) for line in lines}) == 1 and len(lines[0].cells) > 1:
        notes.remark(f"separated by blanks, not by {SEPARATORS[usual]} as its name says")
        return lines
    return _split(text, usual, notes)


def _split(text: str, separator: str, notes: Notes) -> list[Line]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    lines, number = [], 1
    try:
        for cells in reader:
            if any(separator in cell and len(cell.splitlines()) > 1 for cell in cells):
                notes.error(f"{_OPEN}: close it", number)
                return []
            if any(map(str.strip, cells)):
                lines.append(Line(number, [cell.strip() for cell in cells]))
            number = reader.line_num + 1
    except csv.Error:
        notes.error(f"{_OPEN}: close it", number)  # a cell that is too long
        return []
    return lines


def _regular(lines: Sequence[Line], notes: Notes) -> TextTable:
    """Return the table with as many cells in each row as there are names."""
    header, *rows = lines
    names = list(header.cells)
    while len(names) > 1 and not names[-1]:
        names.pop()
    result = []
    for line in rows:
        cells = list(line.cells)
        if len(cells) > len(names) and not any(cells[len(names) :]):
            notes.remark("separators at the end are ignored", line.number)
            cells = cells[: len(names)]
        elif len(cells) < len(names) and not any(cells[1:]):
            notes.remark("cells are missing: all but the first are read as n/a", line.number)
            cells += [""] * (len(names) - len(cells))
        if len(cells) != len(names):
            reason = f"has {len(cells)} cells under {len(names)} names: write n/a for missing ones"
            notes.error(reason, line.number)
        result.append(Line(line.number, cells))
    return TextTable(names, result)


def _named(table: TextTable, notes: Notes) -> TextTable:
    """Return the table with columns that have names, none twice."""
    columns = list(zip(*(line.cells for line in table.lines), strict=True))
    places: dict[str, int] = {}
    for place, name in enumerate(table.names):
        cells = columns[place] if columns else ()
        if not name:
            if list(cells) == [str(row) for row in range(len(cells))]:
                notes.remark(f"column {place + 1} numbers the rows and has no name: left out", 1)
            elif any(cells):
                notes.error(f"column {place + 1} has no name: name it", 1)
        elif name not in places:
            places[name] = place
        elif columns and columns[places[name]] != cells:
            reason = f"columns {places[name] + 1} and {place + 1} have one name: rename one"
            notes.error(reason, 1, name)
        else:
            notes.remark("two columns of this name are equal: one is left out", 1, name)
    lines = [
        Line(line.number, [line.cells[place] for place in places.values()]) for line in table.lines
    ]
    return TextTable([*places], lines)

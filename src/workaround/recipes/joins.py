"""Tables whose rows are joined by their labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import pyarrow as pa

from workaround.bids.tabular.cells import column_of
from workaround.bids.tabular.notes import Notes
from workaround.bids.tabular.text import Line, TextTable, read_text
from workaround.errors import CheckError, Problem, TableError
from workaround.extras import advice
from workaround.recipes.matches import File, Key
from workaround.recipes.recipe import JoinTable, Recipe
from workaround.recipes.types import converted
from workaround.tables.load import require_regular


@dataclass(frozen=True)
class Row:
    """A row of a table.

    Attributes:
        path: Path of its file.
        line: Its line in the file, from 1.
        cells: Its cells as text, by column.
    """

    path: Path
    line: int
    cells: Mapping[str, str]


@dataclass
class Joined:
    """The rows of a table.

    Attributes:
        table: The table.
        names: Names of its columns, in their order.
        rows: Its rows, by the labels of its placeholders.
        problems: Rows that cannot be joined, and remarks on how unusual cells were read.
    """

    table: JoinTable
    names: dict[str, None] = field(default_factory=dict)
    rows: dict[Key, Row] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def key(self, labels: Mapping[str, str]) -> Key:
        """Return the key of the row that is joined to a row of the dataset."""
        return tuple(labels[name] for name in self.table.placeholders)

    def column(self, name: str, kind: pa.DataType | None, keys: Sequence[Key]) -> pa.ChunkedArray:
        """Return a column for the rows of the dataset.

        Args:
            name: Name in the table.
            kind: Type of the values; None for numbers if all are, else text.
            keys: Key of the row that is joined to each row of the dataset.

        Raises:
            CheckError: Some cells are not of the type.
        """
        rows = [*self.rows.values()]
        cells = [row.cells.get(name, "") for row in rows]
        paths = {row.path for row in rows}
        notes = Notes(paths.pop() if len(paths) == 1 else Path(self.table.pattern.text))
        text = kind is not None and pa.types.is_string(kind)
        values = column_of(name, cells, [row.line for row in rows], notes, text=text)
        if kind is not None and not text:
            known = values.is_valid().to_pylist()
            texts = [cell if valid else None for cell, valid in zip(cells, known, strict=True)]
            sources = [f"{row.path}, line {row.line}" for row in rows]
            values = pa.chunked_array([converted(name, texts, kind, sources)])
        self.problems += notes.problems()
        places = {key: place for place, key in enumerate(self.rows)}
        return values.take(pa.array([places.get(key) for key in keys], pa.int64()))


def read_joined(recipe: Recipe, table: JoinTable, files: Sequence[File], root: Path) -> Joined:
    """Read the files of a table.

    Raises:
        TableError: One cannot be read, or lacks a column of the key.
        CheckError: The cells of one cannot be told apart.
        RecipeError: Two rows have the same labels.
    """
    result = Joined(table)
    for file in files:
        path = root / file.path
        content = _content(path, result.problems)
        result.names |= dict.fromkeys(content.names)
        if missing := [name for name in table.key.values() if name not in content.names]:
            raise TableError(f"{path} has no column {missing[0]!r}, but {', '.join(content.names)}")
        inner = [str(file.labels[name]) for name in sorted(table.pattern.names)]
        for line in content.lines:
            row = Row(path, line.number, dict(zip(content.names, line.cells, strict=True)))
            labels = [row.cells[name] for name in table.key.values()]
            place = f"{path}, line {line.number}"
            if not all(labels):
                reason = "left out: a row without a label"
                result.problems.append(Problem(None, None, place, reason, "omission"))
                continue
            key = (*inner, *labels)
            if key in result.rows:
                again = f"{place}, is another row of {', '.join(key)}: rows are joined by labels"
                raise recipe.error(("tables", table.name), again)
            result.rows[key] = row
    return result


def _content(path: Path, problems: list[Problem]) -> TextTable:
    """Return the content of a table; note what is unusual in it."""
    require_regular(path)
    if path.suffix.lower() == ".xlsx":
        return _content_of_excel(path)
    notes = Notes(path)
    try:
        table = read_text(path, notes)
    except OSError as error:
        raise TableError(f"{path} cannot be read: {error.strerror}") from error
    if table is None:
        raise CheckError(notes.problems())
    problems += notes.problems()
    return table


def _content_of_excel(path: Path) -> TextTable:
    """Return the content of the first sheet of a workbook, whose first row has the names."""
    try:
        from openpyxl import load_workbook  # an extra
        from openpyxl.utils.exceptions import InvalidFileException
    except ModuleNotFoundError:
        raise TableError(
            f"{path} is a workbook: {advice('excel')} reads it, or save it as .csv"
        ) from None
    try:
        workbook = load_workbook(path, read_only=True, data_only=True)
        try:
            rows = list(workbook.worksheets[0].iter_rows(values_only=True))
        finally:
            workbook.close()
    except (OSError, ValueError, KeyError, IndexError, BadZipFile, InvalidFileException) as error:
        raise TableError(f"{path} cannot be read as a workbook: {error}") from error
    head, *body = rows or [()]
    names = [_text(name) for name in head]
    named = [name for name in names if name]
    if len(set(named)) < len(named):
        raise TableError(f"{path} has several columns of one name: rename them")
    lines = [
        Line(number, [_text(cell) for name, cell in zip(names, row, strict=False) if name])
        for number, row in enumerate(body, 2)
        if any(cell is not None for cell in row)
    ]
    return TextTable(named, lines)


def _text(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return "" if cell is None else str(cell).strip()

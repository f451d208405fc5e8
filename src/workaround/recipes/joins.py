"""Tables whose rows are joined by their labels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import pyarrow as pa

from workaround.errors import Problem, TableError
from workaround.recipes.matches import File, Key
from workaround.recipes.recipe import JoinTable, Recipe
from workaround.tables.delimited import NULLS
from workaround.tables.load import load, require_regular

Cells = Mapping[str, str | None]


class _Every(dict[str, str]):
    """Kinds of columns of any names: all cells are text, as they are written."""

    def __contains__(self, name: object) -> bool:
        return True


@dataclass
class Joined:
    """The rows of a table.

    Attributes:
        table: The table.
        names: Names of its columns, in their order.
        cells: Cells of each row, by the labels of its placeholders.
        sources: Path of the file of each row.
        problems: Rows that cannot be joined.
    """

    table: JoinTable
    names: dict[str, None] = field(default_factory=dict)
    cells: dict[Key, Cells] = field(default_factory=dict)
    sources: dict[Key, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def key(self, labels: Mapping[str, str]) -> Key:
        """Return the key of the row that is joined to a row of the dataset."""
        return tuple(labels[name] for name in self.table.placeholders)


def read_joined(recipe: Recipe, table: JoinTable, files: Sequence[File], root: Path) -> Joined:
    """Read the files of a table.

    Raises:
        TableError: One cannot be read, or lacks a column of the key.
        RecipeError: Two rows have the same labels.
    """
    result = Joined(table)
    for file in files:
        path = root / file.path
        names, rows = _rows(path)
        result.names |= dict.fromkeys(names)
        if missing := [name for name in table.key.values() if name not in names]:
            raise TableError(f"{path} has no column {missing[0]!r}, but {', '.join(names)}")
        inner = [str(file.labels[name]) for name in sorted(table.pattern.names)]
        for row in rows:
            labels = [row[name] for name in table.key.values()]
            if None in labels:
                reason = "left out: a row without a label"
                result.problems.append(Problem(None, None, str(path), reason, "omission"))
                continue
            key = (*inner, *(str(label).strip() for label in labels))
            if key in result.cells:
                again = f"{path} has another row of {', '.join(key)}: a row is joined by its labels"
                raise recipe.error(("tables", table.name), again)
            result.cells[key], result.sources[key] = row, str(path)
    return result


def _rows(path: Path) -> tuple[list[str], Iterator[Cells]]:
    """Return the names of the columns of a table, and its rows, with cells as text."""
    if path.suffix.lower() == ".xlsx":
        return _rows_of_excel(path)
    table = load(path, _Every())
    names = [name.strip() for name in table.column_names]
    table = table.rename_columns(names).cast(pa.schema([(name, pa.string()) for name in names]))
    return names, iter(table.to_pylist())


def _rows_of_excel(path: Path) -> tuple[list[str], Iterator[Cells]]:
    """Return the same of the first sheet of a workbook, whose first row has the names."""
    try:
        from openpyxl import load_workbook  # an extra
        from openpyxl.utils.exceptions import InvalidFileException
    except ModuleNotFoundError:
        raise TableError(
            f"{path} is a workbook: pip install 'nifti-hub-workaround[excel]' reads it, or save it"
            " as .csv"
        ) from None
    require_regular(path)
    try:
        workbook = load_workbook(path, read_only=True, data_only=True)
        try:
            rows = list(workbook.worksheets[0].iter_rows(values_only=True))
        finally:
            workbook.close()
    except (OSError, ValueError, KeyError, IndexError, BadZipFile, InvalidFileException) as error:
        raise TableError(f"{path} cannot be read as a workbook: {error}") from error
    head, *body = rows or [()]
    names = [None if name is None else str(name).strip() for name in head]
    named = [name for name in names if name]
    if len(set(named)) < len(named):
        raise TableError(f"{path} has several columns of one name: rename them")
    return named, (
        {name: _text(cell) for name, cell in zip(names, row, strict=False) if name}
        for row in body
        if any(cell is not None for cell in row)
    )


def _text(cell: Any) -> str | None:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    text = str(cell).strip()
    return None if cell is None or text in NULLS else text

"""The columns of a recipe as Arrow arrays, and what is wrong with their cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import pyarrow as pa

from workaround.errors import Problem
from workaround.recipes.contents import Contents
from workaround.recipes.joins import Joined, read_joined
from workaround.recipes.matches import File, Key, Matches
from workaround.recipes.recipe import (
    BesideColumn,
    Column,
    FileColumn,
    LabelColumn,
    Recipe,
    TableColumn,
)
from workaround.recipes.types import converted
from workaround.tables.kinds import SUFFIXES, TEXT


@dataclass
class Columns:
    """The columns of a folder, by a recipe.

    Attributes:
        recipe: The recipe.
        matches: The files.
        root: The folder.
        joined: Tables by name.
        problems: What is wrong with cells.
    """

    recipe: Recipe
    matches: Matches
    root: Path
    joined: Mapping[str, Joined] = field(init=False)
    problems: list[Problem] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Read the tables."""
        self._contents = Contents(self.root, self.problems)
        self._labels = [dict(zip(self.recipe.key, key, strict=True)) for key in self.matches.rows]
        self.joined = {
            table.name: read_joined(self.recipe, table, self.matches.tables[table.name], self.root)
            for table in self.recipe.tables
        }

    def table(self) -> pa.Table:
        """Return all columns.

        Raises:
            CheckError: The values of a column are not of its type.
            RecipeError: A table has not the column that the recipe names.
        """
        arrays = {column.name: self._array(column) for column in self.recipe.columns}
        return pa.table(arrays)

    def kinds(self, table: pa.Table) -> dict[str, str]:
        """Return the kinds of columns of files, and of those of text, which may look like paths."""
        result = {}
        for column in self.recipe.columns:
            kind = table.schema.field(column.name).type
            if isinstance(column, FileColumn | BesideColumn) and column.kind in SUFFIXES:
                result[column.name] = column.kind
            elif pa.types.is_string(kind.value_type if pa.types.is_list(kind) else kind):
                result[column.name] = TEXT
        return result

    def _array(self, column: Column) -> Any:
        match column:
            case FileColumn():
                cells = [[file.path for file in files] for files in self._files(column)]
                return self._contents.column(column, cells, many=column.many)
            case BesideColumn():
                beside = self.matches.beside[column.name]
                paths = [
                    [beside.get(file.path) for file in files] for files in self._files(column.of)
                ]
                return self._contents.column(column, paths, many=column.of.many)
            case LabelColumn():
                return self._of_labels(column)
            case TableColumn():
                return self._of_table(column)
        raise AssertionError(column)

    def _files(self, column: FileColumn) -> Sequence[Sequence[File]]:
        cells = self.matches.cells[column.name]
        return [cells.get(key, ()) for key in self.matches.rows]

    def _of_labels(self, column: LabelColumn) -> Any:
        if column.of is None:
            own: list[str | None] = [labels[column.take] for labels in self._labels]
            return self._written(column, own)
        cells = [
            [file.labels.get(column.take) for file in files] for files in self._files(column.of)
        ]
        if not column.many:
            return self._written(column, [self._common(column, at) for at in enumerate(cells)])
        flat = self._written(column, [label for labels in cells for label in labels])
        ends = [0]
        for labels in cells:
            ends.append(ends[-1] + len(labels))
        return pa.ListArray.from_arrays(pa.array(ends, pa.int32()), flat)

    def _common(self, column: LabelColumn, cell: tuple[int, Sequence[str | None]]) -> str | None:
        """Return the label that all files of a row have."""
        row, labels = cell
        different = list(dict.fromkeys(labels))
        if len(different) > 1:
            shown = " and ".join(str(label) for label in different[:2])
            reason = (
                f"left out: its files have several labels of {{{column.take}}}, {shown}: write many"
                " = true in the recipe"
            )
            self.problems.append(Problem(row, column.name, None, reason, "omission"))
        return different[0] if different else None

    def _written(self, column: LabelColumn, labels: Sequence[str | None]) -> Any:
        names = [None if label is None else column.names.get(label, label) for label in labels]
        kind = column.type or pa.string()
        return converted(column.name, names, kind, [None] * len(names))

    def _of_table(self, column: TableColumn) -> Any:
        joined = self.joined[column.table.name]
        if column.source not in joined.names and joined.names:
            close = get_close_matches(column.source, joined.names, 1)
            advice = f"did you mean {close[0]!r}?" if close else f"it has {', '.join(joined.names)}"
            raise self.recipe.error(
                ("columns", column.name),
                f"the table {column.table.name} has no column {column.source!r}; {advice}",
            )
        keys: list[Key] = [joined.key(labels) for labels in self._labels]
        return joined.column(column.source, column.type, keys)

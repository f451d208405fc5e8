"""Recipes: the key of a row, and the columns that files and tables fill."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from workaround.errors import RecipeError
from workaround.recipes.pattern import Pattern
from workaround.recipes.positions import Keys, position_of

TYPES: Mapping[str, pa.DataType] = {
    "string": pa.string(),
    "bool": pa.bool_(),
    **{f"int{bits}": getattr(pa, f"int{bits}")() for bits in (8, 16, 32, 64)},
    **{f"float{bits}": getattr(pa, f"float{bits}")() for bits in (32, 64)},
}
"""Types of columns that hold no files."""

PATH, CONTENT_TEXT, NUMBER, JSON = "path", "text", "number", "json"
CONTENTS = (CONTENT_TEXT, NUMBER, JSON)
"""Kinds of columns that hold what is in a file, not the file."""


@dataclass(frozen=True)
class Column:
    """A column of the table.

    Attributes:
        name: Its name.
        type: Type of its values, as the recipe says; None for the type that they have.
    """

    name: str
    type: pa.DataType | None = field(default=None, kw_only=True)


@dataclass(frozen=True)
class FileColumn(Column):
    """A column of the files that match a pattern.

    Attributes:
        patterns: Paths of its files. In a row with files of several, those of the first count.
        kind: One of `installed_kinds`, `CONTENTS` or "path".
        many: A cell is a list of files.
        field: Name of a field in JSON, dotted where nested.
    """

    patterns: tuple[Pattern, ...]
    kind: str
    many: bool = False
    field: str | None = None

    @property
    def placeholders(self) -> frozenset[str]:
        """Placeholders of the patterns."""
        return frozenset(name for pattern in self.patterns for name in pattern.names)


@dataclass(frozen=True)
class BesideColumn(Column):
    """A column of the files beside those of another column, of the same name but its extension.

    Attributes:
        of: The other column.
        extension: Extension of its files, such as ``.bval``; None for those of the other column.
        kind: As of a `FileColumn`.
        field: Name of a field in JSON, dotted where nested.
    """

    of: FileColumn
    extension: str | None
    kind: str
    field: str | None = None


@dataclass(frozen=True)
class LabelColumn(Column):
    """A column of labels.

    Attributes:
        take: The placeholder that they are in the place of.
        of: Column of the files whose paths they are in; None for those of the key.
        many: A cell is a list of the labels of all files; else they are the same.
        names: Values to write for labels; others are written as they are.
    """

    take: str
    of: FileColumn | None = None
    many: bool = False
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class JoinTable:
    """A table, or tables of the same columns, whose rows are joined by their labels.

    Attributes:
        name: Name in the recipe.
        pattern: Paths of the files. Their labels hold for all rows.
        key: Columns that hold further labels, by placeholder.
    """

    name: str
    pattern: Pattern
    key: Mapping[str, str]

    @property
    def placeholders(self) -> tuple[str, ...]:
        """Placeholders that a row has labels of."""
        return (*sorted(self.pattern.names), *self.key)

    @property
    def shared(self) -> bool:
        """True if the path has no labels: the table is about many rows."""
        return not self.pattern.names


@dataclass(frozen=True)
class TableColumn(Column):
    """A column of a table that is joined.

    Attributes:
        table: The table.
        source: Name of the column in it.
    """

    table: JoinTable
    source: str


@dataclass(frozen=True)
class Recipe:
    """A recipe.

    Attributes:
        path: Path of its file.
        text: Content of its file.
        key: Placeholders whose labels name a row.
        columns: Columns, in their order.
        tables: Tables that are joined.
        ignore: Patterns of files that are left out on purpose.
    """

    path: str
    text: str
    key: tuple[str, ...]
    columns: Sequence[Column]
    tables: Sequence[JoinTable] = ()
    ignore: Sequence[Pattern] = ()

    @property
    def file_columns(self) -> Iterator[FileColumn]:
        """The columns of files that match a pattern."""
        return (column for column in self.columns if isinstance(column, FileColumn))

    @property
    def key_columns(self) -> tuple[str, ...]:
        """Names of the columns that name a row."""
        labels = {
            column.take: column.name
            for column in reversed(self.columns)
            if isinstance(column, LabelColumn) and column.of is None
        }
        return tuple(labels[name] for name in self.key)

    def error(self, keys: Keys, reason: str) -> RecipeError:
        """Return an error about a place in the recipe."""
        return RecipeError(self.path, reason, *position_of(self.text, keys))

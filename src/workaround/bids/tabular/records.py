"""Tables beside images, such as ``events.tsv``, as lists of rows with typed cells."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

import pyarrow as pa

from workaround.bids.layout import Entry
from workaround.bids.terms.schema import schema
from workaround.tables.delimited import NULLS, typed

_FORMATS = {
    "number": pa.float64(),
    "integer": pa.int64(),
    "index": pa.int64(),
    "boolean": pa.bool_(),
    "string": pa.string(),
}
"""Types by ``Format`` in the description of a column."""


@dataclass(frozen=True)
class Records:
    """A table beside an image.

    Attributes:
        columns: Cells by column, as text; None for ``n/a`` and empty ones.
        description: Descriptions of the columns, of the JSON files that apply to the table.
    """

    columns: Mapping[str, Sequence[str | None]]
    description: Mapping[str, Any] = field(default_factory=dict)

    def rows(self, types: Mapping[str, pa.DataType]) -> list[dict[str, Any]]:
        """Return the rows with cells of some types."""
        cells = [
            pa.array(self.columns[name], pa.string()).cast(types[name]).to_pylist()
            for name in self.columns
        ]
        return [dict(zip(self.columns, row, strict=True)) for row in zip(*cells, strict=True)]


def parse(text: str, description: Mapping[str, Any], *, header: bool) -> Records:
    """Parse a table of BIDS, which has no quotation.

    Args:
        text: The table.
        description: Descriptions of its columns.
        header: The first line has the names of the columns; else ``Columns`` of the description.

    Raises:
        ValueError: It has no names of columns, a name twice, or a line of other length.
    """
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").rstrip("\n").split("\n")
    named = description.get("Columns")
    if header:
        names = lines.pop(0).split("\t")
    elif isinstance(named, list):
        names = [str(name) for name in named]
    else:
        raise ValueError("no JSON file that applies to it names its Columns")
    if not all(names) or len(set(names)) < len(names):
        raise ValueError("a column has no name, or the name of another one")
    columns: dict[str, list[str | None]] = {name: [] for name in names}
    for number, line in enumerate(lines, 2 if header else 1):
        if not line.strip():
            continue
        cells = line.split("\t")
        if len(cells) != len(names):
            reason = f"line {number} has {len(cells)} cells, and there are {len(names)} columns"
            raise ValueError(reason)
        for name, cell in zip(names, cells, strict=True):
            value = cell.strip()
            columns[name].append(None if value in NULLS else value)
    return Records(columns, description)


def with_rows(entries: Sequence[Entry]) -> tuple[list[Entry], dict[str, pa.DataType]]:
    """Replace the tables beside images by lists of their rows.

    Returns:
        The images, and the types of the values that were replaced: the same for all images.
    """
    tables: dict[str, list[Records]] = defaultdict(list)
    for entry in entries:
        for name, value in entry.values.items():
            if isinstance(value, Records):
                tables[name].append(value)
    types = {name: column_types(records) for name, records in tables.items()}
    replaced = [
        replace(
            entry,
            values={
                name: value.rows(types[name]) if isinstance(value, Records) else value
                for name, value in entry.values.items()
            },
        )
        for entry in entries
    ]
    return replaced, {
        name: pa.list_(pa.struct(list(columns.items()))) for name, columns in types.items()
    }


def column_types(tables: Iterable[Records]) -> dict[str, pa.DataType]:
    """Return the types of all columns: as they are described, as BIDS has them, or as cells are."""
    cells: dict[str, list[str | None]] = defaultdict(list)
    described: dict[str, pa.DataType] = {}
    for table in {id(table): table for table in tables}.values():
        for name, column in table.columns.items():
            cells[name] += column
            if (kind := _described(table.description.get(name))) is not None:
                described.setdefault(name, kind)
    return {
        name: _type(values, described.get(name), schema().columns.get(name))
        for name, values in cells.items()
    }


def _described(description: object) -> pa.DataType | None:
    if not isinstance(description, dict):
        return None
    if "Levels" in description:  # labels, even those that look like numbers
        return pa.string()
    return _FORMATS.get(str(description.get("Format")))


def _type(cells: Sequence[str | None], *kinds: pa.DataType | None) -> pa.DataType:
    """Return the first type that all cells have."""
    array = pa.array(cells, pa.string())
    for kind in filter(None, kinds):
        with suppress(pa.ArrowInvalid):
            array.cast(kind)
            return kind
    return typed(pa.chunked_array([array])).type

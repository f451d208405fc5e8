"""Texts, numbers and fields of JSON in files, as cells."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from workaround.bids.sidecars import text_of
from workaround.errors import BidsError, CheckError, Problem
from workaround.recipes.recipe import CONTENT_TEXT, JSON, PATH, BesideColumn, FileColumn
from workaround.tables.kinds import SUFFIXES

Files = Sequence[str | None] | None
"""Paths of the files of a cell; None in the place of one that is missing."""


@dataclass
class Contents:
    """The files of a folder, as they are read.

    Attributes:
        root: The folder.
        problems: Files that cannot be read, or hold something else.
    """

    root: Path
    problems: list[Problem] = field(default_factory=list)

    def column(
        self, column: FileColumn | BesideColumn, cells: Sequence[Files], *, many: bool
    ) -> pa.Array:
        """Return a column of files, or of what is in them.

        Args:
            column: The column.
            cells: Files of each row.
            many: Cells are lists.

        Raises:
            CheckError: The values are not of the type, or of no common one.
        """
        as_path = column.kind == PATH or column.kind in SUFFIXES
        values = [
            [
                path if path is None or as_path else self._content(column, path)
                for path in files or ()
            ]
            for files in cells
        ]
        kind = _type(column)
        try:
            if many:
                return pa.array(values, None if kind is None else pa.list_(kind))
            return pa.array([files[0] if files else None for files in values], kind)
        except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError) as error:
            wanted = "of one type" if kind is None else f"{kind}, as the recipe says"
            reason = f"its values are not all {wanted} ({error})"
            raise CheckError([Problem(None, column.name, None, reason)]) from error

    def _content(self, column: FileColumn | BesideColumn, path: str) -> Any:
        try:
            text = text_of(self.root / path)
            if column.kind == CONTENT_TEXT:
                return text.strip()
            return _field(json.loads(text), column.field) if column.kind == JSON else float(text)
        except BidsError as error:
            reason = str(error).removeprefix(f"{self.root / path} ")
        except (ValueError, RecursionError):
            reason = "it is not JSON" if column.kind == JSON else "it does not hold one number"
        place = str(self.root / path)
        self.problems.append(Problem(None, column.name, place, f"left out: {reason}", "omission"))
        return None


def _type(column: FileColumn | BesideColumn) -> pa.DataType | None:
    if column.kind == JSON:
        return column.type or (None if column.field else pa.string())
    if column.kind in (CONTENT_TEXT, PATH) or column.kind in SUFFIXES:
        return pa.string()
    return column.type or pa.float64()


def _field(content: Any, name: str | None) -> Any:
    """Return a field of a JSON document; all of it as text without a name."""
    if name is None:
        return json.dumps(content)
    for part in name.split("."):
        content = content.get(part) if isinstance(content, dict) else None
    return json.dumps(content) if isinstance(content, dict) else content

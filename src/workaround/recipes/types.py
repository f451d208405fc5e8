"""Text as values of the types of a recipe."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from workaround.errors import CheckError, Problem


def converted(
    name: str,
    cells: Sequence[str | None],
    kind: pa.DataType,
    sources: Sequence[str | None],
) -> pa.Array:
    """Convert a column of text.

    Args:
        name: Name of the column.
        cells: Its cells.
        kind: Type of the values.
        sources: The file and line of each cell, for problems; None for that of its row.

    Raises:
        CheckError: Some cells are not of the type.
    """
    texts = [None if cell is None else cell.strip() for cell in cells]
    values: list[Any] = []
    problems = []
    for row, text in enumerate(texts):
        try:
            values.append(None if text is None else _value(text, kind))
        except pa.ArrowInvalid:
            reason = f"{text!r} is not {_plain(kind)}: mend it, or leave out type in the recipe"
            place = sources[row]
            problems.append(Problem(row if place is None else None, name, place, reason))
    if problems:
        raise CheckError(problems)
    return pa.array(values, kind)


def _value(text: str, kind: pa.DataType) -> Any:
    value = pa.scalar(text)
    if pa.types.is_integer(kind) and "." in text:
        value = value.cast(pa.float64())  # 71.0 is a whole number, and 71.5 none
    return value.cast(kind).as_py()


def _plain(kind: pa.DataType) -> str:
    if pa.types.is_integer(kind):
        return f"a whole number of {kind}"
    return "true or false" if pa.types.is_boolean(kind) else "a number"

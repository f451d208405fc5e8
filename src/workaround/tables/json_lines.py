"""JSON Lines, read by Arrow, without the values that it changes in silence."""

from __future__ import annotations

import json
import re
from codecs import BOM_UTF8
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import json as arrow_json

from workaround.arrow.nested import FieldPath, leaves, with_leaves
from workaround.errors import CheckError, Problem

MAX_DEPTH = 32
"""Most levels of lists and objects: what walks types in `datasets` and Arrow is recursive."""
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"?', re.DOTALL)

_EXACT = 2**53
"""Doubles hold all integers up to this one."""

_BLOCK = arrow_json.ReadOptions(block_size=16 << 20)  # a line must fit into a block
_NAMES = {str: "text", float: "a number", bool: "true or false", list: "a list", dict: "an object"}


def read_json_lines(path: Path) -> pa.Table:
    """Read JSON Lines; text stays text, even if it looks like a date.

    Raises:
        CheckError: A value has another type than those before, is an integer that the column
            cannot represent, or is nested too deeply; or a line is not an object.
        pa.ArrowException: The file is not JSON Lines.
    """
    _require_objects(path)
    try:
        table = arrow_json.read_json(path, read_options=_BLOCK)
    except pa.ArrowInvalid:
        if problem := _mixed(path):
            raise CheckError([problem]) from None
        raise
    if dates := [field for field in map(_as_text, table.schema) if field not in table.schema]:
        text = arrow_json.ParseOptions(pa.schema(dates))
        names = table.column_names
        table = arrow_json.read_json(path, read_options=_BLOCK, parse_options=text).select(names)
    if (places := _large_floats(table)) and (problems := _rounded(path, places)):
        raise CheckError(problems)
    return table


def _require_objects(path: Path) -> None:
    """Refuse lines that end Python in Arrow: null in place of an object, and deep nesting."""
    with path.open("rb") as lines:
        for row, line in enumerate(filter(bytes.strip, lines)):
            if not line.removeprefix(BOM_UTF8).lstrip().startswith(b"{"):
                raise CheckError([Problem(row, None, None, "not a JSON object")])
            # Counting is quick, and few lines have so many brackets.
            if line.count(b"[") + line.count(b"{") > MAX_DEPTH and _depth(line) > MAX_DEPTH:
                reason = f"nested more than {MAX_DEPTH} deep: flatten it"
                raise CheckError([Problem(row, None, None, reason)])


def _depth(line: bytes) -> int:
    """Return the most brackets of a line that are open at once."""
    characters = np.frombuffer(_STRING.sub(b"", line), np.uint8)
    opened = np.isin(characters, list(b"[{")).astype(np.int64)
    closed = np.isin(characters, list(b"]}"))
    return int(np.cumsum(opened - closed).max(initial=0))


def _as_text(field: pa.Field) -> pa.Field:
    """Return a field with text in place of the dates that Arrow infers."""
    return field.with_type(
        with_leaves(field.type, lambda of: pa.string() if pa.types.is_timestamp(of) else of)
    )


def _large_floats(table: pa.Table) -> set[FieldPath]:
    """Return the paths of columns of doubles so large that an integer may have been rounded."""
    return {
        place
        for name in table.column_names
        for place, leaf in leaves((name,), table[name])
        if pa.types.is_floating(leaf.type)
        and pc.any(pc.greater_equal(pc.abs(leaf), _EXACT)).as_py()
    }


def _rounded(path: Path, places: Collection[FieldPath]) -> list[Problem]:
    """Return a problem for the first integer in each place that its type would change."""
    problems: dict[FieldPath, Problem] = {}
    try:
        for row, line in _lines(path):
            for place, number in _values((), line):
                if place not in places or place in problems or type(number) is not int:
                    continue
                if not -(2**63) <= number < 2**63:
                    reason = "an integer of more than 64 bits: write it as text"
                elif int(float(number)) != number:
                    reason = (
                        "an integer that a float, as the column has, would round: write it as text"
                    )
                else:
                    continue
                problems[place] = Problem(row, _name(place), str(number), reason)
    except _NoObjectError as error:
        return [error.problem]
    return list(problems.values())


def _mixed(path: Path) -> Problem | None:
    """Return a problem for the first value of another type; Arrow names only the column."""
    types: dict[FieldPath, type] = {}
    try:
        for row, line in _lines(path):
            for place, value in _values((), line):
                kind = float if type(value) is int else type(value)
                if types.setdefault(place, kind) is not kind:
                    reason = f"is {_NAMES[kind]}, but cells before are {_NAMES[types[place]]}"
                    return Problem(row, _name(place), json.dumps(value), reason)
    except _NoObjectError as error:
        return error.problem
    return None


class _NoObjectError(Exception):
    def __init__(self, row: int, reason: str) -> None:
        self.problem = Problem(row, None, None, reason)


def _lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield row and object of each line that is not empty."""
    # Text that is not UTF-8 is reported by column, in the table that Arrow reads.
    with path.open(encoding="utf-8-sig", errors="replace", newline="\n") as lines:
        for row, line in enumerate(filter(str.strip, lines)):
            try:
                values = json.loads(line)
            except ValueError as error:
                raise _NoObjectError(row, f"not JSON: {error}") from None
            if not isinstance(values, dict):
                raise _NoObjectError(row, "not a JSON object")
            yield row, values


def _values(place: FieldPath, value: Any) -> Iterator[tuple[FieldPath, Any]]:
    """Yield all values within a value with their paths, the outermost first, without nulls."""
    if value is None:
        return
    if place:
        yield place, value
    if isinstance(value, dict):
        for name, child in value.items():
            yield from _values((*place, name), child)
    elif isinstance(value, list):
        for child in value:
            yield from _values((*place, None), child)


def _name(place: FieldPath) -> str:
    return ".".join(name for name in place if name is not None)

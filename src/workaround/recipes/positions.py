"""Positions of keys in TOML, which `tomllib` does not keep."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from typing import Any

Keys = Sequence[str | int]
"""A path of keys, and of places in arrays: ``("columns", "t1w", "kind")``."""


def position_of(text: str, keys: Keys) -> tuple[int, int]:
    """Return the line and the column, from 1, at which a valid document has a key or its value.

    A value ends at the first line with which the document has it, and starts behind the last line
    up to which it can be read without.
    """
    lines = text.split("\n")
    start = 0
    for end in range(1, len(lines) + 1):
        try:
            document = tomllib.loads("\n".join(lines[:end]))
        except tomllib.TOMLDecodeError:
            continue
        if _has(document, keys):
            return _place(lines, start, end, keys, document)
        start = end
    return 1, 1


def _has(document: Any, keys: Keys) -> bool:
    try:
        _value(document, keys)
    except (KeyError, IndexError, TypeError):
        return False
    return True


def _value(document: Any, keys: Keys) -> Any:
    for key in keys:
        document = document[key]
    return document


def _place(
    lines: Sequence[str], start: int, end: int, keys: Keys, document: Any
) -> tuple[int, int]:
    """Return the position of the last of the keys in some lines, else that of the first line."""
    *_, key = keys
    word = re.escape(str(_value(document, keys) if isinstance(key, int) else key))
    after = "" if isinstance(key, int) else r"\s*[=.\]]"
    expression = re.compile(rf"""(?<![\w-])["']?{word}["']?{after}""")
    for number in range(start, end):
        if match := expression.search(lines[number]):
            return number + 1, match.start() + 1
    return start + 1, 1

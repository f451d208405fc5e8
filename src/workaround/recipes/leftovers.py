"""The files of a folder that do not come along, by kind, and the omissions among them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from workaround.bids.leftovers import SIDE, LeftOut
from workaround.errors import Problem
from workaround.recipes.joins import Joined
from workaround.recipes.matches import Matches
from workaround.recipes.recipe import Recipe, TableColumn
from workaround.tables.kinds import SUFFIXES

_WITHOUT = "files without extension"
_SIDE = (SIDE - {""}) | {".csv", ".xlsx", _WITHOUT}
"""Kinds of files that tell of others: to leave them out is no omission."""


def left_out(
    recipe: Recipe, matches: Matches, joined: Mapping[str, Joined], root: Path
) -> tuple[LeftOut, list[Problem]]:
    """Return what does not come along, and a problem for each kind that is an omission.

    Args:
        recipe: The recipe.
        matches: The files.
        joined: Tables by name.
        root: The folder, for problems.
    """
    kinds: dict[str, list[str]] = defaultdict(list)
    for path in matches.unmatched:
        kinds[_kind(path)].append(path)
    omitted = {kind: paths for kind, paths in kinds.items() if kind not in _SIDE}
    problems = [_omission(root, kind, paths) for kind, paths in omitted.items()]
    rows = _rows_of_none(recipe, matches, joined.values())
    problems += [
        Problem(None, None, str(root), f"left out: the row of {row} has no files", "omission")
        for row in rows
    ]
    side = {kind: paths for kind, paths in sorted(kinds.items()) if kind not in omitted}
    result = {
        **omitted,
        "files too many for a cell": matches.surplus,
        "rows of tables": rows,
        "files by order of patterns": matches.later,
        "files by ignore": matches.ignored,
        **side,
        "columns of tables": _columns_of_none(recipe, joined.values()),
    }
    return LeftOut({kind: names for kind, names in result.items() if names}), problems


def unjoined(
    matches: Matches, recipe: Recipe, joined: Iterable[Joined], root: Path
) -> list[Problem]:
    """Return a problem for each row of the dataset that a table of many rows lacks."""
    return [
        Problem(None, None, str(root / matches.tables[one.table.name][0].path), reason, "omission")
        for one in joined
        if one.table.shared and matches.tables[one.table.name]
        for key in sorted({*_keys(recipe, matches, one)} - one.rows.keys())
        for reason in [f"no row of {', '.join(key)}"]
    ]


def _kind(path: str) -> str:
    name = PurePosixPath(path).name.lower()
    for suffix in (suffix for suffixes in SUFFIXES.values() for suffix in suffixes):
        if "." in suffix and name.endswith(f".{suffix}"):
            return f".{suffix}"
    return PurePosixPath(name).suffix or _WITHOUT


def _omission(root: Path, kind: str, paths: list[str]) -> Problem:
    more = f", the first of {len(paths)}" if len(paths) > 1 else ""
    reason = f"left out: {kind} that no pattern matches{more}"
    return Problem(None, None, str(root / paths[0]), reason, "omission")


def _keys(recipe: Recipe, matches: Matches, joined: Joined) -> Iterable[tuple[str, ...]]:
    return (joined.key(dict(zip(recipe.key, key, strict=True))) for key in matches.rows)


def _rows_of_none(recipe: Recipe, matches: Matches, joined: Iterable[Joined]) -> list[str]:
    return [
        f"{', '.join(key)} of {one.table.name}"
        for one in joined
        for key in one.rows.keys() - {*_keys(recipe, matches, one)}
    ]


def _columns_of_none(recipe: Recipe, joined: Iterable[Joined]) -> list[str]:
    taken = {
        (column.table.name, column.source)
        for column in recipe.columns
        if isinstance(column, TableColumn)
    }
    return [
        f"{name} of {one.table.name}"
        for one in joined
        for name in one.names
        if (one.table.name, name) not in taken and name not in one.table.key.values()
    ]

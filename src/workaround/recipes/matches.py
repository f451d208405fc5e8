"""The files of each column and row, and those that no pattern matches."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from workaround.errors import Problem
from workaround.recipes.pattern import Pattern
from workaround.recipes.recipe import BesideColumn, FileColumn, JoinTable, Recipe
from workaround.tables.kinds import SUFFIXES

Key = tuple[str, ...]
"""Labels of the key, which name a row."""

_NUMBER = re.compile(r"(\d+)")
_DOUBLE = sorted((s for suffixes in SUFFIXES.values() for s in suffixes if "." in s), key=len)


@dataclass(frozen=True)
class File:
    """A file that a pattern matches.

    Attributes:
        path: Path from the folder.
        labels: Texts in the place of the placeholders.
        choice: Number of the pattern among those of its column, from 0.
    """

    path: str
    labels: Mapping[str, str | None]
    choice: int = 0


@dataclass
class Matches:
    """The files of a folder, by a recipe.

    Attributes:
        rows: Keys of the rows, in their order: numbers as numbers.
        cells: Files of each row, in their order, by column.
        beside: Paths beside the files of other columns, by the column and the path of those.
        tables: Files of each table.
        later: Paths that match a pattern after one that matches in their cell.
        surplus: Paths that match a pattern whose cell has a file already.
        unmatched: Paths that nothing matches.
        ignored: Paths that the recipe ignores.
        problems: Files that are left out.
    """

    rows: list[Key] = field(default_factory=list)
    cells: dict[str, dict[Key, list[File]]] = field(default_factory=dict)
    beside: dict[str, dict[str, str]] = field(default_factory=dict)
    tables: dict[str, list[File]] = field(default_factory=dict)
    later: list[str] = field(default_factory=list)
    surplus: list[str] = field(default_factory=list)
    unmatched: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def match_files(recipe: Recipe, root: Path, paths: Sequence[str]) -> Matches:
    """Match files with the patterns of a recipe.

    Args:
        recipe: The recipe.
        root: The folder, for problems.
        paths: Paths from the folder.

    Raises:
        RecipeError: Two patterns match one file.
    """
    result = Matches()
    result.tables = {table.name: [] for table in recipe.tables}
    cells: dict[str, dict[Key, list[File]]] = {
        column.name: defaultdict(list) for column in recipe.file_columns
    }
    for path in sorted(paths, key=in_order):
        claim, file = _claim(recipe, path)
        match claim:
            case FileColumn():
                key = tuple(str(file.labels[name]) for name in recipe.key)
                cells[claim.name][key].append(file)
            case JoinTable():
                result.tables[claim.name].append(file)
            case _ if any(pattern.labels(path) is not None for pattern in recipe.ignore):
                result.ignored.append(path)
            case _:
                result.unmatched.append(path)
    result.cells = {name: dict(files) for name, files in cells.items()}
    result.rows = sorted({key for files in cells.values() for key in files}, key=_key_in_order)
    for column in recipe.file_columns:
        _keep_first_choice(result, column)
        if not column.many:
            _keep_one(result, column, root)
    for beside in recipe.columns:
        if isinstance(beside, BesideColumn):
            _match_beside(result, beside, root, frozenset(paths))
    return result


def in_order(text: str) -> list[tuple[bool, int, str]]:
    """Return a key that sorts texts with the numbers in them as numbers."""
    parts = _NUMBER.split(text)
    return [
        (at % 2 == 1, int(part) if at % 2 and part.isascii() else 0, part)
        for at, part in enumerate(parts)
    ]


def without_extension(path: str) -> str:
    """Return a path without its extension; ``.nii.gz`` is one."""
    for suffix in _DOUBLE:
        if path.lower().endswith(f".{suffix}"):
            return path[: -len(suffix) - 1]
    folder, slash, name = path.rpartition("/")
    return f"{folder}{slash}{name.rpartition('.')[0] or name}"


def _key_in_order(key: Key) -> list[list[tuple[bool, int, str]]]:
    return [in_order(label) for label in key]


def _claim(recipe: Recipe, path: str) -> tuple[FileColumn | JoinTable | None, File]:
    """Return the column or the table that a file is of, and the file with its labels.

    Raises:
        RecipeError: Two of them match it.
    """
    owners: list[tuple[FileColumn | JoinTable, tuple[Pattern, ...]]] = [
        *((column, column.patterns) for column in recipe.file_columns),
        *((table, (table.pattern,)) for table in recipe.tables),
    ]
    claims: list[tuple[FileColumn | JoinTable, File]] = []
    for owner, patterns in owners:
        for choice, pattern in enumerate(patterns):
            if (labels := pattern.labels(path)) is not None:
                claims.append((owner, File(path, labels, choice)))
                break
    if len(claims) > 1:
        (first, _), (second, _) = claims[:2]
        room = "columns" if isinstance(second, FileColumn) else "tables"
        raise recipe.error(
            (room, second.name, "pattern"),
            f"{first.name} and {second.name} both match {path}: narrow one of the patterns",
        )
    return claims[0] if claims else (None, File(path, {}))


def _keep_first_choice(result: Matches, column: FileColumn) -> None:
    """Keep the files of each cell that match the first of the patterns that match any."""
    for files in result.cells[column.name].values():
        first = min(file.choice for file in files)
        result.later += [file.path for file in files if file.choice > first]
        files[:] = [file for file in files if file.choice == first]


def _keep_one(result: Matches, column: FileColumn, root: Path) -> None:
    """Keep the first file of each cell, and note the others."""
    for files in result.cells[column.name].values():
        for other in files[1:]:
            reason = (
                f"left out: {column.name} of its row is {files[0].path} already: write many = true"
                " in the recipe, or narrow the pattern"
            )
            problem = Problem(None, column.name, str(root / other.path), reason, "omission")
            result.problems.append(problem)
            result.surplus.append(other.path)
        del files[1:]


def _match_beside(result: Matches, column: BesideColumn, root: Path, paths: frozenset[str]) -> None:
    """Find the files beside those of another column."""
    beside: dict[str, str] = {}
    for files in result.cells[column.of.name].values():
        for file in files:
            path = file.path
            if column.extension is not None:
                path = without_extension(path) + column.extension
            if path in paths:
                beside[file.path] = path
            else:
                reason = f"no {column.extension} of this name is beside it"
                problem = Problem(None, column.name, str(root / file.path), reason, "omission")
                result.problems.append(problem)
    result.beside[column.name] = beside
    taken = set(beside.values())
    result.unmatched = [path for path in result.unmatched if path not in taken]
    result.ignored = [path for path in result.ignored if path not in taken]

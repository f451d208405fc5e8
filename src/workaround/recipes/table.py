"""The table of a folder, by a recipe."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from datasets import Dataset

from workaround.bids.leftovers import LeftOut
from workaround.errors import ArgumentError, Problem, RecipeError
from workaround.preflight.check import require_sound
from workaround.recipes.columns import Columns
from workaround.recipes.folder import files_of
from workaround.recipes.leftovers import left_out, unjoined
from workaround.recipes.library import load_recipe
from workaround.recipes.matches import Matches, match_files
from workaround.recipes.recipe import BesideColumn, FileColumn, Recipe
from workaround.tables.infer import file_dataset
from workaround.tables.load import local_path


@dataclass(frozen=True)
class PatternMatches:
    """The files that a pattern matches.

    Attributes:
        name: Name of the column or the table.
        pattern: The pattern; for files beside others, their extension.
        files: Number of the files.
        rows: Number of the rows that have any; None for a table.
        first: Path of the first; None if there is none.
    """

    name: str
    pattern: str
    files: int
    rows: int | None
    first: str | None


@dataclass(frozen=True)
class RecipeFolder:
    """A folder that was read by a recipe.

    Attributes:
        dataset: Its table.
        problems: Omissions and remarks.
        left_out: What does not come along.
        patterns: What each pattern matched.
        unmatched: Paths that no pattern matched, and that the recipe does not ignore.
        key: Names of the columns that name a row.
    """

    dataset: Dataset
    problems: Sequence[Problem]
    left_out: LeftOut
    patterns: Sequence[PatternMatches]
    unmatched: Sequence[str]
    key: tuple[str, ...]


def recipe_table(
    root: str | os.PathLike[str], recipe: str | os.PathLike[str], *, strict: bool = False
) -> Dataset:
    """Make the file table of a folder of any layout.

    A recipe is a TOML document: the key of a row, and its columns by patterns of paths such as
    ``raw/{subject}/{subject}_ncct.nii.gz``. Columns may also hold what is in files, labels of
    paths, and columns of tables that are joined.

    Args:
        root: The folder.
        recipe: Path of a ``.toml``, or the name of a recipe that comes along, such as "arc".
        strict: Refuse whatever would be left out, instead of logging a warning of each.

    Raises:
        ArgumentError: The root or the recipe is not what the arguments can be.
        RecipeError: The recipe is not valid, or no file matches.
        TableError: A table cannot be read.
        CheckError: Some data would be left out, or values are not of the types of the recipe.
    """
    result = read_by_recipe(root, recipe)
    require_sound(result.problems, strict=strict)
    return result.dataset


def read_by_recipe(root: str | os.PathLike[str], recipe: str | os.PathLike[str]) -> RecipeFolder:
    """Read a folder, with all that is left out; it refuses no omission.

    Raises:
        ArgumentError: The root or the recipe is not what the arguments can be.
        RecipeError: The recipe is not valid, or no file matches.
        TableError: A table cannot be read.
        CheckError: Values are not of the types of the recipe.
    """
    folder, parsed = local_path("root", root).absolute(), load_recipe(recipe)
    if not folder.is_dir():
        raise ArgumentError(f"a recipe is for a folder, and {folder} is none")
    matches = match_files(parsed, folder, files_of(folder))
    if not matches.rows:
        raise RecipeError(str(folder), _no_rows(parsed, folder))
    columns = Columns(parsed, matches, folder)
    table = columns.table()
    dataset = file_dataset(table, folder, columns.kinds(table))
    rest, omissions = left_out(parsed, matches, columns.joined, folder)
    joined = columns.joined.values()
    problems = [
        *matches.problems,
        *columns.problems,
        *(problem for one in joined for problem in one.problems),
        *unjoined(matches, parsed, joined, folder),
        *omissions,
    ]
    patterns = _patterns(parsed, matches)
    problems += _without_files(folder, patterns)
    key = parsed.key_columns
    return RecipeFolder(dataset, problems, rest, patterns, matches.unmatched, key)


def _no_rows(recipe: Recipe, folder: Path) -> str:
    """Return a sentence about a folder in which no file matches, and the one that is meant."""
    for child in sorted(path for path in folder.iterdir() if path.is_dir()):
        if match_files(recipe, child, files_of(child)).rows:
            return f"no file matches {recipe.path}; those of {child} do: name that folder"
    first = next(recipe.file_columns)
    return f"no file matches {recipe.path}, such as {first.patterns[0].text}"


def _patterns(recipe: Recipe, matches: Matches) -> list[PatternMatches]:
    result = []
    for column in recipe.columns:
        match column:
            case FileColumn(name=name, patterns=choices):
                cells = [*matches.cells[name].values()]
                paths = [file.path for files in cells for file in files]
                text = ", else ".join(pattern.text for pattern in choices)
            case BesideColumn(name=name, of=of, extension=str(extension)):
                beside = matches.beside[name]
                cells = [
                    [file for file in files if file.path in beside]
                    for files in matches.cells[of.name].values()
                ]
                paths, text = list(beside.values()), f"{extension} beside {of.name}"
            case _:
                continue
        rows = sum(bool(files) for files in cells)
        result.append(PatternMatches(name, text, len(paths), rows, next(iter(paths), None)))
    for table in recipe.tables:
        paths = [file.path for file in matches.tables[table.name]]
        first = next(iter(paths), None)
        result.append(PatternMatches(table.name, table.pattern.text, len(paths), None, first))
    return result


def _without_files(folder: Path, patterns: Sequence[PatternMatches]) -> list[Problem]:
    """Return a remark on each pattern that matches nothing."""
    return [
        Problem(None, one.name, str(folder), f"no file matches {one.pattern}", severity="remark")
        for one in patterns
        if not one.files
    ]

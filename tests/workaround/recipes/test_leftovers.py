"""Files that do not come along."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from workaround.recipes.table import read_by_recipe

TEXT = """\
key = ["s"]
ignore = ["docs/*"]
[tables]
p = { pattern = "p.csv", key = { s = "id" } }
[columns]
id = { take = "s" }
ct = { pattern = ["raw/{s}/*.nii", "old/{s}.nii"] }
age = { table = "p" }
"""


def test_all_that_does_not_come_along_is_counted(
    tree: Callable[..., Path], recipe: Callable[[str], Path]
) -> None:
    paths = ["raw/1/a.nii", "raw/1/b.nii", "old/1.nii", "raw/2/a.nii"]
    paths += [
        "x/1.nii.gz",
        "x/2.nii.gz",
        "x/3.edf",
        "docs/a.pdf",
        "x/notes.txt",
        "x/4.csv",
        "x/LICENSE",
    ]
    root = tree(*paths, texts={"p.csv": "id,age,sex\n1,30,F\n9,50,M\n"})
    result = read_by_recipe(root, recipe(TEXT))
    assert str(result.left_out) == (
        "left out: 2 .nii.gz, 1 .edf, 1 file too many for a cell, 1 row of tables,"
        " 1 file by order of patterns, 1 file by ignore, 1 .csv, 1 .txt, 1 file without extension,"
        " 1 column of tables"
    )
    assert result.left_out.counts()["rows of tables"]["names"] == ["9 of p"]
    assert result.left_out.counts()["columns of tables"]["names"] == ["sex of p"]
    reasons = {(problem.path, problem.reason) for problem in result.problems}
    assert all(problem.severity == "omission" for problem in result.problems)
    assert {
        (str(root / "x/1.nii.gz"), "left out: .nii.gz that no pattern matches, the first of 2"),
        (str(root / "x/3.edf"), "left out: .edf that no pattern matches"),
        (str(root), "left out: the row of 9 of p has no files"),
        (str(root / "p.csv"), "no row of 2"),
    } <= reasons
    assert len(reasons) == 5  # and the second file of a cell


def test_nothing_is_left_out_of_a_folder_that_fits(
    tree: Callable[..., Path], recipe: Callable[[str], Path]
) -> None:
    root = tree("raw/1/a.nii", texts={"p.csv": "id,age\n1,30\n"})
    result = read_by_recipe(root, recipe(TEXT))
    assert (str(result.left_out), result.problems) == ("left out: nothing", [])

"""Folders of any layout as datasets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from datasets import Features, List, Nifti, Value

from tests.support.workaround.bids import plain
from workaround.errors import ArgumentError, CheckError, RecipeError
from workaround.recipes.table import PatternMatches, read_by_recipe, recipe_table

Tree = Callable[..., Path]
Write = Callable[[str], Path]

TEXT = """\
key = ["case"]
[columns]
case = { take = "case" }
ct = { pattern = "{case}/day-1/{case}_ct.nii.gz" }
mri = { pattern = "{case}/day-3/*.nii.gz", many = true }
"""


def test_several_sessions_are_in_one_row(tree: Tree, recipe: Write) -> None:
    root = tree("p1/day-1/p1_ct.nii.gz", "p1/day-3/a.nii.gz", "p2/day-3/b.nii.gz")
    result = recipe_table(root, recipe(TEXT))
    assert result.features == Features(
        {"case": Value("string"), "ct": Nifti(), "mri": List(Nifti())}
    )
    assert plain(result) == [
        {"case": "p1", "ct": f"{root}/p1/day-1/p1_ct.nii.gz", "mri": [f"{root}/p1/day-3/a.nii.gz"]},
        {"case": "p2", "ct": None, "mri": [f"{root}/p2/day-3/b.nii.gz"]},
    ]


def test_omissions_are_refused_if_strict(tree: Tree, recipe: Write) -> None:
    root = tree("p1/day-1/p1_ct.nii.gz", "p1/day-2/a.nii.gz")
    assert len(recipe_table(root, recipe(TEXT))) == 1
    with pytest.raises(CheckError, match=r"\.nii\.gz that no pattern matches"):
        recipe_table(root, recipe(TEXT), strict=True)


def test_each_pattern_says_what_it_matched(tree: Tree, recipe: Write) -> None:
    root = tree("p1/day-3/a.nii.gz", "p1/day-3/b.nii.gz", "p2/day-3/b.nii.gz", "x.edf")
    result = read_by_recipe(root, recipe(TEXT))
    assert result.patterns == [
        PatternMatches("ct", "{case}/day-1/{case}_ct.nii.gz", 0, 0, None),
        PatternMatches("mri", "{case}/day-3/*.nii.gz", 3, 2, "p1/day-3/a.nii.gz"),
    ]
    assert result.unmatched == ["x.edf"]
    remarks = [one for one in result.problems if one.severity == "remark"]
    assert [(one.column, one.reason) for one in remarks] == [
        ("ct", "no file matches {case}/day-1/{case}_ct.nii.gz")
    ]


def test_the_folder_that_is_meant_is_named(tree: Tree, recipe: Write) -> None:
    root = tree("other/x.nii", "train/p1/day-1/p1_ct.nii.gz")
    with pytest.raises(RecipeError, match=f"those of {root}/train do: name that folder"):
        recipe_table(root, recipe(TEXT))
    with pytest.raises(RecipeError, match=r"no file matches .*recipe\.toml, such as \{case\}/day"):
        recipe_table(root / "other", recipe(TEXT))


def test_a_recipe_is_for_a_folder(tree: Tree, recipe: Write) -> None:
    with pytest.raises(ArgumentError, match="is for a folder"):
        recipe_table(tree("a.csv") / "a.csv", recipe(TEXT))

"""The columns of a recipe."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from workaround.errors import RecipeError
from workaround.recipes.columns import Columns
from workaround.recipes.document import parse
from workaround.recipes.folder import files_of
from workaround.recipes.matches import match_files

HEAD = """\
key = ["s"]
[tables]
p = { pattern = "p.csv", key = { s = "id" } }
[columns]
id = { take = "s" }
ct = { pattern = "{s}/*[_{acq}].nii", many = true }
"""
ROWS = {"p.csv": "id,age\n1,30\n2,31.5\n"}


def columns(root: Path, text: str) -> Columns:
    recipe = parse(HEAD + text, "a.toml")
    return Columns(recipe, match_files(recipe, root, files_of(root)), root)


def test_each_source_of_values_fills_its_column(tree: Callable[..., Path]) -> None:
    texts = {**ROWS, "1/x_a.json": '{"TR": 2}', "1/y_b.json": "{}"}
    root = tree("1/x_a.nii", "1/y_b.nii", "3/z.nii", texts=texts)
    text = """
    acq = { of = "ct", take = "acq", many = true, names = { a = "fast" } }
    tr = { of = "ct", extension = ".json", kind = "json", field = "TR" }
    ct_path = { of = "ct", kind = "path" }
    none = { pattern = "{s}/none.nii", kind = "path" }
    age = { table = "p" }
    """
    result = columns(root, text)
    table = result.table()
    assert table.to_pylist() == [
        {
            "id": "1",
            "ct": ["1/x_a.nii", "1/y_b.nii"],
            "acq": ["fast", "b"],
            "tr": [2, None],
            "ct_path": ["1/x_a.nii", "1/y_b.nii"],
            "none": None,
            "age": 30.0,
        },
        {
            "id": "3",
            "ct": ["3/z.nii"],
            "acq": [None],
            "tr": [None],
            "ct_path": ["3/z.nii"],
            "none": None,
            "age": None,
        },
    ]
    assert result.kinds(table) == {
        "id": "string",
        "ct": "nifti",
        "acq": "string",
        "ct_path": "string",
        "none": "string",
    }


def test_one_label_of_several_files_has_to_be_the_same(tree: Callable[..., Path]) -> None:
    root = tree("1/x_a.nii", "1/y_a.nii", "2/x_a.nii", "2/y_b.nii", texts=ROWS)
    result = columns(root, 'acq = { of = "ct", take = "acq" }')
    assert result.table()["acq"].to_pylist() == ["a", "a"]
    (problem,) = result.problems
    assert (problem.row, problem.severity) == (1, "omission")
    assert "several labels of {acq}, a and b" in problem.reason


def test_a_column_that_a_table_lacks_is_an_error_with_its_line(tree: Callable[..., Path]) -> None:
    text = 'acq = { of = "ct", take = "acq" }\nages = { table = "p" }'
    with pytest.raises(RecipeError, match="no column 'ages'; did you mean 'age'") as caught:
        columns(tree("1/x.nii", texts=ROWS), text).table()
    assert caught.value.line == 8

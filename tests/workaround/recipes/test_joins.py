"""Tables whose rows are joined by their labels."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook

from workaround.errors import RecipeError, TableError
from workaround.recipes.document import parse
from workaround.recipes.folder import files_of
from workaround.recipes.joins import Joined, read_joined
from workaround.recipes.matches import match_files

TEXT = """\
key = ["s", "t"]
[tables]
x = {{ {table} }}
[columns]
s = {{ take = "s" }}
t = {{ take = "t" }}
ct = {{ pattern = "{{s}}/{{t}}.nii" }}
"""


def joined(root: Path, table: str) -> Joined:
    recipe = parse(TEXT.format(table=table), "a.toml")
    files = match_files(recipe, root, files_of(root)).tables["x"]
    return read_joined(recipe, recipe.tables[0], files, root)


def test_labels_are_in_columns_and_in_the_path(tree: Callable[..., Path]) -> None:
    texts = {"t/a.csv": "visit, age\n01,n/a\n02,7.0\n", "t/b.tsv": "visit\tage\n01\t9\n"}
    root = tree(texts=texts)
    result = joined(root, 'pattern = "t/{s}.<csv|tsv>", key = { t = "visit" }')
    assert result.cells == {
        ("a", "01"): {"visit": "01", "age": None},
        ("a", "02"): {"visit": "02", "age": "7.0"},
        ("b", "01"): {"visit": "01", "age": "9"},
    }
    assert result.sources["a", "02"] == str(root / "t/a.csv")
    assert result.key({"s": "a", "t": "02"}) == ("a", "02")


def test_workbooks_are_read(tree: Callable[..., Path]) -> None:
    root = tree("a/1.nii")
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["Age", "Sex", "NIHSS", None], [71.0, " F ", "n/a", None], [None, None, None]):
        sheet.append(row)
    book.save(root / "a.xlsx")
    result = joined(root, 'pattern = "{s}.xlsx"')
    assert result.cells == {("a",): {"Age": "71", "Sex": "F", "NIHSS": None}}


@pytest.mark.parametrize("text", ["", "no workbook"])
def test_what_is_no_workbook_is_an_error(tree: Callable[..., Path], text: str) -> None:
    with pytest.raises(TableError, match="cannot be read as a workbook"):
        joined(tree(texts={"a.xlsx": text}), 'pattern = "{s}.xlsx"')


def test_two_rows_of_the_same_labels_are_an_error(tree: Callable[..., Path]) -> None:
    root = tree(texts={"p.csv": "id,age\na,1\na,2\n"})
    with pytest.raises(RecipeError, match="has another row of a") as caught:
        joined(root, 'pattern = "p.csv", key = { s = "id" }')
    assert caught.value.line == 3


def test_a_table_without_the_column_of_the_key_is_an_error(tree: Callable[..., Path]) -> None:
    with pytest.raises(TableError, match=r"p\.csv has no column 'id', but ID, age"):
        joined(tree(texts={"p.csv": "ID,age\na,1\n"}), 'pattern = "p.csv", key = { s = "id" }')


def test_a_row_without_a_label_is_an_omission(tree: Callable[..., Path]) -> None:
    root = tree(texts={"p.csv": "id,age\n,1\nb,2\n"})
    result = joined(root, 'pattern = "p.csv", key = { s = "id" }')
    assert [*result.cells] == [("b",)]
    assert [problem.severity for problem in result.problems] == ["omission"]

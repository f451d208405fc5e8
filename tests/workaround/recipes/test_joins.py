"""Tables whose rows are joined by their labels."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from workaround.errors import CheckError, RecipeError, TableError
from workaround.recipes.document import parse
from workaround.recipes.folder import files_of
from workaround.recipes.joins import Joined, Row, read_joined
from workaround.recipes.matches import match_files
from workaround.recipes.recipe import TYPES

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
    assert result.rows == {
        ("a", "01"): Row(root / "t/a.csv", 2, {"visit": "01", "age": "n/a"}),
        ("a", "02"): Row(root / "t/a.csv", 3, {"visit": "02", "age": "7.0"}),
        ("b", "01"): Row(root / "t/b.tsv", 2, {"visit": "01", "age": "9"}),
    }
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
    cells = {"Age": "71", "Sex": "F", "NIHSS": "n/a"}
    assert result.rows == {("a",): Row(root / "a.xlsx", 2, cells)}


@pytest.mark.parametrize("text", ["", "no workbook"])
def test_what_is_no_workbook_is_an_error(tree: Callable[..., Path], text: str) -> None:
    with pytest.raises(TableError, match="cannot be read as a workbook"):
        joined(tree(texts={"a.xlsx": text}), 'pattern = "{s}.xlsx"')


def test_two_rows_of_the_same_labels_are_an_error(tree: Callable[..., Path]) -> None:
    root = tree(texts={"p.csv": "id,age\na,1\na,2\n"})
    with pytest.raises(RecipeError, match="line 3, is another row of a") as caught:
        joined(root, 'pattern = "p.csv", key = { s = "id" }')
    assert caught.value.line == 3


def test_a_table_without_the_column_of_the_key_is_an_error(tree: Callable[..., Path]) -> None:
    with pytest.raises(TableError, match=r"p\.csv has no column 'id', but ID, age"):
        joined(tree(texts={"p.csv": "ID,age\na,1\n"}), 'pattern = "p.csv", key = { s = "id" }')


def test_a_row_without_a_label_is_an_omission(tree: Callable[..., Path]) -> None:
    root = tree(texts={"p.csv": "id,age\n,1\nb,2\n"})
    result = joined(root, 'pattern = "p.csv", key = { s = "id" }')
    assert [*result.rows] == [("b",)]
    assert [problem.severity for problem in result.problems] == ["omission"]


@pytest.mark.parametrize(
    ("cells", "kind", "values", "remarks"),
    [
        ("1,n/a", None, [1, None, 1, None], 0),
        ("1,2.5", None, [1.0, 2.5, 1.0, None], 0),
        ("007,x", None, ["007", "x", "007", None], 0),
        ("NA,2.5", "float32", [None, 2.5, None, None], 1),
        ("71.0,NaN", "int8", [71, None, 71, None], 1),
        ("NA,NaN", "string", ["NA", None, "NA", None], 1),
        ("True,0", "bool", [True, False, True, None], 0),
    ],
)
def test_a_column_has_its_type_and_the_order_of_the_rows(
    tree: Callable[..., Path], cells: str, kind: str | None, values: list[Any], remarks: int
) -> None:
    first, second = cells.split(",")
    root = tree(texts={"p.csv": f"id,x\na,{first}\nb,{second}\n"})
    result = joined(root, 'pattern = "p.csv", key = { s = "id" }')
    column = result.column("x", TYPES[kind] if kind else None, [("a",), ("b",), ("a",), ("c",)])
    assert column.to_pylist() == values
    assert [problem.severity for problem in result.problems] == ["remark"] * remarks


def test_a_cell_of_another_type_has_its_line(tree: Callable[..., Path]) -> None:
    root = tree(texts={"p.csv": "id,x\na,NA\nb,about 5\n"})
    result = joined(root, 'pattern = "p.csv", key = { s = "id" }')
    with pytest.raises(CheckError) as caught:
        result.column("x", TYPES["float32"], [("a",)])
    assert f"{root / 'p.csv'}, line 3" in [problem.path for problem in caught.value.problems]


def test_tables_are_read_as_people_have_them(tree: Callable[..., Path]) -> None:
    root = tree("x.nii")
    (root / "p.csv").write_bytes("id;x\na;1\n".encode("utf-16"))
    result = joined(root, 'pattern = "p.csv", key = { s = "id" }')
    assert result.rows["a",].cells == {"id": "a", "x": "1"}
    assert len(result.problems) == 2  # remarks on the encoding and the separator


def test_a_row_of_too_many_cells_is_an_error_with_its_line(tree: Callable[..., Path]) -> None:
    root = tree(texts={"p.csv": "id,x\na,1,2\n"})
    with pytest.raises(CheckError, match="line 2: has 3 cells under 2 names"):
        joined(root, 'pattern = "p.csv", key = { s = "id" }')

"""Tables that cannot be loaded, and types that are changed on the way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from datasets import Features, List, Nifti, Value

from workaround.errors import CheckError, TableError
from workaround.tables.infer import read_table


def test_text_that_is_not_utf8_is_a_problem_of_each_column(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes("t1w,a,b\na.nii,x,\nb.nii,é,\nc.nii,ü,ö\n".encode("latin-1"))
    with pytest.raises(CheckError, match="save the table as UTF-8") as caught:
        read_table(path)
    places = [(problem.row, problem.column) for problem in caught.value.problems]
    assert places == [(1, "a"), (2, "b")]


@pytest.mark.parametrize(("name", "text"), [("a.csv", "é\n1\n"), ("a.jsonl", '{"é": 1}\n')])
def test_names_that_are_not_utf8_are_an_error(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_bytes(text.encode("latin-1"))
    with pytest.raises(TableError, match="not UTF-8"):
        read_table(tmp_path / name)


def test_views_of_parquet_are_text_and_bytes(tmp_path: Path) -> None:
    columns = {
        "t1w": pa.array(["a.nii"], pa.string_view()),
        "note": pa.array([{"a": ["x"]}], pa.struct({"a": pa.list_(pa.string_view())})),
        "data": pa.array([b"x"], pa.binary_view()),
    }
    pq.write_table(pa.table(columns), tmp_path / "table.parquet")
    result = read_table(tmp_path / "table.parquet")
    kinds = {"t1w": Nifti(), "note": {"a": List(Value("string"))}, "data": Value("binary")}
    assert result.features == Features(kinds)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("table.csv", "t1w;note\na.nii;x\nb.nii;y\n"),
        ("table.csv", "t1w\tnote\na.nii\tx\n"),
        ("table.tsv", "t1w,note\na.nii,x\n"),
    ],
)
def test_another_delimiter_than_that_of_the_suffix_is_an_error(
    table: Callable[..., Path], name: str, text: str
) -> None:
    with pytest.raises(TableError, match=r"is separated by '.*', not by"):
        read_table(table(text, name))


def test_suffixes_may_be_upper_case(table: Callable[..., Path]) -> None:
    result = read_table(table("t1w,n\na.nii,1\n", "table.CSV"))
    assert result.features == Features({"t1w": Nifti(), "n": Value("int64")})


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("table.csv", "", "Empty CSV"),
        ("table.csv", "a,b\n1\n", "Expected 2 columns, got 1"),
        ("table.csv", "a,a\n1,2\n", "several columns named 'a'"),
        ("table.csv", ",t1w\n0,a.nii\n", "without a name.*index=False"),
        ("table.jsonl", "", "Empty JSON"),
        ("table.parquet", "PAR", "Parquet"),
        ("table.txt", "a", "is not a file table"),
    ],
)
def test_an_unreadable_table_is_an_error_that_says_why(
    table: Callable[..., Path], name: str, text: str, message: str
) -> None:
    with pytest.raises(TableError, match=message):
        read_table(table(text, name))

"""Tables that cannot be loaded, and types that are changed on the way."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from datasets import Features, List, Nifti, Value

from workaround.errors import ArgumentError, CheckError, TableError
from workaround.tables.infer import read_table
from workaround.tables.json_lines import MAX_DEPTH
from workaround.tables.load import depth


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


@pytest.mark.timeout(20)
@pytest.mark.parametrize("name", ["table.csv", "table.jsonl", "table.parquet"])
def test_pipe_is_not_waited_for(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / name)
    with pytest.raises(TableError, match="not a regular file"):
        read_table(tmp_path / name)


def test_path_may_be_text(table: Callable[..., Path]) -> None:
    path = table("t1w\na.nii\n")
    assert read_table(str(path)).to_dict() == read_table(path).to_dict()


@pytest.mark.parametrize("path", [None, 5, "", b"table.csv", "a\0.csv", "hf://datasets/u/d/t.csv"])
def test_what_is_not_a_path_is_refused(path: Any) -> None:
    with pytest.raises(ArgumentError, match="path has to be"):
        read_table(path)


@pytest.mark.parametrize("path", ["gone.csv", "x" * 300 + ".csv", "\ud800.csv"])
def test_missing_table_is_an_error(path: str) -> None:
    with pytest.raises(TableError, match="cannot be read"):
        read_table(path)


@pytest.mark.parametrize("name", ["table.csv", "table.tsv"])
def test_header_with_a_nul_character_is_an_error(table: Callable[..., Path], name: str) -> None:
    with pytest.raises(TableError, match="NUL"):
        read_table(table("t1w\0\na.nii\n", name))


@pytest.mark.parametrize("deep", [MAX_DEPTH + 1, 200, 5000])
def test_values_that_are_nested_too_deeply_are_an_error(
    table: Callable[..., Path], deep: int
) -> None:
    with pytest.raises(CheckError, match=r"row 0: nested more than 32 deep"):
        read_table(table('{"a": ' + "[" * deep + "1" + "]" * deep + "}\n", "table.jsonl"))


def test_levels_of_a_type_are_counted() -> None:
    assert depth(pa.int8()) == 0
    assert depth(pa.struct({"a": pa.list_(pa.int8()), "b": pa.int8()})) == 2

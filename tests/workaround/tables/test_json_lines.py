"""JSON Lines: values that Arrow would change, and lines that do not go together."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.workaround.tables import problem
from workaround.errors import CheckError
from workaround.tables.infer import read_table


@pytest.mark.parametrize(
    "day",
    ["2020-01-01", ["2020-01-01"], {"when": "2020-01-01", "n": 1}, [{"when": ["2020-01-01"]}]],
)
def test_text_that_looks_like_a_date_stays_text_in_json_lines(
    table: Callable[..., Path], day: Any
) -> None:
    row = {"a": 1, "day": day, "b": 2}
    result = read_table(table(json.dumps(row) + "\n", "table.jsonl"))
    assert result.column_names == ["a", "day", "b"]
    assert result.to_list() == [row]


@pytest.mark.parametrize(
    ("values", "row", "column"),
    [
        ([1, 12345678901234567890], 1, "n"),
        ([0.5, None, 9007199254740993], 2, "n"),
        ([[1.5], [], [2, 9007199254740993]], 2, "n"),
        ([{"a": [{"b": 2**63}]}], 0, "n.a.b"),
    ],
)
def test_an_integer_that_json_lines_would_change_is_a_problem(
    table: Callable[..., Path], values: list[Any], row: int, column: str
) -> None:
    lines = [json.dumps({"n": value}) + "\n" for value in values]
    result = problem(table("".join(lines), "table.jsonl"))
    assert (result.row, result.column) == (row, column)
    assert result.path in {"12345678901234567890", "9007199254740993", "9223372036854775808"}


def test_large_integers_and_floats_that_stay_what_they_are_are_kept(
    table: Callable[..., Path],
) -> None:
    rows = [{"n": 9007199254740993, "x": 2**53}, {"n": -(2**63), "x": 1e300}]
    result = read_table(table("".join(json.dumps(row) + "\n" for row in rows), "table.jsonl"))
    assert result.to_list() == rows


@pytest.mark.parametrize(
    ("lines", "row", "column"),
    [
        (['{"n": "x"}', '{"n": "é"}'], 1, "n"),
        (['{"n": ["x", "é"]}'], 0, "n"),
        (['{"n": 1}', '{"n": "é"}'], 1, "n"),
    ],
)
def test_json_lines_that_are_not_utf8_are_a_problem(
    tmp_path: Path, lines: list[str], row: int, column: str
) -> None:
    path = tmp_path / "table.jsonl"
    path.write_bytes("\n".join(lines).encode("latin-1"))
    result = problem(path)
    assert (result.row, result.column) == (row, column)


@pytest.mark.parametrize(
    ("lines", "row", "column", "value"),
    [
        (['{"a": "x"}', '{"a": null}', '{"a": ["y"]}'], 2, "a", '["y"]'),
        (['{"a": 1}', '{"a": 1.5}', '{"a": "x"}'], 2, "a", '"x"'),
        (['{"a": 1}', "", '{"a": '], 1, None, None),
        (['{"a": 1}', "[1]"], 1, None, None),
    ],
)
def test_json_lines_that_do_not_go_together_are_a_problem(
    table: Callable[..., Path], lines: list[str], row: int, column: str | None, value: str | None
) -> None:
    result = problem(table("\n".join([*lines, ""]), "table.jsonl"))
    assert (result.row, result.column, result.path) == (row, column, value)


@pytest.mark.parametrize(
    "value",
    [
        '["' + "[" * 100 + '"]',
        '["\\"' + "[" * 100 + '", "{"]',
        "[" + ", ".join(["[1]"] * 100) + "]",
    ],
)
def test_brackets_in_text_and_beside_each_other_do_not_nest(
    table: Callable[..., Path], value: str
) -> None:
    assert len(read_table(table(f'{{"a": {value}}}\n', "table.jsonl"))) == 1


def test_number_of_too_many_digits_is_a_problem(table: Callable[..., Path]) -> None:
    with pytest.raises(CheckError):
        read_table(table('{"a": 1' + "0" * 5000 + "}\n", "table.jsonl"))


@pytest.mark.parametrize("line", ["null", "5", "[1]", '"text"', "hello", '\ufeff["a"]'])
def test_line_that_is_not_an_object_is_a_problem(table: Callable[..., Path], line: str) -> None:
    """Arrow 26 ends Python at a line of null."""
    with pytest.raises(CheckError, match="row 0: not a JSON object"):
        read_table(table(f"{line}\n", "table.jsonl"))


def test_byte_order_mark_is_left_out(table: Callable[..., Path]) -> None:
    assert read_table(table('\ufeff{"a": 1}\n', "table.jsonl")).to_list() == [{"a": 1}]

"""Text as values of the types of a recipe."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from workaround.errors import CheckError
from workaround.recipes.recipe import TYPES
from workaround.recipes.types import converted


@pytest.mark.parametrize(
    ("cells", "kind", "values"),
    [
        (["1", None, " 2 "], "float32", [1.0, None, 2.0]),
        (["71", "71.0"], "int16", [71, 71]),
        (["true", "0"], "bool", [True, False]),
        (["007", "x"], "string", ["007", "x"]),
    ],
)
def test_text_becomes_values(cells: list[str | None], kind: str, values: list[Any]) -> None:
    result = converted("a", cells, TYPES[kind], [None] * len(cells))
    assert (result.type, result.to_pylist()) == (TYPES[kind], values)


@pytest.mark.parametrize(
    ("text", "kind", "reason"),
    [
        ("71.5", "int8", "'71.5' is not a whole number of int8"),
        ("300", "int8", "'300' is not a whole number of int8"),
        ("1_000", "float64", "'1_000' is not a number"),
        ("yes", "bool", "'yes' is not true or false"),
    ],
)
def test_other_text_is_refused_with_its_file(text: str, kind: str, reason: str) -> None:
    with pytest.raises(CheckError) as caught:
        converted("a", [None, text], TYPES[kind], [None, "t.csv, line 3"])
    (problem,) = caught.value.problems
    assert (problem.row, problem.column, problem.path) == (None, "a", "t.csv, line 3")
    assert problem.reason.startswith(reason)


def test_other_labels_are_refused_with_their_row() -> None:
    with pytest.raises(CheckError) as caught:
        converted("a", ["1", "b"], pa.int8(), [None, None])
    assert [problem.row for problem in caught.value.problems] == [1]


def test_a_column_of_nulls_has_its_type() -> None:
    assert converted("a", [None], pa.float32(), [None]).type == pa.float32()

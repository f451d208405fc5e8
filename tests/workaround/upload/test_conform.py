"""Rows with the features of a split on the Hub."""

from __future__ import annotations

import pytest
from datasets import Dataset, Features, LargeList, List, Nifti, Value

from workaround.upload.conform import conform, label

INT, FLOAT, TEXT = Value("int64"), Value("float64"), Value("string")


def test_chosen_rows_get_columns_and_order_of_the_hub() -> None:
    rows = Dataset.from_dict({"n": [1, 2, 3], "name": ["a", "b", "c"]}).select([2, 0])
    stored = Features({"name": TEXT, "scan": Nifti(), "n": FLOAT})
    result = conform(rows.with_format("numpy"), stored)
    assert (result.cast, result.missing, result.problems) == (["n"], ["scan"], ())
    assert result.rows.features == stored
    assert result.rows.column_names == list(stored)
    assert result.rows.with_format("arrow")[:].to_pylist() == [
        {"name": "c", "scan": None, "n": 3.0},
        {"name": "a", "scan": None, "n": 1.0},
    ]


def test_equal_rows_remain() -> None:
    rows = Dataset.from_dict({"n": [1], "name": ["a"]})
    result = conform(rows, rows.features)
    assert (result.cast, result.missing, result.problems) == ([], [], ())
    assert result.rows[:] == rows[:]


@pytest.mark.parametrize(
    ("feature", "reason"),
    [
        (Value("null"), "where it has no value: leave it out"),
        (TEXT, "--column n=string reads it as text"),
        (List(TEXT), "is int64 here, and list of string on the Hub: push all rows again"),
        (Nifti(), "is int64 here, and Nifti on the Hub: make them equal"),
    ],
)
def test_difference_names_both_types_and_the_cure(feature: object, reason: str) -> None:
    result = conform(Dataset.from_dict({"n": [1]}), Features({"n": feature}))
    (problem,) = result.problems
    assert problem.column == "n"
    assert reason in problem.reason


def test_labels_are_for_people() -> None:
    assert label(LargeList({"a": INT, "b": Nifti()})) == "list of {a: int64, b: Nifti}"

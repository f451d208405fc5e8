"""Cells of a table, and the words that stand for missing values."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from workaround.bids.tabular.cells import column_of
from workaround.bids.tabular.notes import Notes


@pytest.mark.parametrize(
    ("cells", "values", "remark"),
    [
        (["31", "n/a", ""], [31, None, None], None),
        (["31", "N/A", "NaN"], [31, None, None], "is read as n/a"),
        (["31.5", "NA", "-"], [31.5, None, None], "is read as n/a"),
        (["M", "F", "NaN"], ["M", "F", None], "NaN is read as n/a"),
        (["EU", "NA", "AS"], ["EU", "NA", "AS"], "NA is text here"),
        (["yes", "none", "."], ["yes", "none", "."], None),
        (["NA", "NA", "NA"], [None, None, None], "NA is read as n/a"),
        (["007", "010", "n/a"], ["007", "010", None], None),
        (["89+", "31", "n/a"], ["89+", "31", None], None),
    ],
)
def test_missing_values_are_null(cells: list[str], values: list[Any], remark: str | None) -> None:
    notes = Notes(Path("t.tsv"))
    column = column_of("x", cells, [2, 3, 4], notes)
    assert column.to_pylist() == values
    assert bool(notes.problems()) == (remark is not None)
    assert all(str(remark) in problem.reason for problem in notes.problems())


def test_numbers_can_stay_text() -> None:
    notes = Notes(Path("t.tsv"))
    assert column_of("x", ["1.50", "NA"], [2, 3], notes, text=True).to_pylist() == ["1.50", "NA"]

"""Rows of a dataset as Arrow tables."""

from __future__ import annotations

import pytest
from datasets import Dataset, concatenate_datasets

from workaround.arrow.rows import rows_of

ROWS = Dataset.from_dict({"a": list(range(10)), "b": [str(number) for number in range(10)]})


@pytest.mark.parametrize(
    "dataset",
    [
        pytest.param(ROWS, id="table"),
        pytest.param(ROWS.select([7, 2, 2, 0, 9, 4, 1]), id="selection"),
        pytest.param(concatenate_datasets([ROWS, ROWS.select(range(3))]), id="chunks"),
        pytest.param(ROWS.with_format("numpy", columns=["a"]), id="format that lacks a column"),
    ],
)
@pytest.mark.parametrize(("start", "stop"), [(0, 0), (0, 3), (2, 6), (5, 7)])
def test_rows_are_those_of_the_arrow_format(dataset: Dataset, start: int, stop: int) -> None:
    assert rows_of(dataset, start, stop) == dataset.with_format("arrow")[start:stop]

"""Casts that lose nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from datasets import List, Nifti, Value

from workaround.arrow.casts import InexactCastError, arrow_type, cast_exactly, wrap_in_lists

INT, FLOAT, TEXT = Value("int64"), Value("float64"), Value("string")


@pytest.mark.parametrize(
    ("values", "have", "want"),
    [
        ([3, None], INT, FLOAT),
        ([3.0, None], FLOAT, INT),
        ([1, 2], Value("int32"), INT),
        ([1, 2], INT, Value("int32")),
        (["a", None], Value("large_string"), TEXT),
        ([None, None], TEXT, INT),
        ([None], TEXT, Nifti()),
        ([[1, 2], None, []], List(INT), List(FLOAT)),
        ([{"a": 1}, None], {"a": INT}, {"a": FLOAT}),
        ([[{"a": 1, "b": None}], None], List({"a": INT, "b": TEXT}), List({"b": FLOAT, "a": INT})),
    ],
)
def test_values_remain_equal(values: list[Any], have: Any, want: Any) -> None:
    result = cast_exactly(pa.array(values, arrow_type(have)), have, want)
    assert result.type == arrow_type(want)
    assert result.to_pylist() == values


@pytest.mark.parametrize(
    ("values", "have", "want"),
    [
        ([1.5], FLOAT, INT),
        ([2**53 + 1], INT, FLOAT),
        ([0.1], FLOAT, Value("float32")),
        ([2**40], INT, Value("int32")),
        (["1"], TEXT, INT),
        ([1], INT, TEXT),
        ([True], Value("bool"), INT),
        (["a.nii"], TEXT, Nifti()),
        ([[1]], List(INT), INT),
        ([[1, 2]], List(INT, length=2), List(FLOAT)),
        ([[1, 2]], List(INT), List(FLOAT, length=2)),
        ([{"a": 1}], {"a": INT}, {"b": INT}),
    ],
)
def test_losses_are_refused(values: list[Any], have: Any, want: Any) -> None:
    with pytest.raises(InexactCastError):
        cast_exactly(pa.array(values, arrow_type(have)), have, want)


def test_lists_hold_one_value_or_the_nulls_of_their_length() -> None:
    values = pa.array([1, None, None])
    assert wrap_in_lists(values, INT, List(FLOAT)).to_pylist() == [[1.0], [], []]
    lengths = np.array([1, 2, 0])
    result = wrap_in_lists(values, INT, List(FLOAT), lengths)
    assert result.to_pylist() == [[1.0], [None, None], []]

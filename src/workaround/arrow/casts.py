"""Casts of columns to other features that lose nothing: no fraction, digit, text or file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
from datasets import Features, LargeList, List, Value

from workaround.arrow.file_cells import Int64Array, list_lengths


class InexactCastError(Exception):
    """The values cannot have the feature without a loss."""


def arrow_type(feature: Any) -> pa.DataType:
    """Return the type that a feature is stored as."""
    return Features({"column": feature}).arrow_schema.field(0).type


def cast_exactly(values: pa.Array, have: Any, want: Any) -> pa.Array:
    """Cast values to another feature.

    Numbers become other numbers, texts and bytes get other offsets, nulls of any feature become
    nulls, and structs and lists hold what their values become; fields that a struct lacks are null.

    Args:
        values: Values of a column.
        have: Their feature.
        want: The other feature.

    Raises:
        InexactCastError: Something would be lost, or the values are of another sort.
    """
    if have == want:
        return values
    kind = arrow_type(want)
    if values.null_count == len(values):
        return pa.nulls(len(values), kind)
    match have, want:
        case Value(), Value():
            return _cast_values(values, kind)
        case Mapping(), Mapping() if have.keys() <= want.keys():
            parts = dict(zip((field.name for field in values.type), values.flatten(), strict=True))
            children = [
                cast_exactly(parts[name], have[name], feature)
                if name in have
                else pa.nulls(len(values), kind.field(name).type)
                for name, feature in want.items()
            ]
            return pa.StructArray.from_arrays(children, fields=list(kind), mask=values.is_null())
        case (List() | LargeList(), List() | LargeList()) if -1 == _length(have) == _length(want):
            elements = cast_exactly(values.flatten(), have.feature, want.feature)
            return _lists(list_lengths(values), elements, kind, values.is_null())
        case _:
            raise InexactCastError


def wrap_in_lists(
    values: pa.Array, have: Any, want: Any, lengths: Int64Array | None = None
) -> pa.Array:
    """Put values into lists of one.

    Args:
        values: Values that are no lists.
        have: Their feature.
        want: Feature of the lists.
        lengths: Number of nulls in the list of each null; by default it is empty.

    Raises:
        InexactCastError: Something would be lost, or the values are of another sort.
    """
    if _length(want) != -1:
        raise InexactCastError
    elements = cast_exactly(values, have, want.feature)
    nulls = np.zeros(len(values), np.int64) if lengths is None else lengths
    counts = np.where(np.asarray(values.is_valid()), 1, nulls)
    if (counts != 1).any():
        elements = elements.take(pa.array(np.repeat(np.arange(len(values)), counts)))
    return _lists(counts, elements, arrow_type(want), None)


def _lists(
    lengths: Int64Array, elements: pa.Array, kind: pa.DataType, mask: pa.Array | None
) -> pa.Array:
    large = pa.types.is_large_list(kind)
    offsets = pa.array(
        np.concatenate([[0], np.cumsum(lengths)]), pa.int64() if large else pa.int32()
    )
    array = pa.LargeListArray if large else pa.ListArray
    return array.from_arrays(offsets, elements, type=kind, mask=mask)


def _length(feature: Any) -> int:
    """Return the length of all lists of a feature; -1 if they differ."""
    return int(getattr(feature, "length", -1))


def _sort(kind: pa.DataType) -> str | None:
    """Return the sort of values whose types differ in width only."""
    types = pa.types
    if types.is_integer(kind) or types.is_floating(kind):
        return "number"
    if types.is_string(kind) or types.is_large_string(kind):
        return "text"
    return "bytes" if types.is_binary(kind) or types.is_large_binary(kind) else None


def _cast_values(values: pa.Array, kind: pa.DataType) -> pa.Array:
    if (sort := _sort(kind)) is None or _sort(values.type) != sort:
        raise InexactCastError
    try:
        result = values.cast(kind)
    except pa.ArrowInvalid as error:  # a fraction, or a number that is too large
        raise InexactCastError from error
    if sort == "number":
        before, after = (
            array.fill_null(0).to_numpy(zero_copy_only=False)
            for array in (values, result.cast(values.type, safe=False))
        )
        if not np.array_equal(before, after, equal_nan=True):
            raise InexactCastError
    return result

"""Nested Arrow types: what is inside structs and lists, at any depth."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pyarrow as pa
import pyarrow.compute as pc

FieldPath = tuple[str | None, ...]
"""Names of a column and of the fields in it; None for the elements of a list."""


def is_list(of: pa.DataType) -> bool:
    """Whether a type is a list, of whatever kind."""
    kinds = (pa.types.is_list, pa.types.is_large_list, pa.types.is_fixed_size_list)
    return any(is_one(of) for is_one in kinds)


def leaves(
    place: FieldPath, column: pa.ChunkedArray
) -> Iterator[tuple[FieldPath, pa.ChunkedArray]]:
    """The innermost values of a column, and where; without those that a null hides."""
    if pa.types.is_struct(column.type):
        for field, child in zip(column.type, column.flatten(), strict=True):
            yield from leaves((*place, field.name), child)
    elif is_list(column.type):
        yield from leaves((*place, None), pc.list_flatten(column))
    else:
        yield place, column


def with_leaves(of: pa.DataType, leaf: Callable[[pa.DataType], pa.DataType]) -> pa.DataType:
    """A type with others in the place of its innermost ones.

    Args:
        of: Any type.
        leaf: What each innermost type becomes.
    """
    if pa.types.is_struct(of):
        return pa.struct([field.with_type(with_leaves(field.type, leaf)) for field in of])
    if not is_list(of):
        return leaf(of)
    element = of.value_field.with_type(with_leaves(of.value_type, leaf))
    if pa.types.is_fixed_size_list(of):
        return pa.list_(element, of.list_size)
    return pa.large_list(element) if pa.types.is_large_list(of) else pa.list_(element)

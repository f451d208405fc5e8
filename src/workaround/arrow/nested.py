"""Nested Arrow types: walk and rewrite what is inside structs and lists."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pyarrow as pa
import pyarrow.compute as pc

FieldPath = tuple[str | None, ...]
"""Names of a column and of the fields in it; None stands for the elements of a list."""


def is_list(kind: pa.DataType) -> bool:
    """Return True for a list, a large list and a fixed-size list."""
    types = pa.types
    return bool(types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind))


def leaves(path: FieldPath, column: pa.ChunkedArray) -> Iterator[tuple[FieldPath, pa.ChunkedArray]]:
    """Yield the innermost values of a column with their paths, without those that a null hides."""
    if pa.types.is_struct(column.type):
        for field, child in zip(column.type, column.flatten(), strict=True):
            yield from leaves((*path, field.name), child)
    elif is_list(column.type):
        yield from leaves((*path, None), pc.list_flatten(column))
    else:
        yield path, column


def with_leaves(kind: pa.DataType, leaf: Callable[[pa.DataType], pa.DataType]) -> pa.DataType:
    """Replace the innermost types of a type.

    Args:
        kind: Any type.
        leaf: Maps an innermost type to its replacement.
    """
    if pa.types.is_struct(kind):
        return pa.struct([field.with_type(with_leaves(field.type, leaf)) for field in kind])
    if not is_list(kind):
        return leaf(kind)
    element = kind.value_field.with_type(with_leaves(kind.value_type, leaf))
    if pa.types.is_fixed_size_list(kind):
        return pa.list_(element, kind.list_size)
    return pa.large_list(element) if pa.types.is_large_list(kind) else pa.list_(element)

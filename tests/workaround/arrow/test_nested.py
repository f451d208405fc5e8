"""Walks through nested Arrow types."""

from __future__ import annotations

import pyarrow as pa
import pytest

from workaround.arrow.nested import is_list, leaves, with_leaves

LISTS = [pa.list_(pa.int8()), pa.large_list(pa.int8()), pa.list_(pa.int8(), 2)]
NESTED = pa.struct(
    {"a": pa.list_(pa.struct({"b": pa.int8()})), "c": pa.large_list(pa.list_(pa.int8(), 2))}
)


@pytest.mark.parametrize("kind", LISTS, ids=str)
def test_every_list_type_is_a_list(kind: pa.DataType) -> None:
    assert is_list(kind)


@pytest.mark.parametrize("kind", [pa.int8(), pa.string(), pa.struct({"a": LISTS[0]})], ids=str)
def test_other_types_are_not_lists(kind: pa.DataType) -> None:
    assert not is_list(kind)


def test_leaves_have_their_field_paths() -> None:
    rows = [{"a": [{"b": 1}, {"b": 2}], "c": [[3, 4]]}, {"a": [], "c": None}]
    column = pa.chunked_array([pa.array(rows, NESTED)])
    assert {path: values.to_pylist() for path, values in leaves(("x",), column)} == {
        ("x", "a", None, "b"): [1, 2],
        ("x", "c", None, None): [3, 4],
    }


def test_values_hidden_by_a_null_are_not_leaves() -> None:
    kind = pa.struct({"a": pa.int8()})
    hidden = pa.StructArray.from_arrays(
        [pa.array([1, 2], pa.int8())], fields=list(kind), mask=pa.array([True, False])
    )
    ((_, values),) = leaves(("x",), pa.chunked_array([hidden]))
    assert values.to_pylist() == [None, 2]


def test_replaced_leaf_types_keep_their_structure() -> None:
    assert with_leaves(NESTED, lambda _: pa.string()) == pa.struct(
        {"a": pa.list_(pa.struct({"b": pa.string()})), "c": pa.large_list(pa.list_(pa.string(), 2))}
    )


def test_replaced_leaf_types_keep_names_and_nullability() -> None:
    item = pa.field("item", pa.int8(), nullable=False)
    replaced = with_leaves(pa.list_(item), lambda _: pa.int64())
    assert replaced.value_field == item.with_type(pa.int64())

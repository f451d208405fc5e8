"""Thrift's compact protocol: footers of Arrow, and random structures."""

from __future__ import annotations

import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workaround.parquet import thrift
from workaround.parquet.thrift import (
    BINARY,
    BYTE,
    DOUBLE,
    FALSE,
    I16,
    I32,
    I64,
    LIST,
    STRUCT,
    TRUE,
    Struct,
)


def footer(columns: int = 20) -> bytes:
    sink = io.BytesIO()
    table = pa.table({f"column {number}": [1, None, 3] for number in range(columns)})
    pq.write_table(table, sink, row_group_size=1, write_page_index=True)
    file = sink.getvalue()
    return file[-8 - int.from_bytes(file[-8:-4], "little") : -8]


def test_footer_survives_a_round_trip() -> None:
    data = footer()
    read, end = thrift.decode(data)
    assert end == len(data)
    assert thrift.encode(read) == data


def test_structure_cut_anywhere_is_an_error() -> None:
    data = footer(columns=2)
    for size in range(len(data)):
        with pytest.raises(thrift.ThriftError, match="cut off"):
            thrift.decode(data[:size])


def test_unknown_type_is_an_error() -> None:
    with pytest.raises(thrift.ThriftError, match="unknown type 13"):
        thrift.decode(b"\x1d\x00")


def kinds() -> st.SearchStrategy[tuple[int, object]]:
    numbers = st.tuples(st.sampled_from([I16, I32, I64]), st.integers(-(2**15), 2**15 - 1))
    numbers |= st.tuples(st.just(I64), st.integers(-(2**63), 2**63 - 1))
    flags = st.sampled_from([(TRUE, TRUE), (FALSE, FALSE)])
    others = st.one_of(
        st.tuples(st.just(BYTE), st.integers(0, 255)),
        st.tuples(st.just(DOUBLE), st.binary(min_size=8, max_size=8)),
        st.tuples(st.just(BINARY), st.binary(max_size=200)),
    )
    return st.recursive(
        numbers | flags | others,
        lambda inner: st.one_of(
            structs(inner).map(lambda struct: (STRUCT, struct)),
            st.lists(structs(inner), max_size=20).map(
                lambda items: (LIST, thrift.List(STRUCT, items))
            ),
            st.lists(st.sampled_from([TRUE, FALSE]), max_size=20).map(
                lambda items: (LIST, thrift.List(TRUE, items))
            ),
        ),
        max_leaves=8,
    )


def structs(inner: st.SearchStrategy[tuple[int, object]]) -> st.SearchStrategy[Struct]:
    return st.dictionaries(st.integers(1, 3000), inner, max_size=5).map(Struct)


@given(structs(kinds()))
def test_structure_survives_a_round_trip(struct: Struct) -> None:
    assert thrift.decode(thrift.encode(struct)) == (struct, len(thrift.encode(struct)))

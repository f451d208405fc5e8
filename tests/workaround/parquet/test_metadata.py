"""Levels and paths of leaves, after the documentation of the format."""

from __future__ import annotations

import io
from itertools import chain

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workaround.parquet.metadata import decode_levels, leaf_paths, max_levels, read_footer

FILE = pa.struct({"bytes": pa.binary(), "path": pa.string()})


def varint(value: int) -> bytes:
    data = b""
    while value >= 0x80:
        data += bytes([value & 0x7F | 0x80])
        value >>= 7
    return data + bytes([value])


def run(level: int, count: int) -> bytes:
    """A level many times over."""
    return varint(count << 1) + bytes([level])


def packed(levels: list[int], width: int) -> bytes:
    """Levels one by one, padded to a multiple of 8."""
    groups = -(-len(levels) // 8)
    bits = sum(level << (width * place) for place, level in enumerate(levels))
    return varint(groups << 1 | 1) + bits.to_bytes(groups * width, "little")


@given(data=st.data(), highest=st.integers(1, 9))
def test_levels_are_decoded(data: st.DataObject, highest: int) -> None:
    level = st.integers(0, highest)
    width = highest.bit_length()
    runs = st.tuples(level, st.integers(1, 300)).map(lambda pair: ([pair[0]] * pair[1], run(*pair)))
    eights = st.lists(level, min_size=8, max_size=8)
    bits = st.lists(eights, min_size=1, max_size=3).map(
        lambda some: ([*chain(*some)], packed([*chain(*some)], width))
    )
    parts = data.draw(st.lists(runs | bits, min_size=1, max_size=5))
    levels = list(chain.from_iterable(part for part, _ in parts))
    encoded = b"".join(code for _, code in parts)
    assert decode_levels(memoryview(encoded), highest, len(levels)).tolist() == levels


def test_padding_of_packed_levels_is_ignored() -> None:
    assert decode_levels(memoryview(packed([1, 0, 1], 1)), 1, 3).tolist() == [1, 0, 1]


@pytest.mark.parametrize(
    ("kind", "path", "levels"),
    [
        (FILE, "f.bytes", (0, 2, 0)),
        (pa.list_(FILE), "f.list.element.bytes", (1, 4, 2)),
        (pa.large_list(pa.list_(FILE)), "f.list.element.list.element.bytes", (2, 6, 4)),
        (pa.struct({"x": pa.list_(FILE, 2)}), "f.x.list.element.bytes", (1, 5, 3)),
    ],
)
def test_levels_of_nested_files(kind: pa.DataType, path: str, levels: tuple[int, int, int]) -> None:
    sink = io.BytesIO()
    pq.write_table(pa.schema({"before": pa.list_(pa.int8()), "f": kind}).empty_table(), sink)
    assert path in leaf_paths("f", kind)
    assert max_levels(read_footer(sink.getbuffer()), tuple(path.split("."))) == levels


def test_unknown_leaf_is_an_error() -> None:
    sink = io.BytesIO()
    pq.write_table(pa.table({"a": [1]}), sink)
    with pytest.raises(KeyError, match="b"):
        max_levels(read_footer(sink.getbuffer()), ("b",))

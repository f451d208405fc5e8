"""Bytes of rows in memory and in Parquet."""

from __future__ import annotations

import io
import random
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from datasets import Array2D, Features

from workaround.arrow.row_sizes import arrow_bytes, parquet_bytes


def column(values: list[Any], kind: pa.DataType) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(values, kind)])


@pytest.mark.parametrize(
    ("values", "kind", "sizes"),
    [
        ([1, None], pa.int64(), [8, 8]),
        ([True, False], pa.bool_(), [1, 1]),
        ([None, None], pa.null(), [0, 0]),
        (["ab", None, "ü"], pa.string(), [6, 4, 6]),
        ([b"abc"], pa.large_binary(), [7]),
        (["ab", "abc"], pa.string_view(), [6, 7]),
        ([[1, 2], [], None], pa.list_(pa.int16()), [8, 4, 4]),
        ([[1, 2], None], pa.list_(pa.int16(), 2), [8, 4]),
        ([["a"], ["b", "cd"]], pa.large_list(pa.string()), [9, 15]),
        ([{"a": 1, "b": "x"}, None], pa.struct({"a": pa.int8(), "b": pa.string()}), [6, 5]),
    ],
    ids=str,
)
def test_row_in_memory_is_values_and_lengths(
    values: list[Any], kind: pa.DataType, sizes: list[int]
) -> None:
    assert arrow_bytes(column(values, kind)).tolist() == sizes


def test_slice_has_the_sizes_of_its_rows() -> None:
    lists = column([["a"], ["bc", "d"], None, ["efg"]], pa.list_(pa.string()))
    assert arrow_bytes(lists[1:]).tolist() == arrow_bytes(lists).tolist()[1:]


def test_chunks_follow_each_other() -> None:
    chunks = pa.chunked_array([pa.array(["a"]), pa.array([], pa.string()), pa.array(["bcd"])])
    assert arrow_bytes(chunks).tolist() == [5, 7]


def test_extension_type_has_the_size_of_its_storage() -> None:
    features = Features({"grid": Array2D((2, 2), "float32")})
    table = pa.Table.from_pydict(
        {
            "grid": pa.ExtensionArray.from_storage(
                features.arrow_schema.field("grid").type,
                pa.array([[[1.0, 2.0], [3.0, 4.0]]], pa.list_(pa.list_(pa.float32()))),
            )
        }
    )
    assert arrow_bytes(table["grid"]).tolist() == [4 + 2 * 4 + 4 * 4]


RANDOM = random.Random(0)
NUMBERS = [RANDOM.getrandbits(31) for _ in range(3000)]
TEXTS = ["".join(RANDOM.choices("abcdefgh", k=RANDOM.randrange(6000))) for _ in range(1000)]


@pytest.mark.parametrize(
    "values",
    [
        pa.array(NUMBERS, pa.int32()),
        pa.array([number % 100 for number in NUMBERS], pa.int8()),
        pa.array(map(float, NUMBERS), pa.float64()),
        pa.array(map(str, NUMBERS), pa.string()),
        pa.array(TEXTS, pa.string()),
        pa.array([[number % 999, None] for number in NUMBERS], pa.list_(pa.int16())),
    ],
    ids=lambda values: str(values.type),
)
def test_parquet_column_is_never_larger(values: pa.Array) -> None:
    table, file = pa.table({"column": values}), io.BytesIO()
    pq.write_table(table, file, compression="none")
    chunk = pq.ParquetFile(file).metadata.row_group(0).column(0)
    assert chunk.total_compressed_size <= parquet_bytes(table["column"]).sum()

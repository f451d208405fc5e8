"""Bytes of each row of Arrow arrays, from offsets and types alone: values are not read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from workaround.arrow.file_cells import Int64Array, list_lengths
from workaround.arrow.nested import is_list

PAGE_SHARE = 16
"""Parquet adds at most this part (1/16) to texts; 1/60 was measured for texts of 4 kB."""

Weigh = Callable[[pa.Array], Any]


def arrow_bytes(column: pa.ChunkedArray) -> Int64Array:
    """Return bytes of each row in memory: its values, and 4 for each length of a list or text."""
    return _by_row(column, lambda array: _widths(array) + (4 if _width(array.type) is None else 0))


def parquet_bytes(column: pa.ChunkedArray) -> Int64Array:
    """Return an upper bound of the bytes that each row takes in a Parquet file.

    Small numbers are stored in 4 bytes. A value that does not repeat is in the dictionary, and its
    index in the page, with levels: at most 4 bytes more. A share of each text is for page headers,
    which repeat the smallest and the largest text.
    """

    def weigh(array: pa.Array) -> Any:
        if _width(array.type) is not None:
            return np.maximum(_widths(array), 4) + 4
        return _widths(array) + _widths(array) // PAGE_SHARE + 8

    return _by_row(column, weigh)


def _by_row(array: pa.Array | pa.ChunkedArray, weigh: Weigh) -> Int64Array:
    if isinstance(array, pa.ChunkedArray):
        chunks = [_by_row(chunk, weigh) for chunk in array.chunks]
        return np.concatenate([np.empty(0, np.int64), *chunks])
    kind = array.type
    if isinstance(kind, pa.BaseExtensionType):
        return _by_row(array.storage, weigh)
    if pa.types.is_struct(kind):
        fields = (_by_row(field, weigh) for field in array.flatten())
        return sum(fields, np.zeros(len(array), np.int64))
    if is_list(kind):
        totals = np.concatenate([[0], np.cumsum(_by_row(array.flatten(), weigh))])
        return np.diff(totals[np.cumsum(list_lengths(array))], prepend=0) + 4
    weight: Int64Array = weigh(array)
    return weight


def _width(kind: pa.DataType) -> int | None:
    """Return bytes of a value; None for text and binary, which have no fixed width."""
    if pa.types.is_null(kind):
        return 0
    try:
        return -(-int(kind.bit_width) // 8)
    except ValueError:
        return None


def _widths(array: pa.Array) -> Int64Array:
    if (width := _width(array.type)) is not None:
        return np.full(len(array), width, np.int64)
    if pa.types.is_string_view(array.type) or pa.types.is_binary_view(array.type):
        array = array.cast(pa.large_binary())  # binary_length does not take views
    lengths: Int64Array = np.asarray(pc.fill_null(pc.binary_length(array), 0), np.int64)
    return lengths

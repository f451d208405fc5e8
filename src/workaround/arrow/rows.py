"""Rows of a dataset as Arrow tables."""

from __future__ import annotations

import pyarrow as pa
from datasets import Dataset
from datasets.formatting import query_table


def rows_of(dataset: Dataset, start: int, stop: int) -> pa.Table:
    """Return some rows, as the format "arrow" does.

    A dataset with a format is a deep copy, which takes long with thousands of columns.

    Args:
        dataset: The dataset.
        start: First row.
        stop: Row behind the last.
    """
    table: pa.Table = query_table(dataset.data, slice(start, stop), indices=dataset._indices)
    return table

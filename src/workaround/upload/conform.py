"""Rows with the features of a split on the Hub, as far as nothing is lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
from datasets import (
    Dataset,
    DatasetInfo,
    Features,
    LargeList,
    List,
    Value,
    concatenate_datasets,
)
from datasets.table import InMemoryTable

from workaround.arrow.casts import InexactCastError, arrow_type, cast_exactly, wrap_in_lists
from workaround.arrow.file_cells import Int64Array, holds_files, list_lengths
from workaround.errors import Problem

AGAIN = "push all rows again, without --append"


@dataclass(frozen=True)
class Conformed:
    """Rows with the features of the Hub.

    Attributes:
        rows: The rows; as they came if there are problems.
        problems: A problem for each column that cannot be made equal.
        cast: Columns whose feature was another.
        missing: Columns that the rows lacked: they are null.
    """

    rows: Dataset
    problems: Sequence[Problem] = ()
    cast: Sequence[str] = field(default_factory=list)
    missing: Sequence[str] = field(default_factory=list)


def conform(rows: Dataset, stored: Features) -> Conformed:
    """Give rows the columns and features of the Hub, in their order.

    Columns that the rows lack are null. What is no list becomes a list of one where the Hub has
    lists; there the columns beside a column of files, ``T1w_run`` beside ``T1w``, have a null for
    each file that they say nothing of.
    """
    features = rows.features
    problems = [
        Problem(None, name, None, f"is {label(feature)} here, and no column on the Hub: {cure}")
        for name, feature in features.items()
        if name not in stored
        for cure in [f"leave it out, or {AGAIN} (--layout image has the same columns always)"]
    ]
    columns: dict[str, pa.ChunkedArray] = {}
    missing = [name for name in stored if name not in features]
    cast = [name for name in stored if name in features and features[name] != stored[name]]
    for name in sorted((*cast, *missing), key=lambda name: not holds_files(stored[name])):
        lengths = _lengths_beside(name, rows, stored, columns)
        values = pa.chunked_array([pa.nulls(len(rows))])
        if name in features:
            values = rows.select_columns([name]).with_format("arrow")[:][name]
        have = features.get(name, Value("null"))
        try:
            columns[name] = _column(values, have, stored[name], lengths)
        except InexactCastError:
            reason = _difference(name, have, stored[name])
            problems.append(Problem(None, name, None, reason))
    if problems:
        return Conformed(rows, problems)
    same = [name for name in stored if name not in columns]
    if columns:
        schema = pa.schema([(name, column.type) for name, column in columns.items()])
        table = pa.Table.from_arrays(list(columns.values()), schema=schema)
        of_columns = Features({name: stored[name] for name in columns})
        info = DatasetInfo(features=of_columns)
        others = Dataset(InMemoryTable(table), info, split=rows.split)
        kept = [rows.select_columns(same).with_format(None)] if same else []
        rows = concatenate_datasets([*kept, others], axis=1)
    return Conformed(rows.select_columns(list(stored)), (), cast, missing)


def label(feature: Any) -> str:
    """Return the name of a feature for people: ``int64``, ``list of Nifti``."""
    match feature:
        case Value():
            return str(feature.dtype)
        case List() | LargeList():
            return f"list of {label(feature.feature)}"
        case Mapping():
            fields = (f"{name}: {label(child)}" for name, child in feature.items())
            return f"{{{', '.join(fields)}}}"
        case _:
            return type(feature).__name__


def _column(
    values: pa.ChunkedArray, have: Any, want: Any, lengths: Int64Array | None
) -> pa.ChunkedArray:
    """Cast a column, or put it into lists of some lengths."""
    chunks, start = [], 0
    single = isinstance(want, List | LargeList) and not isinstance(have, List | LargeList)
    of_files = holds_files(want) and pa.types.is_struct(values.type)
    for chunk in values.chunks:
        part = None if lengths is None else lengths[start : start + len(chunk)]
        if single and (of_files or part is not None or chunk.null_count < len(chunk)):
            chunks.append(wrap_in_lists(chunk, have, want, part))
        else:
            chunks.append(cast_exactly(chunk, have, want))
        start += len(chunk)
    return pa.chunked_array(chunks, arrow_type(want))


def _lengths_beside(
    name: str, rows: Dataset, stored: Features, columns: Mapping[str, pa.ChunkedArray]
) -> Int64Array | None:
    """Return the lengths of the lists of files that a column is beside; None if there are none."""
    owners = [
        owner
        for owner, feature in stored.items()
        if name.startswith(f"{owner}_")
        and isinstance(feature, List | LargeList)
        and holds_files(feature)
    ]
    if not owners or not isinstance(stored[name], List | LargeList):
        return None
    owner = max(owners, key=len)
    if owner in columns:
        column = columns[owner]
    elif owner in rows.column_names and rows.features[owner] == stored[owner]:
        column = rows.select_columns([owner]).with_format("arrow")[:][owner]
    else:
        return None
    return np.concatenate([np.zeros(0, np.int64), *map(list_lengths, column.chunks)])


def _difference(name: str, have: Any, want: Any) -> str:
    """Return both types of a column, and what can be done about it."""
    both = f"is {label(have)} here, and {label(want)} on the Hub"
    lists = label(have).startswith("list of ") != label(want).startswith("list of ")
    if isinstance(have, Value) and isinstance(want, Value) and want.dtype == "string":
        return f"{both}: --column {name}=string reads it as text"
    if isinstance(want, Value) and want.dtype == "null":
        return f"{both}, where it has no value: leave it out, or {AGAIN}"
    if lists:
        return f"{both}: {AGAIN}; for BIDS with --list-always, for lists in all columns of images"
    if isinstance(have, Value) and isinstance(want, Value):
        return f"{both}, which cannot hold all these values: correct them, or {AGAIN}"
    return f"{both}: make them equal, or {AGAIN}"

"""Which rows form a shard and which a row group, so that the file stays below a size."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from datasets import Features

from workaround.arrow.file_cells import Int64Array
from workaround.parquet.metadata import leaf_paths
from workaround.preflight.survey import Survey

ROW_GROUP_BYTES = 100_000_000
"""As upstream's (``datasets.config.MAX_ROW_GROUP_SIZE``): readers load one at a time."""


def even(rows: int, parts: int) -> list[int]:
    """Ends of so many parts of rows, the first ones longer by one, as `Dataset.shard` cuts them."""
    length, longer = divmod(rows, parts)
    return [(index + 1) * length + min(index + 1, longer) for index in range(parts)]


def nested(rows: int, parts: int, workers: int) -> list[int]:
    """Ends of parts as upstream cuts them.

    It gives each process a run of rows and a number of parts, as even as can be, and each process
    cuts its rows evenly. With fewer parts than processes some of its processes lose their rows
    (catalog: ``num-proc-loses-rows``); here there are no more processes than parts.

    Where there are more parts than rows, which upstream does not push, the empty ones come last:
    `load_dataset` of datasets before 5.1.0 fails on rows that follow an empty shard (PR #8397).
    """
    if parts > rows:
        return even(rows, parts)
    stops: list[int] = []
    begin = done = 0
    workers = min(parts, workers)
    for stop, count in zip(even(rows, workers), even(parts, workers), strict=True):
        stops += [begin + end for end in even(stop - begin, count - done)]
        begin, done = stop, count
    return stops


def pack_shards(found: Survey, features: Features, limit: int, least: int) -> list[int]:
    """Ends of the fewest shards of at most `limit` bytes as files, but of `least` if rows allow."""
    groups = 2 * math.ceil(limit / ROW_GROUP_BYTES) + 1
    budget = limit - file_overhead(features, groups, found.widest)
    sizes = found.parquet_bytes
    return pack(sizes, min(budget, math.ceil(int(sizes.sum()) / least)))


def pack(sizes: Int64Array, limit: int) -> list[int]:
    """Ends of the fewest runs of rows of at most `limit` bytes; a larger row is one of its own."""
    totals = np.cumsum(sizes)
    stops: list[int] = []
    start = done = 0
    while start < len(sizes):
        stop = max(start + 1, int(np.searchsorted(totals, done + limit, side="right")))
        stops.append(stop)
        start, done = stop, int(totals[stop - 1])
    return stops or [0]


def split_groups(sizes: Int64Array, start: int, stop: int) -> tuple[int, ...]:
    """Ends of the row groups of a shard, all of about the same size."""
    rows = sizes[start:stop]
    nbytes = int(rows.sum())
    count = max(1, math.ceil(nbytes / ROW_GROUP_BYTES))
    share = math.ceil(nbytes / count) + int(rows.max(initial=0))  # or a few rows would be left over
    return tuple(start + end for end in pack(rows, min(ROW_GROUP_BYTES, share)))


def file_overhead(features: Features, groups: int, widest: int) -> int:
    """Most bytes that Parquet adds to a file: the schema, and for each row group its metadata.

    Args:
        features: Of the rows.
        groups: Most row groups.
        widest: Bytes of the smallest and largest values of all columns, each of which is there in
            the footer twice, and again in the page index.
    """
    paths = [path for field in features.arrow_schema for path in leaf_paths(field.name, field.type)]
    schema = 4096 + 4 * len(features.arrow_schema.serialize()) + sum(map(len, paths))
    return schema + groups * (6 * widest + sum(1024 + 2 * len(path) for path in paths))


def pairs(stops: list[int]) -> Iterator[tuple[int, int]]:
    """Start and end of each run, of their ends."""
    return zip([0, *stops[:-1]], stops, strict=True)

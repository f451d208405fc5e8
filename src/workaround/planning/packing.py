"""Cut rows into shards and row groups by their sizes."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from datasets import Features

from workaround.arrow.file_cells import Int64Array
from workaround.parquet.metadata import leaf_paths
from workaround.preflight.survey import Survey

ROW_GROUP_BYTES = 100_000_000
"""Most bytes of a row group, as upstream (``datasets.config.MAX_ROW_GROUP_SIZE``): readers load one
at a time."""


def cut_evenly(rows: int, parts: int) -> list[int]:
    """Cut rows into equal parts, the first ones longer by one, as `Dataset.shard` does.

    Args:
        rows: Number of rows.
        parts: Number of parts.

    Returns:
        The end of each part, the row behind its last.
    """
    length, longer = divmod(rows, parts)
    return [(index + 1) * length + min(index + 1, longer) for index in range(parts)]


def cut_like_upstream(rows: int, parts: int, workers: int) -> list[int]:
    """Cut rows into parts as upstream does with several processes.

    Upstream gives each process a run of rows and a number of parts, as even as possible, and each
    process cuts its rows evenly. With fewer parts than processes it loses the rows of some
    processes (catalog: ``num-proc-loses-rows``); here there are no more processes than parts.

    With more parts than rows, which upstream cannot push, the empty parts come last: `load_dataset`
    of datasets before 5.1.0 fails on rows that follow an empty shard (PR #8397).

    Args:
        rows: Number of rows.
        parts: Number of parts.
        workers: Number of processes.

    Returns:
        The end of each part.
    """
    if parts > rows:
        return cut_evenly(rows, parts)
    ends: list[int] = []
    begin = done = 0
    workers = min(parts, workers)
    for stop, count in zip(cut_evenly(rows, workers), cut_evenly(parts, workers), strict=True):
        ends += [begin + end for end in cut_evenly(stop - begin, count - done)]
        begin, done = stop, count
    return ends


def pack_shards(survey: Survey, features: Features, limit: int, least: int) -> list[int]:
    """Cut rows into the fewest shards whose files have at most ``limit`` bytes.

    Args:
        survey: Sizes of the rows.
        features: Features of the rows.
        limit: Most bytes of a file.
        least: Fewest shards, if there are as many rows.

    Returns:
        The end of each shard.
    """
    groups = 2 * math.ceil(limit / ROW_GROUP_BYTES) + 1
    budget = limit - file_overhead(features, groups, survey.widest)
    sizes = survey.parquet_bytes
    return pack_rows(sizes, min(budget, math.ceil(int(sizes.sum()) / least)))


def pack_rows(sizes: Int64Array, limit: int) -> list[int]:
    """Cut rows into the fewest runs of at most ``limit`` bytes; a larger row is a run by itself.

    Args:
        sizes: Bytes of each row.
        limit: Most bytes of a run.

    Returns:
        The end of each run.
    """
    totals = np.cumsum(sizes)
    ends: list[int] = []
    start = done = 0
    while start < len(sizes):
        stop = max(start + 1, int(np.searchsorted(totals, done + limit, side="right")))
        ends.append(stop)
        start, done = stop, int(totals[stop - 1])
    return ends or [0]


def split_groups(sizes: Int64Array, start: int, stop: int) -> tuple[int, ...]:
    """Cut a shard into row groups of about the same size.

    Args:
        sizes: Bytes of each row of the split.
        start: First row of the shard.
        stop: Row behind its last.

    Returns:
        The end of each row group.
    """
    rows = sizes[start:stop]
    nbytes = int(rows.sum())
    count = max(1, math.ceil(nbytes / ROW_GROUP_BYTES))
    share = math.ceil(nbytes / count) + int(rows.max(initial=0))  # or a few rows would be left over
    return tuple(start + end for end in pack_rows(rows, min(ROW_GROUP_BYTES, share)))


def file_overhead(features: Features, groups: int, widest: int) -> int:
    """Return an upper bound of the bytes that Parquet adds to a file: schema and row groups.

    Args:
        features: Features of the rows.
        groups: Most row groups.
        widest: Bytes of the smallest and largest values of all columns, each of which is in the
            footer twice, and again in the page index.
    """
    paths = [path for field in features.arrow_schema for path in leaf_paths(field.name, field.type)]
    schema = 4096 + 4 * len(features.arrow_schema.serialize()) + sum(map(len, paths))
    return schema + groups * (6 * widest + sum(1024 + 2 * len(path) for path in paths))


def bounds(ends: list[int]) -> Iterator[tuple[int, int]]:
    """Yield the start and the end of each run, given the ends."""
    return zip([0, *ends[:-1]], ends, strict=True)

"""The names of shards: ``train-00003-of-00005.parquet`` is the fourth of five.

Rows that are appended lie in new shards, which count on: the three shards of an upload are
``-of-00003``, and the two of the next one are ``00003-of-00005`` and ``00004-of-00005``. Sorted by
name, as `load_dataset` reads them, all are in the order of their rows.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

_NUMBERED = re.compile(r"-(\d{5})-of-(\d{5})[^/]*$")


def shard_path(folder: str, split: str, number: int, total: int) -> str:
    """Return the path of a shard, numbered from 0."""
    return f"{folder}/{split}-{number:05d}-of-{total:05d}.parquet"


def numbering_defects(paths: Sequence[str]) -> list[str]:
    """Return what is wrong with the numbers in the names of the shards of a split.

    Args:
        paths: All files of the split.
    """
    if not paths:
        return ["is not on the Hub"]
    numbers: dict[int, set[int]] = defaultdict(set)
    for path in paths:
        if match := _NUMBERED.search(path):
            numbers[int(match[2])].add(int(match[1]))
    defects, start = [], 0
    for total in sorted(numbers):
        if min(numbers[total]) < start:
            return [f"has shards of several uploads side by side: {', '.join(paths)}"]
        defects += [
            f"shard {number} of {total} is not on the Hub"
            for number in sorted(set(range(start, total)) - numbers[total])
        ]
        start = total
    return defects

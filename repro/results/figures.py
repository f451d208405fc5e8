"""The figures of a verdict, and the noise that repeated runs of its script show."""

import math
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from repro.results.document import Entry, Figure, Spread

RUN = "run."
"""The first letters of figures of the process tree; the others are of the evidence."""


def figures(entry: Entry) -> dict[str, Figure]:
    """Return the figures of an entry by dotted name, as in `shards_made.limit`.

    Of a list it is the count, with the least and the most where it is one of numbers. Time is none:
    it is that of the machine.
    """
    run = {name: getattr(entry, name) for name in ("peak_rss_bytes", "bytes_read", "bytes_written")}
    measured = {f"{RUN}{name}": value for name, value in run.items() if value is not None}
    return measured | dict(_numbers("", entry.evidence or {}))


def repeated(runs: Sequence[Entry]) -> Entry:
    """Return the entry of repeated runs: the first of them, with the spread of its figures.

    Args:
        runs: Entries of a bug, each of one run or of several.
    """
    first, spreads = runs[0], [_spread(run) for run in runs]
    if len(runs) == 1:
        return first
    spread = {
        name: (min(low for low, _ in values), max(high for _, high in values))
        for name in spreads[0]
        if len(values := [one[name] for one in spreads if name in one]) == len(runs)
    }
    count = sum(run.runs for run in runs)
    entry = msgspec.structs.replace(first, runs=count, spread=spread)
    same = sum(run.runs for run in runs if run.verdict is first.verdict)
    if same == count or entry.reason:
        return entry
    reason = f"{first.verdict} in {same} of {count} runs only"
    return msgspec.structs.replace(entry, agrees=False, reason=reason)


def noise(spread: Spread) -> Figure:
    """Return how far apart repeated runs are."""
    low, high = spread
    return high - low


def moved(now: Figure, spread: Spread) -> bool:
    """Return True if a reading is further from the earlier ones than these are from each other."""
    low, high = spread
    return not low - noise(spread) <= now <= high + noise(spread)


def _spread(entry: Entry) -> dict[str, Spread]:
    return entry.spread or {name: (value, value) for name, value in figures(entry).items()}


def _numbers(name: str, value: Any) -> Iterator[tuple[str, Figure]]:
    match value:
        case bool():
            return
        case int() | float() if math.isfinite(value):
            yield name, value
        case dict():
            for key, inner in value.items():
                yield from _numbers(f"{name}.{key}".lstrip("."), inner)
        case list():
            yield f"{name}.count", len(value)
            numbers = [number for item in value for key, number in _numbers("", item) if not key]
            if numbers and len(numbers) == len(value):
                yield f"{name}.least", min(numbers)
                yield f"{name}.most", max(numbers)

"""The figures of a verdict, and the noise that repeated runs of its script show."""

import math
from collections.abc import Iterator, Sequence
from statistics import stdev
from typing import Any

import msgspec

from repro.results.document import Entry, Figure

RUN = "run."
"""The first letters of figures of the process tree; the others are of the evidence."""

STUDENT = (636.6, 31.60, 12.92, 8.610, 6.869, 5.959, 5.408, 5.041, 4.781)
"""Quantiles 0.9995 of Student's distribution, by degrees of freedom from 1; more have the last."""


def figures(entry: Entry) -> dict[str, Figure]:
    """Return the figures of an entry by dotted name, as in `shards_made.limit`.

    Of a list it is the count, with the least and the most where it is one of numbers. Time is none:
    it is that of the machine.
    """
    run = {name: getattr(entry, name) for name in ("peak_rss_bytes", "bytes_read", "bytes_written")}
    measured = {f"{RUN}{name}": value for name, value in run.items() if value is not None}
    return measured | dict(_numbers("", entry.evidence or {}))


def repeated(runs: Sequence[Entry]) -> Entry:
    """Return the entry of repeated runs: the first of them, with the readings of all.

    Args:
        runs: Entries of a bug, each of one run or of several.
    """
    first, all_readings = runs[0], [_readings(run) for run in runs]
    if len(runs) == 1:
        return first
    readings = {
        name: tuple(reading for one in all_readings for reading in one[name])
        for name in all_readings[0]
        if all(name in one for one in all_readings)
    }
    count = sum(run.runs for run in runs)
    entry = msgspec.structs.replace(first, runs=count, readings=readings)
    same = sum(run.runs for run in runs if run.verdict is first.verdict)
    if same == count or entry.reason:
        return entry
    reason = f"{first.verdict} in {same} of {count} runs only"
    return msgspec.structs.replace(entry, agrees=False, reason=reason)


def noise(readings: Sequence[Figure]) -> float:
    """Return the distance from their mean that one more reading has once in a thousand times.

    It is half the width of the prediction interval, if they are distributed normally. Readings that
    are all the same have none, and few readings a large one.
    """
    count = len(readings)
    quantile = STUDENT[min(count - 1, len(STUDENT)) - 1]
    return quantile * stdev(readings) * math.sqrt(1 + 1 / count)


def _readings(entry: Entry) -> dict[str, tuple[Figure, ...]]:
    return entry.readings or {name: (value,) for name, value in figures(entry).items()}


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

"""The beginning and the end of a bug, in words and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from repro.bisect.commits import Commit
from repro.bisect.releases import Bisection, Change, Measured
from repro.bisect.search import Stretch
from repro.judge.outcome import Verdict


def line(measured: Measured) -> str:
    """A release that was run: its verdict and its figure, and its packages if not the newest."""
    old = measured.pins.before
    packages = "" if old is None else f" (packages of {old:%Y-%m-%d})"
    return f"{measured.version!s:<8} {measured.verdict:<10}  {measured.figure}{packages}"


def summary(bisection: Bisection) -> list[str]:
    """Return the stretches of a bug, their beginnings and ends, and the number of runs."""
    first, last = bisection.releases[0].version, bisection.releases[-1].version
    count = f"{len(bisection.measured)} of the {len(bisection.releases)} releases"
    runs = f"{count} from {first} to {last}"
    lines = [text for stretch in bisection.stretches for text in _stretch(bisection, stretch)]
    if not lines:
        return [f"{bisection.bug.id} is in none of the releases that were run: {runs}"]
    if len(bisection.stretches) > 1:
        return [*lines, f"measured on {runs}: not one range, it ended and came back"]
    return [*lines, f"measured on {runs}: nothing speaks against one range"]


def commit_line(change: Change, commits: Sequence[Commit]) -> str:
    """The commit with which it began or ended, or those of which one is."""
    did = "began" if change.begins else "ended"
    candidates = "; or ".join(f"{one.sha[:10]} of {one.date}: {one.title}" for one in commits)
    return f"{did} between {change.old.version} and {change.new.version} with {candidates}"


def document(
    bisection: Bisection, commits: Sequence[tuple[Change, Sequence[Commit]]]
) -> dict[str, Any]:
    """All of it, ready for `json.dump`.

    Args:
        bisection: The measured releases.
        commits: Those of each change that was followed to the commit.
    """
    return {
        "bug": bisection.bug.id,
        "releases": len(bisection.releases),
        "measured": [_entry(one) for _, one in sorted(bisection.measured.items())],
        "ranges": [
            {
                "first": _version(bisection, stretch.first),
                "last": _version(bisection, stretch.last),
                "absent_before": _version(bisection, stretch.before),
                "absent_after": _version(bisection, stretch.after),
            }
            for stretch in bisection.stretches
        ],
        "commits": [
            {
                "change": "began" if change.begins else "ended",
                "between": [str(change.old.version), str(change.new.version)],
                "candidates": [
                    {"sha": one.sha, "date": one.date, "title": one.title, "pull": one.pull}
                    for one in candidates
                ],
            }
            for change, candidates in commits
        ],
    }


def _stretch(bisection: Bisection, stretch: Stretch) -> list[str]:
    first, last = (_version(bisection, place) for place in (stretch.first, stretch.last))
    here = first if first == last else f"{first} to {last}"
    return [
        f"{bisection.bug.id} is in {here}",
        f"  {_beginning(bisection, stretch)}",
        f"  {_end(bisection, stretch)}",
    ]


def _beginning(bisection: Bisection, stretch: Stretch) -> str:
    first = _version(bisection, stretch.first)
    if stretch.first == 0:
        return f"it is there since {first}, the oldest looked at"
    if stretch.before is None:
        return f"it is there since {first}, the first that can be tested"
    old = f"{_version(bisection, stretch.before)} has not"
    untestable = _between(bisection, stretch.before, stretch.first)
    return f"the first that has it is {first}: {old}{untestable}"


def _end(bisection: Bisection, stretch: Stretch) -> str:
    if stretch.after is None:
        return f"it is live in {_version(bisection, stretch.last)}, the newest that can be tested"
    first = _version(bisection, stretch.after)
    untestable = _between(bisection, stretch.last, stretch.after)
    return f"the first that no longer does is {first}{untestable}"


def _between(bisection: Bisection, old: int, new: int) -> str:
    """The releases between two that could not be tested."""
    measured = sorted(bisection.measured.items())
    untestable = [str(one.version) for place, one in measured if old < place < new]
    return f" (cannot be tested: {', '.join(untestable)})" if untestable else ""


def _version(bisection: Bisection, place: int | None) -> str | None:
    return None if place is None else str(bisection.releases[place].version)


def _entry(measured: Measured) -> dict[str, Any]:
    before, installation = measured.pins.before, measured.installation
    return {
        "datasets": str(measured.version),
        "verdict": str(measured.verdict),
        "figure" if measured.verdict is not Verdict.UNTESTABLE else "reason": measured.figure,
        "before": None if before is None else before.isoformat(),
        "environment": None if installation is None else dict(installation.environment),
    }

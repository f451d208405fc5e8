"""Where a bug began and ended: in words, and as JSON."""

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
    return f"{measured.version!s:<8} {measured.verdict:<10}  {measured.said}{packages}"


def summary(found: Bisection) -> list[str]:
    """Where it is, how it began and ended, and how many runs that took."""
    first, last = found.releases[0].version, found.releases[-1].version
    runs = f"{len(found.measured)} of the {len(found.releases)} releases from {first} to {last}"
    said = [text for stretch in found.stretches for text in _stretch(found, stretch)]
    if not said:
        return [f"{found.bug.id} is in none of the releases that were run: {runs}"]
    if len(found.stretches) > 1:
        return [*said, f"measured on {runs}: not one range, it ended and came back"]
    return [*said, f"measured on {runs}: nothing speaks against one range"]


def commit_line(change: Change, commits: Sequence[Commit]) -> str:
    """The commit with which it began or ended, or those of which one is."""
    did = "began" if change.begins else "ended"
    each = "; or ".join(f"{one.sha[:10]} of {one.date}: {one.title}" for one in commits)
    return f"{did} between {change.old.version} and {change.new.version} with {each}"


def document(
    found: Bisection, commits: Sequence[tuple[Change, Sequence[Commit]]]
) -> dict[str, Any]:
    """All of it, ready for `json.dump`.

    Args:
        found: what was measured.
        commits: of each change that was followed to the commit.
    """
    return {
        "bug": found.bug.id,
        "releases": len(found.releases),
        "measured": [_entry(one) for _, one in sorted(found.measured.items())],
        "ranges": [
            {
                "first": _version(found, stretch.first),
                "last": _version(found, stretch.last),
                "absent_before": _version(found, stretch.before),
                "absent_after": _version(found, stretch.after),
            }
            for stretch in found.stretches
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


def _stretch(found: Bisection, stretch: Stretch) -> list[str]:
    first, last = (_version(found, place) for place in (stretch.first, stretch.last))
    here = first if first == last else f"{first} to {last}"
    return [
        f"{found.bug.id} is in {here}",
        f"  {_beginning(found, stretch)}",
        f"  {_end(found, stretch)}",
    ]


def _beginning(found: Bisection, stretch: Stretch) -> str:
    first = _version(found, stretch.first)
    if stretch.first == 0:
        return f"it is there since {first}, the oldest looked at"
    if stretch.before is None:
        return f"it is there since {first}, the first that can be tested"
    old = f"{_version(found, stretch.before)} has not"
    return (
        f"the first that has it is {first}: {old}{_between(found, stretch.before, stretch.first)}"
    )


def _end(found: Bisection, stretch: Stretch) -> str:
    if stretch.after is None:
        return f"it is live in {_version(found, stretch.last)}, the newest that can be tested"
    first = _version(found, stretch.after)
    return f"the first that no longer does is {first}{_between(found, stretch.last, stretch.after)}"


def _between(found: Bisection, old: int, new: int) -> str:
    """The releases between two that could not be tested."""
    measured = sorted(found.measured.items())
    untestable = [str(one.version) for place, one in measured if old < place < new]
    return f" (cannot be tested: {', '.join(untestable)})" if untestable else ""


def _version(found: Bisection, place: int | None) -> str | None:
    return None if place is None else str(found.releases[place].version)


def _entry(measured: Measured) -> dict[str, Any]:
    before, installation = measured.pins.before, measured.installation
    return {
        "datasets": str(measured.version),
        "verdict": str(measured.verdict),
        "figure" if measured.verdict is not Verdict.UNTESTABLE else "reason": measured.said,
        "before": None if before is None else before.isoformat(),
        "environment": None if installation is None else dict(installation.environment),
    }

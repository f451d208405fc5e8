"""A search for the beginnings and ends of a bug in a row of releases, in about log2(n) runs.

A release that cannot be tested has no verdict, and says nothing of where the bug is: it is passed
over, as `git bisect skip` does.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from repro.judge.outcome import Verdict


@dataclass(frozen=True)
class Stretch:
    """Neighbouring releases that have the bug, by their places in the row.

    Attributes:
        first: The oldest that was measured to have it.
        last: The newest that was.
        before: The newest one older than `first` that has not; None if none older can be tested.
        after: The oldest one newer than `last` that has not; None if none newer can be tested.
    """

    first: int
    last: int
    before: int | None
    after: int | None


def search(expected: Sequence[bool], probe: Callable[[int], Verdict]) -> dict[int, Verdict]:
    """Run as few releases as it takes to know where a bug begins and ends.

    Both ends of the row are run, and the releases between which the catalog expects an edge; then
    the middle of any two neighbours that disagree. A catalog that is right saves runs, and one that
    is wrong costs some: where the edges are is measured either way.

    Args:
        expected: The expectations of the catalog for the row, which has at least one release.
        probe: Runs the release at a place.

    Returns:
        The verdicts of the places that were run.
    """
    verdicts: dict[int, Verdict] = {}
    ends = {0, len(expected) - 1}
    edges = {place for place in range(1, len(expected)) if expected[place - 1] != expected[place]}
    for place in sorted(ends | edges | {place - 1 for place in edges}, reverse=True):
        verdicts[place] = probe(place)
    while (following := _next(verdicts)) is not None:
        verdicts[following] = probe(following)
    return verdicts


def stretches(verdicts: Mapping[int, Verdict]) -> list[Stretch]:
    """Return the stretches that have the bug, oldest first: several if it went and came back.

    Args:
        verdicts: Of the places that were run.
    """
    result: list[Stretch] = []
    absent: int | None = None  # the last place seen that has not got it
    for place in _judged(verdicts):
        here = verdicts[place] is Verdict.REPRODUCED
        if not here:
            absent = place
        elif result and result[-1].after is None:
            result[-1] = Stretch(result[-1].first, place, result[-1].before, None)
        else:
            result.append(Stretch(place, place, absent, None))
        if not here and result and result[-1].after is None:
            result[-1] = Stretch(result[-1].first, result[-1].last, result[-1].before, place)
    return result


def _judged(verdicts: Mapping[int, Verdict]) -> list[int]:
    return [place for place in sorted(verdicts) if verdicts[place] is not Verdict.UNTESTABLE]


def _next(verdicts: Mapping[int, Verdict]) -> int | None:
    """Return the place to run next; None if nothing more is to be learned."""
    judged = _judged(verdicts)
    if not any(verdicts[place] is Verdict.REPRODUCED for place in judged):
        return _middle(max(_gaps(verdicts), key=len, default=range(0)))
    for older, newer in pairwise(judged):
        if verdicts[older] is not verdicts[newer]:
            place = _between(older, newer, verdicts)
            if place is not None:
                return place
    return _middle(_beyond(verdicts, judged))


def _gaps(verdicts: Mapping[int, Verdict]) -> list[range]:
    """Return the places not run, in rows, between those that can be tested.

    If nothing can be tested so far, all of them.
    """
    judged = _judged(verdicts)
    return [
        range(older + 1, newer)
        for older, newer in pairwise(sorted(verdicts))
        if not judged or (newer >= judged[0] and older <= judged[-1])
    ]


def _between(older: int, newer: int, verdicts: Mapping[int, Verdict]) -> int | None:
    """Return a place not run between two that disagree.

    Untestable releases come in rows: those next to one are the last to try.
    """
    unrun = [place for place in range(older + 1, newer) if place not in verdicts]
    untestable = [place for place in range(older + 1, newer) if place in verdicts]
    if not untestable:
        return _middle(unrun)
    after = [place for place in unrun if place > untestable[-1]]
    before = [place for place in unrun if place < untestable[0]]
    return _middle(after or before or unrun)


def _beyond(verdicts: Mapping[int, Verdict], judged: list[int]) -> range:
    """Return the places beyond all that can be tested, as far as they may be testable too.

    The ends of the row were run: if such an end has no verdict, then it cannot be tested, and what
    lies between two such places is taken to be like them.
    """
    oldest, newest = judged[0], judged[-1]
    older = range(max((at for at in verdicts if at < oldest), default=oldest) + 1, oldest)
    newer = range(newest + 1, min((at for at in verdicts if at > newest), default=newest))
    if older and verdicts[oldest] is Verdict.REPRODUCED:
        return older
    return newer if verdicts[newest] is Verdict.REPRODUCED else range(0)


def _middle(places: Sequence[int]) -> int | None:
    return places[len(places) // 2] if places else None

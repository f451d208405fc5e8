"""Beginnings and ends of a bug among releases that were measured."""

import pytest
from packaging.version import Version

from repro.bisect.releases import Bisection, Change, Measured
from repro.installs.environments import Pins
from repro.installs.index import Release
from repro.judge.outcome import Verdict
from tests.support.repro import fakes

SHORT = {"x": Verdict.REPRODUCED, ".": Verdict.ABSENT, "?": Verdict.UNTESTABLE}


def bisection(row: str) -> Bisection:
    """Return a bisection of one release a letter; a blank is one that was not run."""
    versions = [Version(f"1.{number}") for number in range(len(row))]
    measured = {
        place: Measured(versions[place], SHORT[letter], "", Pins(str(versions[place])), None)
        for place, letter in enumerate(row)
        if letter != " "
    }
    return Bisection(fakes.bug(), [Release(version, None) for version in versions], measured)


def edge(change: Change) -> tuple[str, str, bool]:
    return str(change.old.version), str(change.new.version), change.begins


@pytest.mark.parametrize(
    ("row", "edges"),
    [
        (". x .", [("1.0", "1.2", True), ("1.2", "1.4", False)]),
        ("xx.", [("1.1", "1.2", False)]),
        (".xx", [("1.0", "1.1", True)]),
        ("?xx?", []),
        (".?x?.", [("1.0", "1.2", True), ("1.2", "1.4", False)]),
        ("x.x", [("1.0", "1.1", False), ("1.1", "1.2", True)]),
        ("...", []),
    ],
)
def test_changes_lie_between_the_nearest_releases_that_were_tested(
    row: str, edges: list[tuple[str, str, bool]]
) -> None:
    assert [edge(change) for change in bisection(row).changes()] == edges


def test_stretch_without_an_older_release_has_no_beginning() -> None:
    bisected = bisection("xx.")
    (stretch,) = bisected.stretches
    assert bisected.began(stretch) is None
    assert bisected.ended(stretch) is not None

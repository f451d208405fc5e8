"""A bisection in words and as JSON."""

from datetime import UTC, datetime
from functools import partial

import pytest
from packaging.version import Version

from repro.bisect.commits import Commit
from repro.bisect.releases import Bisection, Measured
from repro.installs.environments import Pins
from repro.installs.index import Release
from repro.installs.installation import Installation
from repro.judge.outcome import Verdict
from repro.report.bisection import commit_line, document, line, summary
from tests.support.repro import fakes

VERDICTS = {".": Verdict.ABSENT, "x": Verdict.REPRODUCED, "?": Verdict.UNTESTABLE}
commit = partial(Commit, sha="0123456789abcdef", date="2025-11-06", title="Embed (#7853)")


def measured(version: str, verdict: Verdict, before: datetime | None = None) -> Measured:
    """A release that was run."""
    pins = Pins(version, before=before)
    return Measured(Version(version), verdict, "a figure", pins, Installation.this())


def bisection(marks: str) -> Bisection:
    """Releases from 1.0 on, by their verdicts; `_` was not run."""
    versions = [f"{number}.0" for number in range(1, len(marks) + 1)]
    ran = {
        place: measured(versions[place], VERDICTS[mark])
        for place, mark in enumerate(marks)
        if mark != "_"
    }
    return Bisection(fakes.bug(), [Release(Version(version)) for version in versions], ran)


@pytest.mark.parametrize(
    ("marks", "lines"),
    [
        (
            "_.x_x.",
            [
                "rows-lost is in 3.0 to 5.0",
                "  the first that has it is 3.0: 2.0 has not",
                "  the first that no longer does is 6.0",
                "measured on 4 of the 6 releases from 1.0 to 6.0: nothing speaks against one range",
            ],
        ),
        (
            ".?x?.",
            [
                "rows-lost is in 3.0",
                "  the first that has it is 3.0: 1.0 has not (cannot be tested: 2.0)",
                "  the first that no longer does is 5.0 (cannot be tested: 4.0)",
                "measured on 5 of the 5 releases from 1.0 to 5.0: nothing speaks against one range",
            ],
        ),
        (
            "?xx",
            [
                "rows-lost is in 2.0 to 3.0",
                "  it is there since 2.0, the first that can be tested",
                "  it is live in 3.0, the newest that can be tested",
                "measured on 3 of the 3 releases from 1.0 to 3.0: nothing speaks against one range",
            ],
        ),
        (
            "x.x",
            [
                "rows-lost is in 1.0",
                "  it is there since 1.0, the oldest looked at",
                "  the first that no longer does is 2.0",
                "rows-lost is in 3.0",
                "  the first that has it is 3.0: 2.0 has not",
                "  it is live in 3.0, the newest that can be tested",
                "measured on 3 of the 3 releases from 1.0 to 3.0: not one range, it ended and came "
                "back",
            ],
        ),
        (
            ".?_.",
            [
                "rows-lost is in none of the releases that were run: 3 of the 4 releases from 1.0 "
                "to 4.0"
            ],
        ),
    ],
    ids=["one range", "gaps", "everywhere", "came back", "nowhere"],
)
def test_summary_says_where_it_began_and_ended(marks: str, lines: list[str]) -> None:
    assert summary(bisection(marks)) == lines


def test_line_names_the_day_of_old_packages_alone() -> None:
    day = datetime(2025, 11, 5, 12, tzinfo=UTC)
    old = line(measured("1.0", Verdict.ABSENT, day))
    assert old == "1.0      absent      a figure (packages of 2025-11-05)"
    assert line(measured("1.0", Verdict.ABSENT)) == "1.0      absent      a figure"


def test_commits_that_may_be_it_are_all_named() -> None:
    began, ended = bisection(".x.").changes()
    one = "0123456789 of 2025-11-06: Embed (#7853)"
    assert commit_line(began, [commit()]) == f"began between 1.0 and 2.0 with {one}"
    other = "fedcba9876 of 2025-11-06: Embed (#7853)"
    lines = commit_line(ended, [commit(), commit(sha="fedcba9876543210")])
    assert lines == f"ended between 2.0 and 3.0 with {one}; or {other}"


def test_document_holds_every_release_and_commit() -> None:
    bisected = bisection("?.x")
    (began,) = bisected.changes()
    content = document(bisected, [(began, [commit()])])
    assert [one["verdict"] for one in content["measured"]] == ["untestable", "absent", "reproduced"]
    assert ("reason" in content["measured"][0], "figure" in content["measured"][1]) == (True, True)
    (place,) = content["ranges"]
    assert place == {"first": "3.0", "last": "3.0", "absent_before": "2.0", "absent_after": None}
    (change,) = content["commits"]
    assert (change["change"], change["between"]) == ("began", ["2.0", "3.0"])
    assert change["candidates"][0]["pull"] == 7853

"""Tables of bugs with and without fixes."""

from dataclasses import replace

import msgspec

from repro.fixes.edits import Fix
from repro.fixes.matrix import Trial
from repro.judge.outcome import Verdict
from repro.report import fixes
from tests.support.repro import fakes

X, O, U = Verdict.REPRODUCED, Verdict.ABSENT, Verdict.UNTESTABLE  # noqa: E741


def trial(bug_id: str, fix: str, before: Verdict, after: Verdict, **flips: str) -> Trial:
    bug = fakes.bug(bug_id)
    judged = fakes.judgement(bug, fakes.run())
    before_fix, after_fix = (replace(judged, verdict=verdict) for verdict in (before, after))
    return Trial(bug, Fix(bug=fix, summary="", edits=(), flips=flips), before_fix, after_fix)


def test_own_fix_is_a_row_with_both_figures() -> None:
    (row,) = fixes.own([trial("lost", "lost", X, O)]).splitlines()[2:]
    assert " ".join(row.split()) == "lost reproduced -> absent 7 rows lost 7 rows lost"


def test_cell_shows_a_change_and_one_without_a_reason_stands_out() -> None:
    trials = [
        trial("lost", "lost", X, O),
        trial("other", "lost", X, O),
        trial("third", "lost", X, O, third="the same lines"),
        trial("lost", "other", X, X),
        trial("other", "other", X, U),
    ]
    rows = [line.split() for line in fixes.matrix(trials).splitlines()]
    assert rows[2:5] == [["lost", "x>·", "x"], ["other", "x>·!", "x>?!"], ["third", "x>·"]]
    assert rows[-2:] == [["1", "=", "lost"], ["2", "=", "other"]]


def test_sentences_say_which_fix_does_what() -> None:
    assert fixes.sentence(trial("lost", "lost", X, X)) == (
        "lost: its fix does not cure it: reproduced -> reproduced (7 rows lost)"
    )
    assert fixes.sentence(trial("other", "lost", X, U)) == (
        "other: the fix of lost changes it: reproduced -> untestable (7 rows lost)"
    )


def test_explanations_are_of_changes_alone() -> None:
    changed = trial("third", "lost", X, O, third="the same lines")
    unchanged = trial("third", "lost", X, X, third="the same lines")
    assert fixes.explanations([changed, unchanged]) == [
        "third with the fix of lost: the same lines"
    ]


def test_bug_without_a_fix_says_what_it_takes() -> None:
    redesign = msgspec.structs.replace(fakes.bug("half"), redesign="Commit once.")
    assert fixes.without([redesign, fakes.bug("lost")]) == [
        "half: Commit once.",
        "lost: no fix yet",
    ]

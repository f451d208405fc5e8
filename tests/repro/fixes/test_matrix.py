"""Bugs that are nobody's, with and without fixes."""

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from repro.catalog.bugs import Bug
from repro.fixes.edits import Edit, Fix, file_of
from repro.fixes.matrix import Trial, live, prepare
from repro.installs.installation import Installation
from repro.judge.outcome import Verdict
from repro.judge.verdict import Judgement
from tests.support.repro import fakes

X, O, U = Verdict.REPRODUCED, Verdict.ABSENT, Verdict.UNTESTABLE  # noqa: E741
EDIT = Edit(module="json", function="loads", anchor="cls is None and", substitute="")


def judged(bug: Bug, verdict: Verdict) -> Judgement:
    return replace(fakes.judgement(bug, fakes.run()), verdict=verdict)


def trial(bug: Bug, fix: Fix, before: Verdict, after: Verdict) -> Trial:
    return Trial(bug, fix, judged(bug, before), judged(bug, after))


@pytest.mark.parametrize(
    ("before", "after", "agrees"), [(X, O, True), (X, X, False), (O, O, False), (X, U, False)]
)
def test_fix_cures_its_own_bug(before: Verdict, after: Verdict, agrees: bool) -> None:
    bug = fakes.bug("lost")
    fix = Fix(bug="lost", summary="", edits=(EDIT,))
    assert trial(bug, fix, before, after).agrees is agrees


@pytest.mark.parametrize(
    ("before", "after", "agrees"), [(X, X, True), (U, U, True), (X, O, False), (U, X, False)]
)
def test_fix_leaves_other_bugs_as_they_are(before: Verdict, after: Verdict, agrees: bool) -> None:
    fix = Fix(bug="lost", summary="", edits=(EDIT,))
    assert trial(fakes.bug("other"), fix, before, after).agrees is agrees


def test_reason_of_the_catalog_explains_a_flip() -> None:
    fix = Fix(bug="lost", summary="", edits=(EDIT,), flips={"other": "the same lines"})
    assert trial(fakes.bug("other"), fix, X, O).agrees
    masked = msgspec.structs.replace(fakes.bug("masked"), masked_by={"lost": "it ends before"})
    assert trial(masked, fix, U, X).explanation == "it ends before"
    assert trial(masked, fix, U, X).agrees


def test_live_bugs_are_those_that_the_release_should_have() -> None:
    bugs = [fakes.bug("present"), fakes.bug("gone", affected=fakes.NONE)]
    assert live(bugs, Installation.this()) == bugs[:1]


@pytest.mark.processes
def test_bug_that_masks_another_is_fixed_in_what_it_is_compared_with(
    scripts: Path, tmp_path: Path
) -> None:
    masking = fakes.bug("masking")
    masked = msgspec.structs.replace(fakes.bug("masked"), masked_by={"masking": "it ends before"})
    for bug, anchor in ((masking, "_w(s, 0)"), (masked, "end = _w")):
        file_of(bug).write_text(
            "summary = ''\n[[edits]]\nmodule = 'json.decoder'\n"
            f"function = 'JSONDecoder.decode'\nanchor = '{anchor}'\nafter = '# {bug.id}'\n"
        )
    fixable = prepare(masked, [masking, masked], Installation.this(), tmp_path)
    assert fixable is not None
    base, after = fixable.base.overlay, fixable.fixed.installation.overlay
    assert base is not None
    assert after is not None
    comments = [
        [bug_id for bug_id in ("masking", "masked") if f"# {bug_id}\n" in file.read_text()]
        for file in (base / "json" / "decoder.py", after / "json" / "decoder.py")
    ]
    assert comments == [["masking"], ["masking", "masked"]]


def test_bug_without_a_fix_is_not_prepared(scripts: Path, tmp_path: Path) -> None:
    assert prepare(fakes.bug("unfixed"), [], Installation.this(), tmp_path) is None

"""The trials of fixes as a document, and the one that this project publishes."""

from pathlib import Path

import pytest
from packaging.version import Version

from repro.catalog.bugs import BUGS, Bug
from repro.errors import RequestError
from repro.fixes import document
from repro.fixes.edits import Edit, Fix, find
from repro.fixes.matrix import Trial
from repro.judge.outcome import Verdict
from repro.results.store import MEASURED
from repro.sandbox.run import Exited
from tests.support.repro import fakes

EDIT = Edit(module="json", function="loads", anchor="cls is None and", substitute="")
FIX = Fix(bug="lost", summary="", edits=(EDIT,), flips={"other": "the same lines"})
STORED = [document.read(file) for file in sorted(MEASURED.glob("fixes-*.json"))]


def trial(bug: Bug) -> Trial:
    absent = fakes.judgement(bug, fakes.run(Exited(0), '{"rows_lost": 0}'))
    return Trial(bug, FIX, fakes.judgement(bug, fakes.run()), absent)


def test_document_is_read_as_it_was_written(tmp_path: Path) -> None:
    trials = [trial(fakes.bug("lost")), trial(fakes.bug("other"))]
    written = document.build(trials, {"datasets": "5.2.0"})
    document.write(tmp_path / "fixes.json", written)
    assert document.read(tmp_path / "fixes.json") == written
    own, other = written.trials
    assert (own.bug, own.before, own.after) == ("lost", Verdict.REPRODUCED, Verdict.ABSENT)
    assert (own.figure_before, own.figure_after) == ("7 rows lost", "0 rows lost")
    assert (own.agrees, own.explanation) == (True, "")
    assert (other.agrees, other.explanation) == (True, "the same lines")


@pytest.mark.parametrize("content", [b"{", b"[]", b"\xff", b'{"environment": {}}'])
def test_other_file_is_an_error_that_names_it(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "fixes.json"
    file.write_bytes(content)
    with pytest.raises(RequestError, match=r"fixes\.json holds no trials"):
        document.read(file)


@pytest.mark.parametrize("measured", STORED, ids=lambda one: one.environment["datasets"])
def test_every_live_bug_without_a_redesign_is_flipped_by_its_own_fix(
    measured: document.FixesDocument,
) -> None:
    version = Version(measured.environment["datasets"])
    flipped = {
        one.bug
        for one in measured.trials
        if one.bug == one.fix and (one.before, one.after) == (Verdict.REPRODUCED, Verdict.ABSENT)
    }
    assert flipped == {
        bug.id for bug in BUGS if bug.expected_on(version) and find(bug) and not bug.redesign
    }
    assert all(bug.redesign for bug in BUGS if bug.expected_on(version) and find(bug) is None)


@pytest.mark.parametrize("measured", STORED, ids=lambda one: one.environment["datasets"])
def test_no_fix_changes_another_bug_but_for_a_reason(measured: document.FixesDocument) -> None:
    assert [one for one in measured.trials if not one.agrees] == []


def test_newest_release_was_measured() -> None:
    assert "5.2.0" in {one.environment["datasets"] for one in STORED}

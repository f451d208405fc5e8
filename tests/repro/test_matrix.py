"""Cases of the matrix: what was measured before, and what is left to examine."""

from pathlib import Path

import pytest

from repro.catalog.bugs import GIT
from repro.installs.environments import Pins
from repro.matrix import Case, cases
from repro.results import store
from tests.support.repro import fakes
from tests.support.repro.documents import document, entry

BUGS = (fakes.bug("one"), fakes.bug("two"))


def keep(folder: Path, release: str, *ids: str) -> None:
    """Write a document of an earlier run."""
    kept = document(release, *(entry(bug_id, "absent") for bug_id in ids), datasets=release)
    store.write(folder, kept)


@pytest.mark.parametrize(
    ("resume", "known", "left"),
    [
        (True, [], ["one", "two"]),
        (True, ["one"], ["two"]),
        (True, ["one", "two"], []),
        (False, ["one", "two"], ["one", "two"]),
    ],
)
def test_resumed_case_examines_only_what_is_not_known(
    tmp_path: Path, resume: bool, known: list[str], left: list[str]
) -> None:
    keep(tmp_path, "5.0.0", *known)
    (case,) = cases([Pins("5.0.0")], BUGS, tmp_path, resume=resume)
    assert [bug.id for bug, _ in case.missing(case.kept)] == left
    assert case.finished == (not left)


def test_git_main_is_examined_in_any_case(tmp_path: Path) -> None:
    keep(tmp_path, GIT, "one", "two")
    (case,) = cases([Pins(GIT)], BUGS, tmp_path, resume=True)
    assert case.kept is None
    assert not case.finished


def test_case_names_only_what_was_asked_for() -> None:
    assert Case(Pins("5.0.0", pyarrow="21.0.0"), BUGS).asked == {
        "datasets": "5.0.0",
        "pyarrow": "21.0.0",
    }

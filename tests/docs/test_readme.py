"""The README says what CI runs and what was measured."""

import re

import pytest
from packaging.version import Version

from benchmarks.readme import tables
from repro.catalog.bugs import BUGS, Bug
from repro.judge.verdict import expectation
from repro.report import markdown
from repro.results.document import find, release
from repro.results.drift import drifts
from repro.results.store import read
from tests.support.constants import ROOT
from tests.support.repro.documents import document, entry

README = (ROOT / "README.md").read_text()
FOLDER = ROOT / "docs" / "measured"
MEASURED = read(FOLDER)


def test_ci_calls_the_test_command_of_the_readme() -> None:
    commands = re.findall(r"^python3 -m venv .*$", README, re.MULTILINE)
    assert len(commands) == 2
    assert commands[1].endswith(" -e tests")
    assert commands[1] in (ROOT / ".ci" / "run").read_text().splitlines()


@pytest.mark.parametrize("name", ["bugs", "uploads", "survival", "output"])
def test_part_is_what_was_measured(name: str) -> None:
    part = tables(MEASURED)[name]
    assert markdown.fill(README, name, part) == README, "run python benchmarks/readme.py"


def test_readme_is_four_screens_on_a_desktop() -> None:
    lines = README.splitlines()
    assert len(lines) <= 150
    assert [line for line in lines if len(line) > 120] == []


def test_links_work_on_pypi_too() -> None:
    targets = re.findall(r"(?m)(?:\]\(|^\[.*\]: |src=\"|srcset=\")([^)\s\"]+)", README)
    assert len(targets) > 10
    assert [target for target in targets if not target.startswith(("https://", "#"))] == []


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.id)
def test_affected_range_is_what_was_measured(bug: Bug) -> None:
    for one in MEASURED:
        if (measured := find(one, bug)) is not None:
            assert measured.verdict == expectation(bug, Version(release(one)))


def test_drift_of_the_readme_is_what_the_program_says() -> None:
    """Of a live bug, or it would be as expected."""
    (line,) = re.findall(r"`(drift: .*)`", README)
    words = line.split()
    measured = document(words[7], entry(words[1], "absent", figure=""))
    (drift,) = drifts([measured], MEASURED)
    assert str(drift) == line

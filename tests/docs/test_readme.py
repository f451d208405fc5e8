"""The README says what CI runs and what was measured."""

import json
import re

import pytest
from packaging.version import Version

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


@pytest.mark.parametrize("name", ["bugs", "matrix", "claims", "output"])
def test_part_is_what_was_measured(name: str) -> None:
    parts = {
        "bugs": markdown.bugs(MEASURED),
        "matrix": markdown.matrix(MEASURED),
        "claims": markdown.claims(),
        "output": f"```text\n{(FOLDER / 'output.txt').read_text()}```",
    }
    assert markdown.fill(README, name, parts[name]) == README, "run python benchmarks/readme.py"


def test_table_of_uploads_is_what_was_measured() -> None:
    document = json.loads((FOLDER / "upload" / "datasets-5.2.0.json").read_text())
    table = markdown.uploads(document["results"])
    assert markdown.fill(README, "uploads", table) == README, (
        "run python benchmarks/upload_report.py"
    )


def test_survival_is_what_was_measured() -> None:
    record = json.loads((FOLDER / "survival.json").read_text())
    assert markdown.fill(README, "survival", record["summary"]) == README, (
        "run python benchmarks/survival.py --record"
    )


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

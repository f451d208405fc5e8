"""The workflows: what they may do, and what they call."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.constants import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
WRITING = {
    ("matrix", "issue"): {"contents": "read", "issues": "write"},
    ("pages", "publish"): {"id-token": "write", "pages": "write"},
    ("release", "publish"): {"id-token": "write"},
}
"""The jobs that may do more than read; those run nothing that was installed."""


def jobs(workflow: Path) -> dict[str, Any]:
    jobs: dict[str, Any] = yaml.safe_load(workflow.read_text())["jobs"]
    return jobs


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda workflow: workflow.stem)
def test_actions_are_pinned_to_commits(workflow: Path) -> None:
    used = [
        step["uses"] for job in jobs(workflow).values() for step in job["steps"] if "uses" in step
    ]
    assert used
    for action in used:
        assert re.fullmatch(r"(actions|pypa)/[a-z-]+@[0-9a-f]{40}", action)


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda workflow: workflow.stem)
def test_jobs_may_read_and_no_more(workflow: Path) -> None:
    default = yaml.safe_load(workflow.read_text())["permissions"]
    for name, job in jobs(workflow).items():
        expected = WRITING.get((workflow.stem, name), {"contents": "read"})
        assert job.get("permissions", default) == expected
        if "write" in expected.values():
            assert not [step for step in job["steps"] if "tox" in step.get("run", "")]


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda workflow: workflow.stem)
def test_environments_of_tox_exist(workflow: Path) -> None:
    tox = (ROOT / "tox.ini").read_text()
    sections = ",".join(re.findall(r"^\[testenv:(.*)\]$", tox, re.MULTILINE))
    for called in re.findall(r"tox run -e ([\w,]+)", workflow.read_text()):
        for name in called.split(","):
            assert re.search(rf"\b{name}\b", sections)


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda workflow: workflow.stem)
def test_no_text_of_others_is_pasted_into_a_command(workflow: Path) -> None:
    for job in jobs(workflow).values():
        for step in job["steps"]:
            assert "${{" not in step.get("run", "")


def test_matrix_that_could_not_measure_has_the_last_word() -> None:
    """Later steps would fail too, for want of files, and hide the reason."""
    steps = jobs(ROOT / ".github" / "workflows" / "matrix.yml")["matrix"]["steps"]
    measured, *_ = [at for at, step in enumerate(steps) if "-e matrix" in step.get("run", "")]
    for step in steps[measured + 1 :]:
        assert "hashFiles('measured/drift.json') != ''" in step["if"]
    issue = jobs(ROOT / ".github" / "workflows" / "matrix.yml")["issue"]
    assert "needs.matrix.outputs.kept" in issue["if"]


def test_report_is_looked_at_with_a_browser() -> None:
    (tests,) = [
        step
        for step in jobs(ROOT / ".github" / "workflows" / "tests.yml")["tests"]["steps"]
        if "'tests'" in step.get("env", {}).get("ENVIRONMENT", "")
    ]
    assert "ubuntu-latest' && '1'" in tests["env"]["NEEDS_BROWSER"]


def test_release_publishes_what_was_tried() -> None:
    """Only `build` builds; the artifact goes through `wheel` to `publish`."""
    release = jobs(ROOT / ".github" / "workflows" / "release.yml")
    assert set(release["publish"]["needs"]) == {"build", "wheel"}
    for name in ("wheel", "publish"):
        uses = [step.get("uses", "") for step in release[name]["steps"]]
        assert any("download-artifact" in action for action in uses)
    (trial,) = [
        step["run"] for step in release["wheel"]["steps"] if "tox run" in step.get("run", "")
    ]
    assert "--installpkg dist/" in trial

"""From two releases to the commit between them: real git, on small repositories made here."""

import shutil
from pathlib import Path

import pytest
from packaging.version import Version

from repro.bisect.commits import Commit, GitBisectError, first_commits
from repro.bisect.releases import Change, Measured
from repro.installs.clones import CloneError
from repro.installs.environments import Pins
from repro.installs.installation import Installation
from repro.judge.outcome import Verdict
from tests.support.repro import fakes
from tests.support.repro.clones import RUNS_THE_SOURCES, Clone, git

FINE, LOSES = "rows_lost = 0", "rows_lost = 7"
BROKEN = "import no_such_package"


@pytest.fixture(autouse=True)
def script(scripts: Path) -> None:
    """The script of the bug."""
    fakes.write(scripts, "rows-lost", RUNS_THE_SOURCES)


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    """A clone with nothing in it."""
    return Clone(tmp_path / "clone")


def change(*verdicts: Verdict, old: Path | None = None, new: Path | None = None) -> Change:
    """A change between the releases 1.0 and 2.0, with interpreters to run them with."""
    this = Installation.this()
    sides = []
    for version, verdict, python in zip(("1.0", "2.0"), verdicts, (old, new), strict=True):
        installation = Installation(python or this.python, this.environment)
        sides.append(Measured(Version(version), verdict, "", Pins(version), installation))
    return Change(*sides)


BEGINS = (Verdict.ABSENT, Verdict.REPRODUCED)
ENDS = (Verdict.REPRODUCED, Verdict.ABSENT)


def find(clone: Path, between: Change, seen: list[str] | None = None) -> list[Commit]:
    """Return the first commits of a change."""
    return first_commits(clone, fakes.bug(), between, {}, print)


def beginning(clone: Clone) -> str:
    """Fill a clone with a history in which the bug begins; returns the commit."""
    clone.commit("Release: 1.0 (#1)", FINE, "1.0")
    clone.commit("Add a feature (#2)", FINE)
    guilty = clone.commit("Make it (really) faster (#345)", LOSES)
    clone.commit("Fix a typo (#4)", LOSES)
    clone.commit("Release: 2.0 (#5)", LOSES, "2.0")
    return guilty


@pytest.mark.parametrize("bare", [False, True], ids=["work tree", "bare"])
def test_commit_that_began_it_is_found(bare: bool, clone: Clone, tmp_path: Path) -> None:
    guilty, source = beginning(clone), clone.path
    if bare:
        source = tmp_path / "bare"
        git(tmp_path, "clone", "--quiet", "--bare", str(clone.path), str(source))
    (commit,) = find(source, change(*BEGINS))
    assert (commit.sha, commit.title, commit.pull) == (
        guilty,
        "Make it (really) faster (#345)",
        345,
    )
    assert commit.date == git(clone.path, "show", "-s", "--format=%cs", guilty).strip()


def test_commit_that_ended_it_is_found(clone: Clone) -> None:
    clone.commit("Release: 1.0", LOSES, "v1.0")
    clone.commit("Touch #12", LOSES)
    fix = clone.commit("Count the rows, as #12 asks", FINE)
    clone.commit("Release: 2.0", FINE, "v2.0")
    (commit,) = find(clone.path, change(*ENDS))
    assert (commit.sha, commit.pull) == (fix, None)


def test_commits_that_cannot_be_tested_may_be_it_too(clone: Clone) -> None:
    clone.commit("Release: 1.0", FINE, "1.0")
    candidates = [
        clone.commit("Break the import", BROKEN),
        clone.commit("Hang", "import time; time.sleep(600)"),
        clone.commit("Repair all", LOSES),
    ]
    clone.commit("Release: 2.0", LOSES, "2.0")
    seen: list[str] = []
    commits = first_commits(clone.path, fakes.bug(timeout=2), change(*BEGINS), {}, seen.append)
    assert {commit.sha for commit in commits} == set(candidates)
    assert any("timed out after 2 s" in line for line in seen)


def test_every_commit_that_is_run_is_shown_with_its_verdict(clone: Clone) -> None:
    beginning(clone)
    seen: list[str] = []
    first_commits(clone.path, fakes.bug(), change(*BEGINS), {}, seen.append)
    assert [line.split(maxsplit=1)[0] for line in seen[:2]] == ["absent", "reproduced"]
    assert seen[0].endswith("Release: 1.0 (#1)")
    assert any(line.endswith("Make it (really) faster (#345)") for line in seen[2:])


def test_script_gets_the_hub_and_no_variable_that_is_to_be_removed(
    clone: Clone, scripts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    guilty = beginning(clone)
    monkeypatch.setenv("HF_HOME", "/the/user's/own")
    asserts = "import os\nassert os.environ['HF_ENDPOINT'] == 'http://hub'\n"
    none = "assert 'HF_HOME' not in os.environ\n"
    fakes.write(scripts, "rows-lost", asserts + none + RUNS_THE_SOURCES)
    env = {"HF_ENDPOINT": "http://hub", "HF_HOME": None}
    (commit,) = first_commits(clone.path, fakes.bug(), change(*BEGINS), env, print)
    assert commit.sha == guilty


def test_clone_and_its_checkout_stay_as_they_are(clone: Clone) -> None:
    beginning(clone)
    git(clone.path, "checkout", "--quiet", "-b", "work")
    (clone.path / "src" / "datasets" / "__init__.py").write_text("what I am working on")
    before = clone.files()
    find(clone.path, change(*BEGINS))
    assert clone.files() == before


def test_repository_of_the_environment_is_left_alone(
    clone: Clone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    guilty, other = beginning(clone), Clone(tmp_path / "other")
    other.commit("Mine", FINE, "1.0")
    before = other.files()
    monkeypatch.setenv("GIT_DIR", str(other.path / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other.path))
    (commit,) = find(clone.path, change(*BEGINS))
    assert commit.sha == guilty
    assert other.files() == before


def test_packages_of_the_older_release_do_if_those_of_the_newer_do_not(clone: Clone) -> None:
    guilty, false = beginning(clone), shutil.which("false")
    assert false is not None
    (commit,) = find(clone.path, change(*BEGINS, new=Path(false)))
    assert commit.sha == guilty


def test_step_that_cannot_be_isolated_is_an_error(clone: Clone, scripts: Path) -> None:
    beginning(clone)
    fakes.write(scripts, "rows-lost", "import os; os.kill(os.getppid(), 9)")
    with pytest.raises(GitBisectError, match="failed: status -9"):
        find(clone.path, change(*BEGINS))


def test_tags_that_do_not_differ_are_an_error(clone: Clone) -> None:
    clone.commit("Release: 1.0", LOSES, "1.0")
    clone.commit("Release: 2.0", LOSES, "2.0")
    with pytest.raises(GitBisectError, match=r"the tags 1\.0 and 2\.0 do not differ"):
        find(clone.path, change(*BEGINS))


def test_clone_without_the_tag_is_an_error(clone: Clone) -> None:
    clone.commit("Release: 1.0", LOSES, "1.0")
    with pytest.raises(CloneError, match=r"clone has no tag 2\.0"):
        find(clone.path, change(*ENDS))


def test_folder_that_is_no_clone_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CloneError, match="no-such-folder is not there"):
        find(tmp_path / "no-such-folder", change(*ENDS))
    with pytest.raises(CloneError, match="not a git repository"):
        find(tmp_path, change(*ENDS))

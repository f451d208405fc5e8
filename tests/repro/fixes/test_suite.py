"""Upstream's tests of what fixes touch: which they are, and which of them changed."""

from dataclasses import replace
from pathlib import Path

import pytest

from repro.fixes import suite
from repro.fixes.edits import Edit, Fix
from repro.fixes.suite import FAILED, MISSING, PASSED, SKIPPED, Changed
from repro.installs.clones import CloneError
from repro.installs.installation import Installation
from repro.report import fixes
from tests.support.repro.clones import git

TEST = """
import src.wsgiref.util
from wsgiref.util import guess_scheme

def test_plain():
    assert guess_scheme({}) == "http"

def test_secure():
    assert guess_scheme({"HTTPS": "on"}) == "https"

def test_broken():
    assert False
"""
REPORT = """
<testsuites><testsuite>
<testcase classname="tests.test_a" name="passes" file="tests/test_a.py"/>
<testcase classname="tests.test_a" name="fails" file="tests/test_a.py"><failure/></testcase>
<testcase classname="tests.test_a" name="breaks" file="tests/test_a.py"><error/></testcase>
<testcase classname="tests.test_a" name="skips" file="tests/test_a.py"><skipped/></testcase>
</testsuite></testsuites>
"""


def fix(bug: str, anchor: str, new: str) -> Fix:
    """Return a fix in a function of Python itself."""
    edit = Edit(module="wsgiref.util", function="guess_scheme", anchor=anchor, substitute=new)
    return Fix(bug=bug, summary="Fix it.", edits=(edit,))


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A repository with the tests of a release."""
    path = tmp_path / "clone"
    (path / "tests").mkdir(parents=True)
    (path / "tests" / "test_util.py").write_text(TEST)
    git(path, "init", "--quiet")
    git(path, "add", ".")
    git(path, "commit", "--quiet", "--message", "Test")
    git(path, "tag", "5.0.0")
    return path


def test_tests_are_those_named_after_the_module() -> None:
    paths = ["tests/test_table.py", "tests/io/test_parquet.py", "tests/features/test_nifti.py"]
    assert suite.tests_of(["datasets.features.nifti"], paths) == ["tests/features/test_nifti.py"]
    assert suite.tests_of(["datasets.table", "datasets.io.parquet"], paths) == [
        "tests/io/test_parquet.py",
        "tests/test_table.py",
    ]
    assert suite.tests_of(["datasets.load"], paths) == []


def test_outcomes_are_read_from_the_report() -> None:
    result = suite.outcomes(REPORT)
    assert result == {
        "tests/test_a.py::tests.test_a.passes": PASSED,
        "tests/test_a.py::tests.test_a.fails": FAILED,
        "tests/test_a.py::tests.test_a.breaks": FAILED,
        "tests/test_a.py::tests.test_a.skips": SKIPPED,
    }


def test_tests_with_another_outcome_are_listed() -> None:
    before = {"a": PASSED, "b": FAILED, "c": PASSED, "d": SKIPPED}
    after = {"a": PASSED, "b": FAILED, "c": FAILED, "e": PASSED}
    assert suite.differences(before, after) == [
        Changed("c", PASSED, FAILED),
        Changed("d", SKIPPED, MISSING),
        Changed("e", MISSING, PASSED),
    ]


def test_release_without_a_tag_is_an_error(clone: Path, tmp_path: Path) -> None:
    installation = Installation(tmp_path, {"datasets": "6.0.0"})
    with pytest.raises(CloneError, match=r"no tag 6\.0\.0"):
        suite.commit_of(clone, installation)
    commit = {"datasets": "6.0.0", "commit": "abc"}
    assert suite.commit_of(clone, Installation(tmp_path, commit)) == "abc"


@pytest.mark.processes
def test_fix_that_harms_a_test_of_upstream_is_reported(
    clone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suite, "PACKAGE", "wsgiref")
    monkeypatch.setattr(suite, "tools", lambda *_: tmp_path)  # pytest is installed
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    this = Installation.this()
    installation = replace(this, environment={**this.environment, "datasets": "5.0.0"})
    harmful = fix("plain", "return 'http'", "return 'ftp'")
    report = suite.examine(clone, installation, [harmful], 1)
    assert (report.fixes, report.files, report.passed) == (("plain",), ("tests/test_util.py",), 2)
    name = "tests/test_util.py::tests.test_util.test_plain"
    assert report.changed == (Changed(name, PASSED, FAILED),)
    assert fixes.upstream(report).splitlines() == [
        "with the fix of plain: 2 tests of upstream pass in tests/test_util.py;"
        " 1 have another outcome:",
        f"{name}: passed -> failed",
    ]


@pytest.mark.processes
def test_fixes_that_exclude_each_other_are_in_different_groups(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    plain, secure = (
        fix("a", "return 'http'", "return 'ftp'"),
        fix("b", "return 'https'", "return 'ftps'"),
    )
    other = fix("c", "return 'http'", "return 'gopher'")
    grouped = suite.groups(Installation.this(), [plain, secure, other])
    assert [[one.bug for one in group] for group in grouped] == [["a", "b"], ["c"]]

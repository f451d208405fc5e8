"""Upstream's own tests of the modules that fixes touch, without and with the fixes."""

import os
import tempfile
import xml.etree.ElementTree as ElementTree
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from packaging.version import Version

from repro.errors import RequestError
from repro.fixes.edits import Fix
from repro.fixes.overlay import fixed, folders_of
from repro.fixes.patch import EditError
from repro.installs import clones
from repro.installs.environments import tools
from repro.installs.installation import Installation
from repro.sandbox import run as isolate

TESTS, PACKAGE = "tests", "datasets"
NEED = (
    *("pytest", "pytest-datadir", "pytest-xdist"),
    *("absl-py", "decorator", "requests", "setuptools", "zstandard"),
)
"""What the tests of upstream import besides datasets; what else they lack they skip."""
TIMEOUT = 7200.0  # seconds; the tests of `arrow_dataset` take minutes
PASSED, FAILED, SKIPPED, MISSING = "passed", "failed", "skipped", "not run"


class SuiteError(RequestError):
    """Upstream's tests could not be run."""


@dataclass(frozen=True)
class Changed:
    """A test of upstream that has another outcome with fixes.

    Attributes:
        test: Its name, as in `tests.test_table.test_embed`.
        before: The outcome without the fixes.
        after: The outcome with them.
    """

    test: str
    before: str
    after: str


@dataclass(frozen=True)
class Report:
    """The tests of upstream with some fixes, against those without.

    Attributes:
        fixes: The ids of the fixed bugs.
        files: The files of tests that were run.
        passed: The number of tests that passed without the fixes.
        changed: The tests that have another outcome with them.
    """

    fixes: tuple[str, ...]
    files: tuple[str, ...]
    passed: int
    changed: tuple[Changed, ...]


def commit_of(clone: Path, installation: Installation) -> str:
    """Return the commit of a clone that an installation is of: its own, or that of its tag.

    Raises:
        CloneError: There is no such clone or tag.
    """
    known = installation.environment.get("commit")
    return known or clones.tag(clone, Version(installation.datasets))


def groups(installation: Installation, fixes: Iterable[Fix]) -> list[list[Fix]]:
    """Return the fixes in as few groups as can be applied together.

    Raises:
        EditError: A fix cannot be applied, even alone.
    """
    grouped: list[list[Fix]] = []
    for fix in fixes:
        for group in grouped:
            try:
                fixed(installation, [*group, fix])
            except EditError:
                continue
            group.append(fix)
            break
        else:
            fixed(installation, [fix])
            grouped.append([fix])
    return grouped


def examine(
    clone: Path,
    installation: Installation,
    fixes: Sequence[Fix],
    jobs: int,
    cache: Path | None = None,
) -> Report:
    """Run the tests of the modules that fixes touch, without and with these fixes.

    Tests that change are run once more in both, so that an unsteady one is not blamed on a fix.

    Args:
        clone: Of datasets, with the commit of the installation.
        installation: The release.
        fixes: Applied together.
        jobs: The number of processes that run tests.
        cache: The folder to keep environments in; None is the user's cache.

    Raises:
        CloneError: There is no such clone, tag or commit.
        EditError: A fix cannot be applied.
        InstallError: What the tests need cannot be installed.
        IsolationError: The tests cannot be isolated on this machine.
        SuiteError: No test passes without the fixes.
    """
    commit = commit_of(clone, installation)
    needed = tools(NEED, installation, cache)
    repaired = fixed(installation, fixes, cache).installation
    modules = sorted({edit.module for fix in fixes for edit in fix.edits})
    ids = tuple(fix.bug for fix in fixes)
    with tempfile.TemporaryDirectory(prefix="upstream-") as name:
        folder = Path(name)
        clones.extract(clone, commit, TESTS, folder)
        paths = [str(path.relative_to(folder)) for path in (folder / TESTS).rglob("test_*.py")]
        files = tests_of(modules, paths)
        if not files:
            return Report(ids, (), 0, ())
        suite = _Suite(folder, needed, jobs)
        before, after = suite.run(installation, files), suite.run(repaired, files)
        changed = differences(before, after)
        if changed:
            again = sorted({one.test.partition("::")[0] for one in changed})
            first, second = suite.run(installation, again), suite.run(repaired, again)
            changed = [one for one in changed if one in differences(first, second)]
    passed = sum(outcome == PASSED for outcome in before.values())
    return Report(ids, tuple(files), passed, tuple(changed))


def tests_of(modules: Iterable[str], paths: Collection[str]) -> list[str]:
    """Return the paths of the tests of modules: those that are named after them, in any folder.

    Args:
        modules: Dotted names, as in `datasets.features.nifti`.
        paths: All files of tests, as in `tests/features/test_nifti.py`.
    """
    names = {f"test_{module.removesuffix('.__init__').rpartition('.')[2]}.py" for module in modules}
    return sorted(path for path in paths if PurePosixPath(path).name in names)


def outcomes(report: str) -> dict[str, str]:
    """Return the outcome of each test in a JUnit report, by file and name.

    Raises:
        xml.etree.ElementTree.ParseError: It is no such report.
    """
    result = {}
    for case in ElementTree.fromstring(report).iter("testcase"):  # noqa: S314 - of pytest
        kinds = {child.tag for child in case}
        failed = kinds & {"failure", "error"}
        outcome = FAILED if failed else SKIPPED if "skipped" in kinds else PASSED
        result[f"{case.get('file')}::{case.get('classname')}.{case.get('name')}"] = outcome
    return result


def differences(before: Mapping[str, str], after: Mapping[str, str]) -> list[Changed]:
    """Return the tests with another outcome, in the order of their names."""
    pairs = [
        (name, before.get(name, MISSING), after.get(name, MISSING))
        for name in sorted(before.keys() | after.keys())
    ]
    return [Changed(name, old, new) for name, old, new in pairs if old != new]


@dataclass(frozen=True)
class _Suite:
    """Upstream's tests in a folder, with the packages that they need."""

    folder: Path
    needed: Path
    jobs: int

    def run(self, installation: Installation, files: Sequence[str]) -> dict[str, str]:
        report, source = self.folder / "report.xml", self.folder / "src" / PACKAGE
        for old in (report, source):
            old.unlink(missing_ok=True)
        overlay = installation.overlay
        package = overlay / PACKAGE if overlay else folders_of(installation, [PACKAGE])[PACKAGE]
        source.parent.mkdir(exist_ok=True)
        source.symlink_to(package)  # some tests import `src.datasets`
        options = (
            "-q",
            "-m",
            "not integration",
            "-p",
            "no:cacheprovider",
            "-o",
            "junit_family=xunit1",
        )
        parallel = ("-n", str(self.jobs), "--dist", "loadfile") if self.jobs > 1 else ()
        path = [overlay, self.folder, self.needed]
        places = (f"--junitxml={report}", "-c", os.devnull, "--rootdir", os.fspath(self.folder))
        python = os.fspath(installation.python)
        done = isolate.run(
            [python, "-m", "pytest", *options, *parallel, *places, *files],
            timeout=TIMEOUT,
            cwd=self.folder,
            env={
                "PYTHONPATH": os.pathsep.join(os.fspath(one) for one in path if one is not None),
                "HF_HUB_OFFLINE": "1",  # what needs a Hub fails at once, in both
                "PYTHONDONTWRITEBYTECODE": "1",
            },
        )
        result = outcomes(report.read_text(encoding="utf-8")) if report.exists() else {}
        if PASSED not in result.values():
            lines = f"{done.stdout}\n{done.stderr}".strip().splitlines()
            errors = [line.removeprefix("E ").strip() for line in lines if line.startswith("E ")]
            why = (errors or lines or [str(done.ended)])[-1]
            raise SuiteError(f"no test of upstream passes in {', '.join(files)}: {why}")
        return result

"""`python -m repro fix` and `fixes`: the fixes of bugs, applied and examined."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from repro.catalog import bugs as catalog
from repro.catalog.bugs import Bug
from repro.cli.arguments import UsageError, add_jobs, find_bugs, progress

if TYPE_CHECKING:
    from repro.fixes.matrix import Fixable, Trial
    from repro.installs.installation import Installation

FIX = """
Apply the fixes of bugs to a copy of the packages, and show each verdict before and after. One bug
alone is shown with the diff. Nothing that is installed changes.
"""
FIXES = """
Examine every live bug with every fix. A fix flips the verdict of its own bug and no other, unless
the catalog says why; status 0 says that it is so. It takes as many runs as there are cells.
"""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands."""
    fix = commands.add_parser("fix", help="the verdict before and after a fix", description=FIX)
    fix.add_argument("bugs", nargs="*", metavar="BUG", help="ids of the catalog")
    fix.add_argument("--all", action="store_true", help="every live bug that has a fix")
    fix.add_argument("--diff", action="store_true", help="print the diff and run nothing")
    fix.set_defaults(action=apply)
    fixes = commands.add_parser("fixes", help="the matrix bug x fix", description=FIXES)
    fixes.add_argument(
        "--bugs", nargs="+", default=(), metavar="BUG", help="the rows (default: every live bug)"
    )
    fixes.add_argument(
        "--fixes", nargs="+", default=(), metavar="BUG", help="the columns (default: all)"
    )
    fixes.set_defaults(action=matrix)
    fixes.add_argument(
        "--out", type=Path, metavar="FILE", help="write all of it there, as JSON, cell by cell"
    )
    fixes.add_argument(
        "--continue", dest="goes_on", action="store_true", help="examine only what FILE lacks"
    )
    for command in (fix, fixes):
        command.add_argument(
            "--datasets",
            metavar="VERSION",
            help="a release, or `git` main, installed apart (default: what is installed)",
        )
        command.add_argument(
            "--git",
            type=Path,
            metavar="CLONE",
            help="run upstream's own tests of what the fixes touch too, from a clone of datasets: "
            "without and with as many fixes at a time as can be applied together",
        )
        add_jobs(command)


def apply(arguments: argparse.Namespace) -> int:
    """Show the verdicts of bugs before and after their fixes; returns 0 if all are cured.

    Raises:
        CatalogError: A fix cannot be read.
        CloneError: The clone lacks the tag or the commit of the release.
        InstallError: That release cannot be installed.
        IsolationError: A script cannot be isolated on this machine.
        NoHubError: There is no local Hub to run scripts against.
        OSError: The cache cannot be written.
        RequestError: There is no such bug.
        SuiteError: Upstream's tests fail without any fix.
        UsageError: No bug is named, or bugs are named beside `--all`.
    """
    from repro.fixes.suite import commit_of
    from repro.report import fixes

    if bool(arguments.bugs) == arguments.all:
        raise UsageError("name bugs, or pass --all")
    installation = _installation(arguments.datasets)
    if arguments.git is not None:
        commit_of(arguments.git, installation)  # better now than after minutes of work
    fixables, failed = _prepare(find_bugs(arguments.bugs), installation, named=not arguments.all)
    if arguments.diff or len(fixables) == 1:
        for fixable in fixables:
            print(f"# {fixable.bug.id}: {fixable.fix.summary}\n{fixable.fixed.diff}")
    if arguments.diff or not fixables:
        return 1 if failed else 0
    trials = _examine(fixables, lambda fixable: [fixable.bug], arguments)
    print(fixes.own(trials))
    unharmed = _upstream(arguments, installation, fixables)
    return _status(trials, failed) if unharmed else 1


def matrix(arguments: argparse.Namespace) -> int:
    """Print the matrix; returns 0 if each fix flips its own bug and no other.

    Raises:
        CatalogError: A fix cannot be read.
        CloneError: The clone lacks the tag or the commit of the release.
        InstallError: That release cannot be installed.
        IsolationError: A script cannot be isolated on this machine.
        NoHubError: There is no local Hub to run scripts against.
        OSError: The cache cannot be written.
        RequestError: There is no such bug.
        SuiteError: Upstream's tests fail without any fix.
        UsageError: There is no file to go on from, or it is of other packages.
    """
    from repro.fixes.document import build, write
    from repro.fixes.matrix import live
    from repro.fixes.suite import commit_of
    from repro.report import fixes

    if arguments.goes_on and arguments.out is None:
        raise UsageError("--continue needs the --out that it goes on from")
    installation = _installation(arguments.datasets)
    if arguments.git is not None:
        commit_of(arguments.git, installation)  # better now than after minutes of work
    rows = live(find_bugs(arguments.bugs), installation)
    columns = find_bugs(arguments.fixes)
    fixables, failed = _prepare(columns, installation, named=bool(arguments.fixes))
    if not fixables:
        return 1
    known = _known(arguments.out, installation) if arguments.goes_on else {}

    def lacking(fixable: Fixable) -> list[Bug]:
        return [bug for bug in rows if (fixable.bug.id, bug.id) not in known]

    def keep(trial: Trial) -> None:
        known[trial.fix.bug, trial.bug.id] = trial
        if arguments.out is not None:
            kept = [known[pair] for pair in sorted(known)]
            write(arguments.out, build(kept, installation.environment))

    _examine(fixables, lacking, arguments, keep)
    trials = [known[fixable.bug.id, bug.id] for fixable in fixables for bug in rows]
    print(fixes.matrix(trials))
    fixed = {fixable.bug.id for fixable in fixables} | failed
    unfixed = [bug for bug in live(columns, installation) if bug.id not in fixed]
    notes = [*fixes.explanations(trials), *fixes.without(unfixed)]
    print("\n".join(["", *notes] if notes else []))
    unharmed = _upstream(arguments, installation, fixables)
    return _status(trials, failed) if unharmed else 1


def _known(file: Path, installation: Installation) -> dict[tuple[str, str], Trial]:
    """Return the trials of a file by fix and bug; none if it does not exist yet."""
    from repro.fixes.document import read, recorded

    if not file.exists():
        return {}
    document = read(file)
    if document.environment != dict(installation.environment):
        raise UsageError(f"{file} is of other packages: leave --continue out, or name another file")
    trials = recorded(document, catalog.BUGS)
    return {(trial.fix.bug, trial.bug.id): trial for trial in trials}


def _upstream(
    arguments: argparse.Namespace, installation: Installation, fixables: Sequence[Fixable]
) -> bool:
    """Run upstream's tests if a clone is given; returns True if no test has another outcome."""
    from repro.fixes import suite
    from repro.report import fixes

    if arguments.git is None:
        return True
    reports = []
    for group in suite.groups(installation, [fixable.fix for fixable in fixables]):
        reports.append(suite.examine(arguments.git, installation, group, arguments.jobs))
        print("", fixes.upstream(reports[-1]), sep="\n")
    return not any(report.changed for report in reports)


def _installation(datasets: str | None) -> Installation:
    from repro.installs.environments import Pins, install
    from repro.installs.installation import Installation

    return install(Pins(datasets)) if datasets else Installation.this()


def _prepare(
    bugs: Sequence[Bug], installation: Installation, *, named: bool
) -> tuple[list[Fixable], set[str]]:
    """Apply the fixes of bugs; returns the ids of those that cannot be applied too, and says why.

    Args:
        bugs: Those to fix. Those that the release does not have are left out.
        installation: What is to be fixed.
        named: The user named the bugs: one without a fix is an error.
    """
    from repro.fixes.matrix import live, prepare
    from repro.fixes.patch import EditError

    prepared, failed = [], set()
    for bug in live(bugs, installation):
        try:
            fixable = prepare(bug, catalog.BUGS, installation)
        except EditError as error:
            failed.add(bug.id)
            print(f"repro: {error}", file=sys.stderr)
            continue
        if fixable is not None:
            prepared.append(fixable)
        elif named:
            raise UsageError(f"{bug.id} has no fix: {bug.redesign or 'none is written yet'}")
    if not prepared and not failed:
        raise UsageError(f"datasets {installation.datasets} has none of these bugs with a fix")
    return prepared, failed


def _examine(
    fixables: Sequence[Fixable],
    bugs: Callable[[Fixable], Sequence[Bug]],
    arguments: argparse.Namespace,
    keep: Callable[[Trial], object] = lambda _: None,
) -> list[Trial]:
    """Examine bugs with fixes, and show and keep each verdict as it comes."""
    from repro.fixes.matrix import trials
    from repro.judge.examine import background

    show, done = progress(arguments), []
    with background(arguments.jobs) as examinations:
        for trial in trials(fixables, bugs, examinations):
            verdicts = f"{trial.before.verdict} -> {trial.after.verdict}"
            show(f"{trial.bug.id} with the fix of {trial.fix.bug}: {verdicts}")
            done.append(trial)
            keep(trial)
    return done


def _status(trials: Sequence[Trial], failed: set[str]) -> int:
    from repro.report import fixes

    wrong = [trial for trial in trials if not trial.agrees]
    for trial in wrong:
        print(fixes.sentence(trial), file=sys.stderr)
    return 1 if wrong or failed else 0

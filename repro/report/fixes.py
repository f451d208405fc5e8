"""Bugs with and without fixes, as tables for a terminal."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tabulate import tabulate

from repro.catalog.bugs import Bug
from repro.fixes.document import FixesDocument
from repro.fixes.matrix import Trial
from repro.fixes.suite import Report
from repro.judge.outcome import Verdict
from repro.report.marks import MARKS, UNEXPECTED

LEGEND = (
    "a row for each bug, a column for each fix; x reproduced, · absent, ? untestable, as it is "
    f"without the fix and with it where that differs; {UNEXPECTED} not as expected"
)


@dataclass(frozen=True)
class FixTable:
    """Bugs and fixes on one installation, for a page.

    Attributes:
        release: Of datasets.
        fixes: The ids of the fixed bugs, a column each.
        rows: The cells of each bug, by its id; empty where a fix changes nothing.
        cured: The number of bugs that are absent with their own fix.
    """

    release: str
    fixes: list[str]
    rows: dict[str, list[str]]
    cured: int


def fix_table(document: FixesDocument) -> FixTable:
    """Return the trials of a document as a table."""
    fixes = list(dict.fromkeys(trial.fix for trial in document.trials))
    bugs = list(dict.fromkeys(trial.bug for trial in document.trials))
    changes = {
        (trial.bug, trial.fix): f"{MARKS[trial.before]}>{MARKS[trial.after]}"
        + ("" if trial.agrees else UNEXPECTED)
        for trial in document.trials
        if trial.before is not trial.after
    }
    rows = {bug: [changes.get((bug, fix), "") for fix in fixes] for bug in bugs}
    cured = sum(
        trial.bug == trial.fix and trial.after is Verdict.ABSENT for trial in document.trials
    )
    return FixTable(document.environment["datasets"], fixes, rows, cured)


def own(trials: Iterable[Trial]) -> str:
    """Format the verdict of each bug without and with its own fix."""
    rows = [
        (
            trial.bug.id,
            f"{trial.before.verdict} -> {trial.after.verdict}",
            trial.before.figure,
            trial.after.figure,
        )
        for trial in trials
    ]
    headers = ("bug", "verdict", "without the fix", "with the fix")
    return tabulate(rows, headers, disable_numparse=True)


def matrix(trials: Sequence[Trial]) -> str:
    """Format the verdict of each bug with each fix; the columns have the numbers of the fixes."""
    bugs = list(dict.fromkeys(trial.bug.id for trial in trials))
    fixes = list(dict.fromkeys(trial.fix.bug for trial in trials))
    marks = {(trial.bug.id, trial.fix.bug): _mark(trial) for trial in trials}
    rows = [(bug, *(marks.get((bug, fix), "") for fix in fixes)) for bug in bugs]
    numbered = [f"{number} = {fix}" for number, fix in enumerate(fixes, 1)]
    table = tabulate(rows, ["", *range(1, len(fixes) + 1)], disable_numparse=True)
    return "\n".join([table, "", LEGEND, *numbered])


def sentence(trial: Trial) -> str:
    """Return what is wrong with a trial that does not agree, for a maintainer."""
    change = f"{trial.before.verdict} -> {trial.after.verdict}"
    figure = f"({trial.after.figure})"
    if trial.own:
        return f"{trial.bug.id}: its fix does not cure it: {change} {figure}"
    return f"{trial.bug.id}: the fix of {trial.fix.bug} changes it: {change} {figure}"


def explanations(trials: Iterable[Trial]) -> list[str]:
    """Return the reasons of the catalog for fixes that change the verdicts of other bugs."""
    return [
        f"{trial.bug.id} with the fix of {trial.fix.bug}: {trial.explanation}"
        for trial in trials
        if trial.flipped and not trial.own and trial.explanation
    ]


def without(bugs: Iterable[Bug]) -> list[str]:
    """Return a line for each live bug without a fix: the redesign that it takes, or none yet."""
    return [f"{bug.id}: {bug.redesign or 'no fix yet'}" for bug in bugs]


def upstream(report: Report) -> str:
    """Return the outcome of upstream's tests with some fixes, a line for each that changed."""
    fixed = f"with the fix{'es' if len(report.fixes) > 1 else ''} of {', '.join(report.fixes)}"
    if not report.files:
        return f"{fixed}: upstream has no tests of these modules"
    files = f"{fixed}: {report.passed} tests of upstream pass in {', '.join(report.files)}"
    if not report.changed:
        return f"{files}, and none has another outcome"
    changed = [f"{one.test}: {one.before} -> {one.after}" for one in report.changed]
    return "\n".join([f"{files}; {len(changed)} have another outcome:", *changed])


def _mark(trial: Trial) -> str:
    before, after = MARKS[trial.before.verdict], MARKS[trial.after.verdict]
    change = f"{before}>{after}" if trial.flipped else before
    return change + ("" if trial.agrees else UNEXPECTED)

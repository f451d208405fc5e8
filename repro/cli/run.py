"""`python -m repro run`: examine bugs on the installed datasets."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from repro.catalog.bugs import Bug
from repro.cli.arguments import add_jobs, add_repeat, find_bugs, progress

if TYPE_CHECKING:
    from repro.judge.verdict import Judgement

DESCRIPTION = """
Run the scripts of bugs on the installed datasets, isolated and under a memory cap, and print a
table. Status 1 says that a verdict is not the expected one.
"""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    command = commands.add_parser(
        "run", help="examine bugs on the installed datasets", description=DESCRIPTION
    )
    command.add_argument("bugs", nargs="*", metavar="BUG", help="ids of the catalog (default: all)")
    command.add_argument("--verdicts", type=Path, metavar="FILE", help="write the verdicts as JSON")
    add_repeat(command)
    add_jobs(command)
    command.set_defaults(action=action)


def action(arguments: argparse.Namespace) -> int:
    """Run the command; returns the exit status."""
    return run(
        find_bugs(arguments.bugs),
        arguments.verdicts,
        arguments.jobs,
        arguments.repeat,
        progress(arguments),
    )


def run(
    bugs: Sequence[Bug], file: Path | None, jobs: int, repeat: int, show: Callable[..., None]
) -> int:
    """Examine bugs and print the table.

    Args:
        bugs: Which.
        file: Where to write the verdicts as JSON, after each of them.
        jobs: How many scripts to run at a time.
        repeat: How often to run each.
        show: Prints the progress.

    Returns:
        0 if every verdict is the expected one, else 1.

    Raises:
        NoHubError: There is no local Hub to examine them with.
        IsolationError: One of them cannot be isolated or capped on this machine.
        OSError: The file cannot be written.
    """
    from repro.installs.installation import environment
    from repro.judge.examine import background
    from repro.report import terminal
    from repro.results import build as verdicts

    first: list[Judgement] = []
    every: list[Judgement] = []
    if file is not None:
        verdicts.write(file, every, environment())  # better now than after a minute of work
    with background(jobs) as examinations:
        coming = examinations.examine_all([(bug, repeat) for bug in bugs])
        for bug, runs in zip(bugs, coming, strict=True):
            show(f"{bug.id} ...", end=" ")
            judgements = [run.result() for run in runs]
            first, every = [*first, judgements[0]], [*every, *judgements]
            show(*dict.fromkeys(judgement.verdict for judgement in judgements))
            if file is not None:
                verdicts.write(file, every, environment())
    print(terminal.table(first, environment()))
    mismatches = [judgement for judgement in every if not judgement.agrees]
    for judgement in mismatches:
        print(judgement.sentence, file=sys.stderr)
    return 1 if mismatches else 0

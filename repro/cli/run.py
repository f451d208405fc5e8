"""`python -m repro run`: examine bugs on the installed datasets."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from repro.catalog.bugs import Bug
from repro.cli.arguments import add_jobs, find_bugs

if TYPE_CHECKING:
    from repro.judge.verdict import Judgement


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    command = commands.add_parser("run", help="examine bugs on the installed datasets")
    command.add_argument("bugs", nargs="*", metavar="BUG", help="ids of the catalog (default: all)")
    command.add_argument("--verdicts", type=Path, metavar="FILE", help="write the verdicts as JSON")
    add_jobs(command)
    command.set_defaults(action=action)


def action(arguments: argparse.Namespace) -> int:
    """Run the command; returns the exit status."""
    return run(find_bugs(arguments.bugs), arguments.verdicts, arguments.jobs)


def run(bugs: Sequence[Bug], file: Path | None, jobs: int) -> int:
    """Examine bugs and print the table.

    Args:
        bugs: Which.
        file: Where to write the verdicts as JSON, after each of them.
        jobs: How many scripts to run at a time.

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

    judgements: list[Judgement] = []
    if file is not None:
        verdicts.write(file, judgements, environment())  # better now than after a minute of work
    with background(jobs) as examinations:
        coming = {bug.id: examinations.examine(bug) for bug in bugs}
        for bug_id, future in coming.items():
            print(f"{bug_id} ...", end=" ", flush=True, file=sys.stderr)
            judgements.append(future.result())
            print(judgements[-1].verdict, file=sys.stderr)
            if file is not None:
                verdicts.write(file, judgements, environment())
    print(terminal.table(judgements, environment()))
    mismatches = [judgement for judgement in judgements if not judgement.agrees]
    for judgement in mismatches:
        print(judgement.sentence, file=sys.stderr)
    return 1 if mismatches else 0

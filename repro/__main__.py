"""`python -m repro`: the reproductions without pytest."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from mockhub.server import HubProcessError
from repro import catalog
from repro.harness import JOBS, background, job_count
from repro.installation import environment
from repro.isolate import IsolationError
from repro.report import terminal, verdicts
from repro.verdict import Judgement

INTERRUPTED = 130  # what a shell shows for SIGINT


def parser() -> argparse.ArgumentParser:
    """The command line."""
    root = argparse.ArgumentParser(prog="python -m repro", description=__doc__)
    commands = root.add_subparsers(dest="command", required=True)
    commands.add_parser("list", help="the catalog: id, affected releases, title")
    run = commands.add_parser("run", help="examine bugs on the installed datasets")
    run.add_argument("bugs", nargs="*", metavar="BUG", help="ids of the catalog (default: all)")
    run.add_argument("--verdicts", type=Path, metavar="FILE", help="write the verdicts as JSON")
    run.add_argument("--jobs", type=job_count, default=JOBS, metavar="N", help="scripts at a time")
    return root


def run(bugs: Sequence[catalog.Bug], file: Path | None, jobs: int) -> int:
    """Examine bugs and print the table.

    Args:
        bugs: which.
        file: where to write the verdicts as JSON, after each of them.
        jobs: how many scripts to run at a time.

    Returns:
        0 if every verdict is the expected one, else 1.

    Raises:
        HubProcessError: there is no local Hub to examine them with.
        IsolationError: one of them cannot be isolated or capped on this machine.
        OSError: the file cannot be written.
    """
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


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit status."""
    arguments = parser().parse_args(argv)
    if arguments.command == "list":
        print(terminal.listing(catalog.BUGS))
        return 0
    try:
        bugs = [catalog.find(bug_id) for bug_id in dict.fromkeys(arguments.bugs)] or catalog.BUGS
    except KeyError as error:
        print(f"repro: {error.args[0]}", file=sys.stderr)
        return 2
    try:
        return run(bugs, arguments.verdicts, arguments.jobs)
    except (HubProcessError, IsolationError, OSError) as error:
        print(f"\nrepro: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nrepro: interrupted", file=sys.stderr)
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())

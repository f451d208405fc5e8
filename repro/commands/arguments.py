"""What the commands have in common on the command line."""

from argparse import ArgumentParser
from collections.abc import Iterable, Sequence

from repro import catalog
from repro.harness import JOBS, job_count


class UsageError(ValueError):
    """What was asked for cannot be meant so; the message is one line for the user."""


def add_jobs(command: ArgumentParser) -> None:
    """Add `--jobs`."""
    command.add_argument(
        "--jobs", type=job_count, default=JOBS, metavar="N", help="scripts at a time"
    )


def find_bugs(bug_ids: Iterable[str]) -> Sequence[catalog.Bug]:
    """The bugs of these ids, each once; all of the catalog if there are none.

    Raises:
        UsageError: there is no such bug; the message lists those that there are.
    """
    try:
        return [catalog.find(bug_id) for bug_id in dict.fromkeys(bug_ids)] or catalog.BUGS
    except KeyError as error:
        raise UsageError(error.args[0]) from error

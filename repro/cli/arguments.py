"""What the commands have in common on the command line."""

import os
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterable, Sequence

from repro.catalog import bugs as catalog
from repro.errors import AskedForError

JOBS = min(os.cpu_count() or 1, 4)  # scripts to run at a time: more would slow each other down


class UsageError(AskedForError):
    """What was asked for cannot be meant so; the message is one line for the user."""


def job_count(text: str) -> int:
    """A number of scripts to run at a time, from a command line.

    Raises:
        argparse.ArgumentTypeError: it is not a number above 0.
    """
    if not text.isdecimal() or int(text) == 0:
        raise ArgumentTypeError(f"{text!r} is not a number above 0")
    return int(text)


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

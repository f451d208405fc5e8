"""Arguments that the commands share."""

import os
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable, Iterable, Sequence
from functools import partial

from repro.catalog import bugs as catalog
from repro.errors import RequestError

JOBS = min(os.cpu_count() or 1, 4)  # scripts to run at a time: more would slow each other down


class UsageError(RequestError):
    """Invalid or conflicting arguments; the message is one line for the user."""


def count(text: str) -> int:
    """A number above 0, from a command line.

    Raises:
        argparse.ArgumentTypeError: it is not a number above 0.
    """
    if not text.isdecimal() or int(text) == 0:
        raise ArgumentTypeError(f"{text!r} is not a number above 0")
    return int(text)


def add_jobs(command: ArgumentParser) -> None:
    """Add `--jobs`."""
    command.add_argument("--jobs", type=count, default=JOBS, metavar="N", help="scripts at a time")


def add_repeat(command: ArgumentParser) -> None:
    """Add `--repeat`."""
    command.add_argument(
        "--repeat",
        type=count,
        default=1,
        metavar="N",
        help="run each script N times, and keep all readings of its figures: from them `drift` "
        "knows their noise",
    )


def add_quiet(command: ArgumentParser) -> None:
    """Add `-q`."""
    command.add_argument(
        "-q", "--quiet", action="store_true", help="no progress: results and errors only"
    )


def progress(arguments: Namespace) -> Callable[..., None]:
    """Return a `print` to standard error for the progress of a command; `-q` silences it."""
    return _ignore if arguments.quiet else partial(print, flush=True, file=sys.stderr)


def _ignore(*_: object, **__: object) -> None:
    """Print nothing."""


def find_bugs(bug_ids: Iterable[str]) -> Sequence[catalog.Bug]:
    """Return the bugs of these ids, each once; the whole catalog if there are none.

    Raises:
        RequestError: There is no such bug; the message lists the ids.
    """
    return [catalog.find(bug_id) for bug_id in dict.fromkeys(bug_ids)] or catalog.BUGS

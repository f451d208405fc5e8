"""``workaround``: check, plan, push, verify and restore file tables and BIDS folders."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import asdict

from workaround.cli.arguments import parser
from workaround.cli.logs import logging_to_stderr
from workaround.cli.report import FAILED, USAGE, Report, show
from workaround.errors import ArgumentError, CheckError, RestoreError, UploadError, VerifyError

INTERRUPTED, TERMINATED = 130, 143  # what a shell shows for SIGINT and SIGTERM


class _TerminatedError(KeyboardInterrupt):
    """SIGTERM: ends as cleanly as Ctrl-C does."""


def _run(arguments: argparse.Namespace) -> Report:
    """Run a command; an expected failure is a report too."""
    try:
        from workaround.cli.commands import COMMANDS  # takes two seconds

        with logging_to_stderr(verbose=arguments.verbose, quiet=arguments.quiet):
            return COMMANDS[arguments.command](arguments)
    except ArgumentError as error:
        return _failure(USAGE, error)
    except (UploadError, OSError) as error:
        return _failure(FAILED, error)
    except KeyboardInterrupt as error:
        resumed = {"push": ": the same command resumes the upload"}
        resumed["restore"] = ": the same command goes on"
        again = resumed.get(arguments.command, "")
        status = TERMINATED if isinstance(error, _TerminatedError) else INTERRUPTED
        return Report(f"interrupted{again}", {"error": "interrupted"}, status)


def _failure(status: int, error: Exception) -> Report:
    if isinstance(error, CheckError | VerifyError | RestoreError):
        problems = [asdict(problem) for problem in error.problems]
        return Report(str(error), {"error": str(error), "problems": problems}, status)
    line = " ".join(str(error).split())  # messages of the Hub may have line breaks
    return Report(line, {"error": line}, status)


def _terminate(*_: object) -> None:
    raise _TerminatedError


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return the exit status."""
    arguments = parser().parse_args(argv)
    before = signal.signal(signal.SIGTERM, _terminate)
    try:
        report = _run(arguments)
    finally:
        signal.signal(signal.SIGTERM, before)
    show(report, as_json=arguments.json)
    return report.status


def run() -> None:
    """Run the script and exit with the status of the command.

    After an interruption threads may still be sending, or sleep in the client: Python would wait
    for them.
    """
    status = main()
    if status in {INTERRUPTED, TERMINATED}:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
    sys.exit(status)

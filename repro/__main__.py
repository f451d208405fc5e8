"""`python -m repro`: the reproductions without pytest, on any release, and what to make of them."""

import argparse
import os
import sys
from collections.abc import Sequence

from mockhub.server import HubProcessError
from repro.commands import bisect, drift, issue, listing, matrix, report, run
from repro.commands.arguments import UsageError
from repro.environments import InstallError
from repro.gitbisect import GitBisectError
from repro.isolate import IsolationError
from repro.pypi import IndexUnreachableError
from repro.report.collected import DocumentError

COMMANDS = (listing, run, matrix, bisect, issue, report, drift)  # in the order of the help
# Something was asked for that there is not.
ASKED_FOR = (UsageError, GitBisectError, DocumentError, IndexUnreachableError, InstallError)
EXPECTED = (HubProcessError, IsolationError, OSError)  # what the user can do something about
INTERRUPTED = 130  # what a shell shows for SIGINT
UNREAD = 141  # and for SIGPIPE


def parser() -> argparse.ArgumentParser:
    """The command line."""
    root = argparse.ArgumentParser(prog="python -m repro", description=__doc__)
    commands = root.add_subparsers(required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add(commands)
    return root


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit status."""
    arguments = parser().parse_args(argv)
    try:
        status: int = arguments.action(arguments)
        sys.stdout.flush()
    except ASKED_FOR as error:
        print(f"repro: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # as in `list | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # it is flushed at exit
        return UNREAD
    except EXPECTED as error:
        print(f"\nrepro: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nrepro: interrupted", file=sys.stderr)
        return INTERRUPTED
    return status


if __name__ == "__main__":
    sys.exit(main())

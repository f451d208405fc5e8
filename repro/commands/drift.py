"""`python -m repro drift`: verdicts that changed."""

from __future__ import annotations

import argparse
from pathlib import Path

from repro.commands.arguments import UsageError
from repro.drift import as_json, drifts
from repro.report import collected


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    command = commands.add_parser("drift", help="verdicts that are not as expected, or changed")
    command.add_argument(
        "measured",
        type=Path,
        metavar="FILE|DIR",
        help="verdicts of `run --verdicts`, or the folder of `matrix`",
    )
    command.add_argument(
        "--against",
        type=Path,
        default=collected.MEASURED,
        metavar="DIR",
        help="what was measured before (default: what this project publishes)",
    )
    command.add_argument("--json", action="store_true", help="print a list of objects")
    command.set_defaults(action=action)


def action(arguments: argparse.Namespace) -> int:
    """Print what changed; returns 0 if nothing did, else 1.

    Raises:
        DocumentError: a file holds something else.
        UsageError: there are no verdicts.
    """
    measured: Path = arguments.measured
    documents = [collected.read_file(measured)] if measured.is_file() else collected.read(measured)
    if not documents:
        raise UsageError(f"{measured} holds no verdicts")
    found = drifts(documents, collected.read(arguments.against))
    if arguments.json:
        print(as_json(found), end="")
    else:
        print("\n".join(map(str, found)) or "no drift")
    return 1 if found else 0

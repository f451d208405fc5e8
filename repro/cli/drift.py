"""`python -m repro drift`: verdicts and figures that changed."""

from __future__ import annotations

import argparse
from pathlib import Path

from repro.catalog import bugs as catalog
from repro.cli.arguments import UsageError
from repro.results import store as collected
from repro.results.document import Document
from repro.results.drift import Drift, as_json, drifts
from repro.results.figure_drift import FigureDrift, figure_drifts

DESCRIPTION = """
Compare verdicts and figures with those that were measured before. Status 1 says that any changed.
"""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    command = commands.add_parser(
        "drift", help="verdicts and figures that changed", description=DESCRIPTION
    )
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
        metavar="FILE|DIR",
        help="what was measured before (default: what this project publishes)",
    )
    command.add_argument("--json", action="store_true", help="print a list of objects")
    command.set_defaults(action=action)


def action(arguments: argparse.Namespace) -> int:
    """Print what changed; returns 0 if nothing did, else 1.

    Raises:
        DocumentError: A file holds something else.
        UsageError: There are no verdicts, there or before, or on bugs that nobody knows.
    """
    documents, earlier = _read(arguments.measured), _read(arguments.against)
    known = {bug.id for bug in catalog.BUGS}
    measured = {entry.id for document in documents for entry in document.bugs}
    if unknown := sorted(measured - known):
        raise UsageError(f"{arguments.measured} is about bugs not in the catalog: {unknown}")
    if not measured and not any(document.error is not None for document in documents):
        raise UsageError(f"{arguments.measured} holds no verdicts")
    changes: list[Drift | FigureDrift] = [
        *drifts(documents, earlier),
        *figure_drifts(documents, earlier),
    ]
    if arguments.json:
        print(as_json(changes), end="")
    else:
        print("\n".join(map(str, changes)) or "no drift")
    return 1 if changes else 0


def _read(place: Path) -> list[Document]:
    """The documents of a file or of a folder, at least one.

    Raises:
        DocumentError: A file holds something else.
        UsageError: There are none.
    """
    documents = [collected.read_file(place)] if place.is_file() else collected.read(place)
    if not documents:
        raise UsageError(f"{place} holds no verdicts")
    return documents

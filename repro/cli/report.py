"""`python -m repro report`: one page of all that was measured."""

from __future__ import annotations

import argparse
from pathlib import Path

from repro.catalog import bugs as catalog
from repro.cli.arguments import UsageError
from repro.results import store as collected

OUT = Path("report")
DESCRIPTION = """
Write report.html, one page that needs nothing beside it, and report.md with its plots, from the
verdicts that `matrix` keeps: bugs by release, the story and the figures of each bug, and what
became of the claims this project began with.
"""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    command = commands.add_parser(
        "report", help="one page of all that was measured", description=DESCRIPTION
    )
    command.add_argument(
        "--measured",
        type=Path,
        default=collected.MEASURED,
        metavar="DIR",
        help="the verdicts (default: what this project publishes)",
    )
    command.add_argument(
        "--out", type=Path, default=OUT, metavar="DIR", help=f"where to write (default: {OUT})"
    )
    command.set_defaults(action=action)


def action(arguments: argparse.Namespace) -> int:
    """Write the pages; returns 0.

    Raises:
        DocumentError: A file of the folder holds something else.
        OSError: The folder cannot be written.
        UsageError: There are no verdicts.
    """
    from repro.fixes.document import read
    from repro.report import page

    documents = collected.read(arguments.measured)
    if not documents:
        raise UsageError(f"{arguments.measured} holds no verdicts: `matrix` measures them")
    fixes = [read(file) for file in sorted(arguments.measured.glob("fixes-*.json"))]
    pages = {"report.html": page.html(documents, catalog.BUGS, fixes)}
    pages |= page.text(documents, catalog.BUGS)
    arguments.out.mkdir(parents=True, exist_ok=True)
    for name, text in pages.items():
        (arguments.out / name).write_text(text)
        print(arguments.out / name)
    return 0

"""`python -m repro list`."""

from __future__ import annotations

import argparse

from repro.catalog import bugs as catalog
from repro.report import terminal

DESCRIPTION = """
Print the catalog: the id of each bug, the releases it affects, its title, and the upstream changes
that it began and ended with.
"""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    command = commands.add_parser(
        "list", help="the catalog: id, affected releases, title", description=DESCRIPTION
    )
    command.set_defaults(action=action)


def action(_: argparse.Namespace) -> int:
    """Print the catalog."""
    print(terminal.listing(catalog.BUGS))
    return 0

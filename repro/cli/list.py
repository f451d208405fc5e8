"""`python -m repro list`."""

from __future__ import annotations

import argparse

from repro.catalog import bugs as catalog
from repro.report import terminal


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    command = commands.add_parser("list", help="the catalog: id, affected releases, title")
    command.set_defaults(action=action)


def action(_: argparse.Namespace) -> int:
    """Print the catalog."""
    print(terminal.listing(catalog.BUGS))
    return 0

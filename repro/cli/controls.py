"""`python -m repro controls`: each script where its bug must be absent."""

from __future__ import annotations

import argparse
import sys

from repro.catalog import bugs as catalog
from repro.cli.arguments import add_jobs, find_bugs

DESCRIPTION = """
Run the script of each bug where the bug must be absent: on the release that its entry names as
control, or with its fix on the newest release. A script that finds its bug there proves nothing
elsewhere.
"""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    command = commands.add_parser(
        "controls", help="scripts where their bugs must be absent", description=DESCRIPTION
    )
    command.add_argument("bugs", nargs="*", metavar="BUG", help="ids of the catalog (default: all)")
    command.add_argument(
        "--datasets",
        metavar="VERSION",
        help="what fixes are applied to, installed apart (default: what is installed)",
    )
    add_jobs(command)
    command.set_defaults(action=action)


def action(arguments: argparse.Namespace) -> int:
    """Run the controls; returns 0 if every bug is absent, else 1.

    Raises:
        CatalogError: A fix cannot be read.
        EditError: A fix cannot be applied.
        InstallError: A release cannot be installed.
        IsolationError: A script cannot be isolated on this machine.
        NoHubError: There is no local Hub to run scripts against.
        RequestError: There is no such bug.
    """
    from repro.fixes.controls import examine
    from repro.installs.environments import Pins, install
    from repro.installs.installation import Installation
    from repro.judge.examine import background

    bugs = find_bugs(arguments.bugs)
    newest = install(Pins(arguments.datasets)) if arguments.datasets else Installation.this()
    wrong = 0
    with background(arguments.jobs) as examinations:
        for control in examine(
            bugs, catalog.BUGS, newest, lambda version: install(Pins(version)), examinations
        ):
            judgement, where = control.judgement, control.bug.control
            line = f"{control.bug.id}: {judgement.verdict} with {where} ({judgement.figure})"
            print(line, file=sys.stdout if control.agrees else sys.stderr)
            wrong += not control.agrees
    for bug in bugs:
        if not bug.control:
            print(f"{bug.id}: no control, no release is without it")
    return 1 if wrong else 0

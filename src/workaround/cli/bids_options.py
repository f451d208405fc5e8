"""The options of BIDS folders, on the command line."""

from __future__ import annotations

import argparse
from typing import Any

from workaround.bids.options import LAYOUTS, SIDECARS, TABLE_FORMS, TABLES

BIDS_OPTIONS: dict[str, Any] = {
    "layout": "session",
    "include": [],
    "exclude": [],
    "sidecars": None,
    "derivatives": [],
    "list_always": False,
    "list_sessions": False,
    "participants": None,
    "tables": "text",
}
"""Options of BIDS folders, with their defaults."""


def add_bids_options(to: argparse.ArgumentParser) -> None:
    """Add the options of BIDS folders to a command."""
    group = to.add_argument_group("BIDS folders")
    group.add_argument(
        "--layout",
        choices=LAYOUTS,
        default="session",
        help="a row a session, a subject or an image (default: %(default)s)",
    )
    pattern = "entity, data type or suffix: sub-01, 'ses-*', anat, bold, 'acq-bad*'; repeatable"
    for name in ("include", "exclude"):
        verb = "upload only" if name == "include" else "leave out"
        group.add_argument(
            f"--{name}",
            action="append",
            default=[],
            metavar="PATTERN",
            help=f"{verb} images of an {pattern}".replace("%", "%%"),
        )
    group.add_argument(
        "--sidecars",
        metavar="NAMES",
        help="fields of JSON sidecars and tables beside images, separated by commas: all, none, or"
        f" names, and {', '.join(TABLES)} (default: {', '.join(SIDECARS)})",
    )
    group.add_argument(
        "--tables",
        choices=TABLE_FORMS,
        default="text",
        help="the tables of --sidecars as text, or as lists of rows with typed cells"
        " (default: %(default)s)",
    )
    group.add_argument(
        "--derivatives",
        action="append",
        default=[],
        metavar="NAME",
        help="join the images of derivatives/NAME to the rows; repeatable",
    )
    group.add_argument("--list-always", action="store_true", help="lists in all columns of images")
    group.add_argument(
        "--list-sessions",
        action="store_true",
        help="sessions as lists, not as prefixes of columns (with --layout subject)",
    )
    group.add_argument(
        "--participants",
        metavar="FILE",
        help="table to read instead of participants.tsv; none for no table",
    )

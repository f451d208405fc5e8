"""The source of a command: a file table or a BIDS folder."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from datasets import Dataset

from workaround.bids.leftovers import LeftOut
from workaround.bids.options import BidsOptions
from workaround.bids.table import read_bids
from workaround.cli.bids_options import BIDS_OPTIONS
from workaround.errors import ArgumentError, Problem
from workaround.preflight.check import require_sound
from workaround.tables.infer import read_table


@dataclass(frozen=True)
class Source:
    """A file table or BIDS folder that was read.

    Attributes:
        dataset: Its rows.
        problems: Omissions and remarks of a BIDS folder.
        left_out: Files of a BIDS folder that do not come along; None for a table.
    """

    dataset: Dataset
    problems: Sequence[Problem] = ()
    left_out: LeftOut | None = None

    def lines(self) -> list[str]:
        """Return the line about what does not come along, for the end of a report."""
        return [] if self.left_out is None else [str(self.left_out)]

    def values(self) -> dict[str, Any]:
        """Return the same for ``--json``."""
        return {} if self.left_out is None else {"left_out": self.left_out.counts()}


def read_source(arguments: argparse.Namespace) -> Source:
    """Read the source; the problems of a BIDS folder are not judged yet.

    Raises:
        ArgumentError: An option is for BIDS folders, and the source is a table.
        UploadError: The source cannot be read.
    """
    kinds = dict(arguments.columns)
    given = {name: getattr(arguments, name) for name in BIDS_OPTIONS}
    if arguments.source.is_dir():
        result = read_bids(arguments.source, BidsOptions(kinds, **given))
        return Source(result.dataset, result.problems, result.left_out)
    if used := [name for name, default in BIDS_OPTIONS.items() if given[name] != default]:
        option = used[0].replace("_", "-")
        raise ArgumentError(f"--{option} is for BIDS folders, and {arguments.source} is a table")
    strict = getattr(arguments, "strict", False)  # of the commands that refuse
    return Source(read_table(arguments.source, kinds, strict=strict))


def read_sound(arguments: argparse.Namespace) -> Source:
    """Read the source; log its problems, and refuse omissions if the command is strict.

    Raises:
        CheckError: Some data would be left out.
        UploadError: The source cannot be read.
    """
    source = read_source(arguments)
    require_sound(source.problems, strict=getattr(arguments, "strict", False))
    return source

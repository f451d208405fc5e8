"""The source of a command: a file table, a BIDS folder, or a folder with a recipe."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from datasets import Dataset

from workaround.bids.description import DESCRIPTION, describe
from workaround.bids.leftovers import LeftOut
from workaround.bids.options import BidsOptions
from workaround.bids.table import read_bids
from workaround.cli.bids_options import BIDS_OPTIONS
from workaround.cli.patterns import PatternReport
from workaround.errors import ArgumentError, Problem
from workaround.hub.card_draft import CardDraft
from workaround.preflight.check import require_sound
from workaround.recipes.table import read_by_recipe
from workaround.tables.infer import read_table


@dataclass(frozen=True)
class Source:
    """A file table or folder that was read.

    Attributes:
        dataset: Its rows.
        problems: Omissions and remarks of a folder.
        left_out: Files of a folder that do not come along; None for a table.
        patterns: What the patterns of a recipe match; None without one.
        key: Columns that name a row, if the source says so.
        card: Additions to the card, by a BIDS folder.
    """

    dataset: Dataset
    problems: Sequence[Problem] = ()
    left_out: LeftOut | None = None
    patterns: PatternReport | None = None
    key: tuple[str, ...] | None = None
    card: CardDraft | None = None

    def lines(self) -> list[str]:
        """Return the line about what does not come along, for the end of a report."""
        return [] if self.left_out is None else [str(self.left_out)]

    def values(self) -> dict[str, Any]:
        """Return the same for ``--json``."""
        return {} if self.left_out is None else {"left_out": self.left_out.counts()}

    def plan_lines(self) -> list[str]:
        """Return the lines for the end of a plan: what patterns match as well."""
        return [*(self.patterns.lines() if self.patterns else []), *self.lines()]

    def plan_values(self) -> dict[str, Any]:
        """Return the same for ``--json``."""
        return (self.patterns.values() if self.patterns else {}) | self.values()


def read_source(arguments: argparse.Namespace) -> Source:
    """Read the source; the problems of a folder are not judged yet.

    Raises:
        ArgumentError: An option is for BIDS folders, and the source is a table or has a recipe.
        UploadError: The source cannot be read.
    """
    kinds = dict(arguments.columns)
    given = {name: getattr(arguments, name) for name in BIDS_OPTIONS}
    if arguments.recipe is not None:
        return _read_by_recipe(arguments, given)
    if arguments.source.is_dir():
        result = read_bids(arguments.source, BidsOptions(kinds, **given))
        return Source(result.dataset, result.problems, result.left_out, card=result.card)
    if option := _first_used(given):
        raise ArgumentError(f"{option} is for BIDS folders, and {arguments.source} is a table")
    strict = getattr(arguments, "strict", False)  # of the commands that refuse
    return Source(read_table(arguments.source, kinds, strict=strict))


def _read_by_recipe(arguments: argparse.Namespace, given: Mapping[str, Any]) -> Source:
    """Read a folder by a recipe, which no other option of reading goes together with."""
    if option := _first_used(given) or ("--column" if arguments.columns else None):
        raise ArgumentError(f"{option} and --recipe do not go together: write it into the recipe")
    result = read_by_recipe(arguments.source, arguments.recipe)
    report = PatternReport(result.patterns, result.unmatched)
    problems, card = [*result.problems], None
    if (arguments.source / DESCRIPTION).is_file():
        card, unread = describe(arguments.source, ())
        problems += unread
    return Source(result.dataset, problems, result.left_out, report, result.key, card)


def _first_used(given: Mapping[str, Any]) -> str | None:
    """Return the first option of BIDS folders that is not at its default."""
    used = (name for name, default in BIDS_OPTIONS.items() if given[name] != default)
    return next((f"--{name.replace('_', '-')}" for name in used), None)


def read_sound(arguments: argparse.Namespace) -> Source:
    """Read the source; log its problems, and refuse omissions if the command is strict.

    Raises:
        CheckError: Some data would be left out.
        UploadError: The source cannot be read.
    """
    source = read_source(arguments)
    require_sound(
        source.problems,
        strict=getattr(arguments, "strict", False),
        deidentified=getattr(arguments, "require_deidentified", False),
    )
    return source

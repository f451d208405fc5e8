"""The matches of the patterns of a recipe, for people and for ``--json``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from tabulate import tabulate

from workaround.recipes.table import PatternMatches

SHOWN = 10
"""Number of files that no pattern matches, and that are shown."""


@dataclass(frozen=True)
class PatternReport:
    """The matches of the patterns of a recipe.

    Attributes:
        patterns: All of them.
        unmatched: Paths that none of them matches, and that the recipe does not ignore.
    """

    patterns: Sequence[PatternMatches]
    unmatched: Sequence[str]

    def lines(self) -> list[str]:
        """Return a table, and the files that no pattern matches."""
        rows = [
            (one.name, one.files, "" if one.rows is None else one.rows, one.pattern)
            for one in self.patterns
        ]
        table = tabulate(rows, ("column or table", "files", "rows", "pattern"))
        if not self.unmatched:
            return ["", table, "every file is matched, or ignored by the recipe"]
        count = len(self.unmatched)
        more = [f"  ... and {count - SHOWN} more (--json)"] if count > SHOWN else []
        files = [f"  {path}" for path in self.unmatched[:SHOWN]]
        what = "1 file" if count == 1 else f"{count} files"
        return ["", table, f"{what} that no pattern matches:", *files, *more]

    def values(self) -> dict[str, Any]:
        """Return the same for ``--json``."""
        patterns = [asdict(one) for one in self.patterns]
        return {"patterns": patterns, "unmatched": list(self.unmatched)}

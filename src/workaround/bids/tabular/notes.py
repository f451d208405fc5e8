"""The problems of a table, those of one reason in one line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from workaround.errors import Problem, Severity

LINES = 5
"""Number of lines that a problem names."""


@dataclass
class Notes:
    """The problems of a table, in the order in which they came up.

    Attributes:
        path: Path of the table.
        cure: End of each error: another way than to mend the table.
    """

    path: Path
    cure: str = ""
    _lines: dict[tuple[Severity, str | None, str], list[int]] = field(default_factory=dict)

    def error(self, reason: str, line: int | None = None, column: str | None = None) -> None:
        """Note that something has no one right reading.

        Args:
            reason: What is wrong, and what to do.
            line: Line of the file, from 1; None for all of it.
            column: Name of the column; None for all of them.
        """
        self._note("error", reason, line, column)

    def remark(self, reason: str, line: int | None = None, column: str | None = None) -> None:
        """Note how something unusual was read."""
        self._note("remark", reason, line, column)

    @property
    def refused(self) -> bool:
        """True if there is an error."""
        return any(severity == "error" for severity, _, _ in self._lines)

    def problems(self) -> list[Problem]:
        """Return the problems, each with the lines that it is about."""
        return list(self._problems())

    def _note(self, severity: Severity, reason: str, line: int | None, column: str | None) -> None:
        lines = self._lines.setdefault((severity, column, reason), [])
        if line is not None:
            lines.append(line)

    def _problems(self) -> Iterator[Problem]:
        for (severity, column, reason), lines in self._lines.items():
            path = f"{self.path}{_place(lines)}"
            text = f"{reason}{self.cure}" if severity == "error" else reason
            yield Problem(None, column, path, text, severity)


def _place(lines: Sequence[int]) -> str:
    if not lines:
        return ""
    shown = ", ".join(map(str, lines[:LINES]))
    more = f" and {len(lines) - LINES} more" if len(lines) > LINES else ""
    return f", line{'s' if len(lines) > 1 else ''} {shown}{more}"

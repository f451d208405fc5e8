"""What can go wrong with an upload, as types; each message says what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class UploadError(Exception):
    """Base of all errors of this package.

    The arguments of an error are those it was made with, so that it can travel between processes.
    """


class ArgumentError(UploadError, ValueError):
    """An argument cannot be meant as it is."""


@dataclass(frozen=True)
class Problem:
    """One thing wrong with one cell, or with a column or the whole upload.

    Attributes:
        row: Number of the row in its split, from 0; None if it is not about one row.
        column: Name of the column, dotted where it is nested; None if it is not about one.
        path: The file as the dataset names it; None if there is none.
        reason: What is wrong, and what to do about it.
        tolerable: Whether it may be meant so: ``strict=False`` turns it into a warning.
        split: Name of the split; None if it is not about one.
    """

    row: int | None
    column: str | None
    path: str | None
    reason: str
    tolerable: bool = False
    split: str | None = None

    def __str__(self) -> str:
        """One line: where, then what."""
        where = [f"split {self.split!r}"] if self.split is not None else []
        where += [f"row {self.row}"] if self.row is not None else []
        where += [f"column {self.column!r}"] if self.column is not None else []
        where += [self.path] if self.path is not None else []
        return ": ".join(filter(None, [", ".join(where), self.reason]))

    def place(self) -> tuple[int, str, str, str]:
        """What to sort by within a split: problems of no row first, then by row and column."""
        row = -1 if self.row is None else self.row
        return row, self.column or "", self.path or "", self.reason


class CheckError(UploadError):
    """The dataset cannot be uploaded as it is. Nothing was sent.

    Attributes:
        problems: All of them.
    """

    SHOWN = 50

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(tuple(problems))
        self.problems = tuple(problems)

    def __str__(self) -> str:
        """The first problems, one a line."""
        count = len(self.problems)
        lines = [f"{count} problem{'s' if count > 1 else ''}; nothing was uploaded:"]
        lines += [f"  {problem}" for problem in self.problems[: self.SHOWN]]
        if count > self.SHOWN:
            lines.append(f"  ... and {count - self.SHOWN} more: workaround.check lists them all")
        if all(problem.tolerable for problem in self.problems):
            lines.append("If it is meant so, strict=False (--no-strict) uploads it all the same.")
        return "\n".join(lines)


class DiskFullError(UploadError):
    """A shard does not fit into the folder for temporary files, which it has left again."""

    def __init__(self, folder: str, nbytes: int) -> None:
        super().__init__(folder, nbytes)

    def __str__(self) -> str:
        """The folder, and how much would fit."""
        folder, nbytes = self.args
        return (
            f"{folder} has no room for a shard of {nbytes} bytes, and two are there at a time: make"
            " room, set TMPDIR to a folder on another disk, or make shards smaller. The same call"
            " goes on where it was."
        )


class SourceChangedError(UploadError):
    """A source file is not the one that was planned."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)

    def __str__(self) -> str:
        """The file, and what about it."""
        path, reason = self.args
        return f"{path}: {reason}. Push again once the file no longer changes."

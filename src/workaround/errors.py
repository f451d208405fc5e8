"""The errors of the uploader: one tree, all importable from `workaround`.

Each message says what is wrong, where, and what to do next. ::

    UploadError
    ├── ArgumentError          an invalid or conflicting argument (also a ValueError)
    ├── TableError             a file table that cannot be read
    ├── BidsError              a folder that is not a BIDS dataset with images
    ├── RecipeError            a recipe that is not valid, or does not fit its folder
    ├── CheckError             data that cannot be uploaded as it is; lists every problem
    ├── RowTooLargeError       the files of a row exceed what Parquet and Arrow can hold
    ├── SourceChangedError     a source file changed after it was checked
    ├── SourceDamagedError     a source file proves damaged while it is read
    ├── DiskFullError          no room for a shard in the folder for temporary files
    ├── TargetBusyError        another process uploads to the same place
    ├── JournalError           the journal of the upload cannot be read or written
    ├── WorkersLostError       the processes or the executor are gone
    ├── CardConflictError      the dataset card on the Hub contradicts the upload
    ├── ForeignFilesError      other files of the repository are in the way of the upload
    ├── RefusedError           the Hub refuses, and would again
    │   └── AccessError        the token may not write there
    ├── UnreachableError       the Hub does not answer
    ├── VerifyError            the Hub does not hold what was uploaded; lists every difference
    ├── RestoreError           files that cannot be written back; lists every one
    ├── UnreadableCardError    `load_dataset` does not find the config by its card
    └── DamagedError           a truncated or invalid Parquet file

`Problem` is one line of a `CheckError`, a `VerifyError` or a `RestoreError`.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, Self

Severity = Literal["error", "omission", "remark"]

ALIKE = 3
"""Most problems of the same reason that have a line each."""


class UploadError(Exception):
    """Base of all errors of this package.

    The arguments of an error are those it was made with, so that it can travel between processes.
    """


class ArgumentError(UploadError, ValueError):
    """An invalid or conflicting argument. Nothing was sent."""


class TableError(UploadError):
    """A file table that cannot be read, or that lacks a column."""


class BidsError(UploadError):
    """A folder that is not a BIDS dataset with images, or no indexer to read it with."""


class RecipeError(UploadError):
    """A recipe that is not valid, or that does not fit its folder.

    Attributes:
        path: Path of the recipe, or of the folder.
        reason: What is wrong, and what to do about it.
        line: Line of the recipe, from 1; None if it is not about one.
        column: Column in the line, from 1; None if it is not about one.
    """

    def __init__(
        self, path: str, reason: str, line: int | None = None, column: int | None = None
    ) -> None:
        super().__init__(path, reason, line, column)
        self.path, self.reason, self.line, self.column = path, reason, line, column

    def __str__(self) -> str:
        """Return the place and the reason, as compilers write them."""
        place = [self.path, *(str(at) for at in (self.line, self.column) if at is not None)]
        return printable(f"{':'.join(place)}: {self.reason}")


def printable(text: str) -> str:
    """Return a line whose control characters and line breaks are escaped.

    Names of files may have any, and a terminal would obey them: move the cursor, hide text, change
    its title.
    """
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in text
    )


@dataclass(frozen=True)
class Problem:
    """One thing wrong with one cell, or with a column or the whole upload.

    Attributes:
        row: Number of the row in its split, from 0; None if it is not about one row.
        column: Name of the column, dotted where it is nested; None if it is not about one.
        path: The file as the dataset names it; None if there is none.
        reason: What is wrong, and what to do about it.
        severity: "error": wrong, partial or not loadable, always refused. "omission": some of the
            data would not come along, refused unless ``strict=False``. "remark": logged, never
            refused.
        split: Name of the split; None if it is not about one.
        identifying: It may say who someone is: an error where ``require_deidentified`` is asked.
    """

    row: int | None
    column: str | None
    path: str | None
    reason: str
    severity: Severity = "error"
    split: str | None = None
    identifying: bool = False

    def __str__(self) -> str:
        """Return one line: where, then what."""
        where = [f"split {self.split!r}"] if self.split is not None else []
        where += [f"row {self.row}"] if self.row is not None else []
        where += [f"column {self.column!r}"] if self.column is not None else []
        where += [self.path] if self.path is not None else []
        return printable(": ".join(filter(None, [", ".join(where), self.reason])))

    def place(self) -> tuple[int, str, str, str]:
        """Return the sort key within a split: problems of no row first, then by row and column."""
        row = -1 if self.row is None else self.row
        return row, self.column or "", self.path or "", self.reason


def folded(problems: Iterable[Problem]) -> list[str]:
    """Return a line for each problem, and one for all files of a column with the same problem."""
    groups: dict[object, list[Problem]] = {}
    for problem in problems:
        key = problem.split, problem.column, problem.severity, problem.reason
        groups.setdefault(key if problem.path else problem, []).append(problem)
    lines: list[str] = []
    for same in groups.values():
        if len(same) <= ALIKE:
            lines += map(str, same)
            continue
        folders = {os.path.dirname(problem.path or "") for problem in same}  # noqa: PTH120 - URLs
        lines.append(f"{same[0]} (and {len(same) - 1} more{_common(folders)})")
    return lines


def _common(folders: Collection[str]) -> str:
    """Return the place of several folders; nothing if they have none in common."""
    absolute = all(folder.startswith("/") for folder in folders)
    common = os.path.commonpath(folders) if absolute else ""
    return f" in {common}" if len(common) > 1 else ""


class _ProblemsError(UploadError):
    """An error that lists problems, the first of them in its message.

    Attributes:
        problems: All of them.
    """

    SHOWN = 50
    ALL = ""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(tuple(problems))
        self.problems = tuple(problems)

    def _lines(self) -> list[str]:
        lines = folded(self.problems)
        more = len(lines) - self.SHOWN
        shown = [f"  {line}" for line in lines[: self.SHOWN]]
        return [*shown, f"  ... and {more} more{self.ALL}"] if more > 0 else shown


class CheckError(_ProblemsError):
    """The dataset cannot be uploaded as it is. Nothing was sent.

    Attributes:
        problems: All of them.
    """

    ALL = ": workaround.check lists them all"

    def __str__(self) -> str:
        """Return the first problems, one a line."""
        count = len(self.problems)
        lines = [
            f"{count} problem{'s' if count > 1 else ''}; nothing was uploaded:",
            *self._lines(),
        ]
        if all(problem.severity == "omission" for problem in self.problems):
            lines.append("To upload anyway, pass strict=False (--no-strict).")
        return "\n".join(lines)


class RowTooLargeError(UploadError):
    """The files of one row in one column are more than Parquet and Arrow can hold."""


class _SourceError(UploadError):
    """An error of one source file.

    Attributes:
        path: The file as the dataset names it; None for contents that are in the table.
        reason: What is wrong with it.
        row: Number of the row in its split, from 0; None if it is not known.
        column: Name of the column, dotted where it is nested; None if it is not known.
        split: Name of the split; None if it is not known.
    """

    def __init__(
        self,
        path: str | None,
        reason: str,
        row: int | None = None,
        column: str | None = None,
        split: str | None = None,
    ) -> None:
        super().__init__(path, reason, row, column, split)
        self.path, self.reason, self.row, self.column = path, reason, row, column
        self.split = split

    def at(self, row: int, column: str) -> Self:
        """Return the same error with its place in the split."""
        return type(self)(self.path, self.reason, row, column, self.split)

    def of_split(self, split: str) -> Self:
        """Return the same error with the name of the split."""
        return type(self)(self.path, self.reason, self.row, self.column, split)

    def __str__(self) -> str:
        """Return the place, the file, and what is wrong with it."""
        return str(Problem(self.row, self.column, self.path, self.reason, split=self.split))


class SourceChangedError(_SourceError):
    """A source file is not the one that was checked."""

    def __str__(self) -> str:
        """Return the place, the file, what is wrong with it, and what to do."""
        return f"{super().__str__()}. Push again once the file no longer changes."


class SourceDamagedError(_SourceError):
    """A source file proves damaged while it is read: the check had read its header only."""

    def __str__(self) -> str:
        """Return the place, the file, what is wrong with it, and what to do."""
        return f"{super().__str__()}. `check` with level 'full' finds all such files."


class DiskFullError(UploadError):
    """A shard does not fit into the folder for temporary files, from which it was removed."""

    def __init__(self, folder: str, nbytes: int) -> None:
        super().__init__(folder, nbytes)

    def __str__(self) -> str:
        """Return the folder, and how much has to fit."""
        folder, nbytes = self.args
        return (
            f"{folder} has no room for a shard of {nbytes} bytes, and two are there at a time: make"
            " room, set TMPDIR to a folder on another disk, or make shards smaller. The same call"
            " resumes the upload."
        )


class TargetBusyError(UploadError):
    """Another process uploads to the same place."""


class JournalError(UploadError):
    """The journal cannot be read or written."""

    def __str__(self) -> str:
        """Return the folder, and why."""
        folder, reason = self.args
        return (
            f"The journal of the upload in {folder} cannot be read or written ({reason}): make room"
            " and see to the permissions, or set HF_HOME to another folder"
        )


class WorkersLostError(UploadError):
    """The workers of the executor are gone, or take no more work."""

    def __init__(self, reason: str, advice: str | None = None) -> None:
        super().__init__(reason, advice)

    def __str__(self) -> str:
        """Return why, and what to do."""
        reason, advice = self.args
        advice = advice or "Give it workers again, or leave out the executor"
        return f"The workers are gone ({reason}). {advice}. The same call resumes the upload."


class CardConflictError(UploadError):
    """The card on the Hub contradicts this upload."""


class ForeignFilesError(UploadError):
    """Files of the repository that no push has brought are in the way of the upload.

    Attributes:
        paths: All of them.
        reason: Why they are in the way.
    """

    SHOWN = 10

    def __init__(self, paths: Sequence[str], reason: str) -> None:
        super().__init__(tuple(paths), reason)
        self.paths, self.reason = tuple(paths), reason

    def __str__(self) -> str:
        """Return the first files, and what to do."""
        names = printable(", ".join(self.paths[: self.SHOWN]))
        more = f" and {len(self.paths) - self.SHOWN} more" if len(self.paths) > self.SHOWN else ""
        return (
            f"{names}{more}: {self.reason}. Nothing was removed: move or rename it on the Hub, or"
            " pass another data_dir."
        )


class UnreadableCardError(UploadError):
    """The card does not let `load_dataset` find the config; the message says why."""


class RefusedError(UploadError):
    """The Hub refuses, or cannot be asked, and would again. The journal is kept."""


class AccessError(RefusedError):
    """The token may not write there. Nothing was sent."""


class UnreachableError(UploadError):
    """The Hub did not answer within the limits of retrying. Run the same call again later."""


class VerifyError(_ProblemsError):
    """The Hub does not hold what was uploaded.

    Attributes:
        problems: Every difference.
    """

    def __str__(self) -> str:
        """Return the first differences, one a line."""
        lines = [
            "The Hub does not have what is here. Push again if what is here is right;"
            " if a file here has changed since, bring the old one back:",
            *self._lines(),
        ]
        return "\n".join(lines)


class RestoreError(_ProblemsError):
    """Files of a dataset that cannot be written back. Files that exist remain as they are.

    Attributes:
        problems: All of them.
        written: Number of files that were written nevertheless; 0 if any path is refused.
    """

    def __init__(self, problems: Sequence[Problem], written: int = 0) -> None:
        super().__init__(problems)
        self.args = tuple(problems), written
        self.written = written

    def __str__(self) -> str:
        """Return the first problems, one a line."""
        count, written = len(self.problems), self.written
        files = f"{written} file{'s' if written > 1 else ''} {'were' if written > 1 else 'was'}"
        state = f"{files} written, but not all:" if written else "nothing was written:"
        lines = [f"{count} problem{'s' if count > 1 else ''}; {state}", *self._lines()]
        return "\n".join(lines)


class DamagedError(UploadError):
    """A truncated or invalid Parquet file."""

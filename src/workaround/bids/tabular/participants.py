"""The columns of ``participants.tsv``, for the rows of a table."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from workaround.bids.joins import Joined
from workaround.bids.scan import Session
from workaround.bids.sidecars import require_file
from workaround.bids.tabular.cells import column_of
from workaround.bids.tabular.labels import match_labels
from workaround.bids.tabular.notes import Notes
from workaround.bids.tabular.text import Line, TextTable, read_text
from workaround.errors import ArgumentError, BidsError, Problem
from workaround.tables.kinds import TEXT

ID, SESSION = "participant_id", "session_id"
NONE = "none"
_CURE = "; or pass --participants with another FILE, or none"
_IDS = frozenset(["participantid", "participant", "subjectid", "subject", "participantsid"])
"""Names of the column of ids that are not ``participant_id``, without punctuation and case."""

_Key = tuple[str, str]
"""Labels of subject and session; the latter is empty for all sessions."""


@dataclass(frozen=True)
class Participants:
    """The content of ``participants.tsv``.

    Attributes:
        columns: Columns, with a value for each row of the file table.
        by_session: The cells instead, by session, if the table has a row for each.
        subjects: Labels of the subjects that have a row, without ``sub-``.
        problems: Problems of its cells, and a problem for each subject that it lacks.
    """

    columns: Mapping[str, Any] = field(default_factory=dict)
    by_session: Joined = field(default_factory=Joined)
    subjects: frozenset[str] = frozenset()
    problems: Sequence[Problem] = ()


def participants_path(value: Any) -> Path | str | None:
    """Return the table that a caller names: "none" for no table, None for that of the dataset.

    Raises:
        ArgumentError: Not a path of a file, nor "none".
    """
    if value is None or value == NONE:
        return None if value is None else NONE
    if not isinstance(value, str | os.PathLike) or not Path(os.fsdecode(value)).is_file():
        raise ArgumentError(f"participants has to be a file, or 'none', not {value!r}")
    return Path(os.fsdecode(value))


def read_participants(
    path: Path,
    rows: Sequence[Session],
    sessions: Collection[Session],
    subjects: Collection[str],
    kinds: Mapping[str, str],
) -> Participants:
    """Read ``participants.tsv``, if there is one.

    Args:
        path: Path of the table.
        rows: Labels of subject and session of each row of the file table; the latter is empty
            where the row has no session.
        sessions: Labels of subject and session of all images.
        subjects: Labels of all subjects with a folder.
        kinds: Kinds of columns of the file table: those of text keep numbers as text.

    Raises:
        BidsError: The table is a link without a file, or no regular file.
    """
    if not path.exists() and not path.is_symlink():
        return Participants()
    require_file(path)
    notes = Notes(path, _CURE)
    try:
        table = read_text(path, notes)
    except OSError as error:
        raise BidsError(f"{path} cannot be read: {error.strerror}") from error
    id_column = None if table is None else _id_column(table, notes)
    if table is None or id_column is None:
        return Participants(problems=notes.problems())
    keys = _keys(table, id_column, sessions, subjects, notes)
    if keys is None:
        return Participants(problems=notes.problems())
    by_session = any(session for _, session in keys)
    others = [
        name for name in table.names if name != id_column and not (by_session and name == SESSION)
    ]
    places = {key: place for place, key in enumerate(keys)}
    numbers = [table.lines[place].number for place in places.values()]
    columns = {}
    for name in others:
        at = table.names.index(name)
        cells = [table.lines[place].cells[at] for place in places.values()]
        text = TEXT in (kinds.get(name), kinds.get(f"participants_{name}"))
        columns[name] = column_of(name, cells, numbers, notes, text=text)
    known = [subject for subject, _ in rows]
    labels = frozenset(subject for subject, _ in keys)
    if labels.isdisjoint(known):
        notes.error(f"has no row of any subject: sub-{known[0]} is not one of its ids")
        return Participants(problems=notes.problems())
    if by_session:
        joined = _by_session(columns, list(places), sessions)
        of_rows = joined.rows.keys() | {(subject, "") for subject in labels}
        missing = [row for row in dict.fromkeys(rows) if row not in of_rows]
        images = {subject for subject, _ in sessions}
        extra = sorted(key for key in {*joined.rows} - {*sessions} if key[0] in images)
        problems = [*_omitted(path, missing, "no row of"), *_omitted(path, extra, "no images of")]
        return Participants({}, joined, labels, [*notes.problems(), *problems])
    at_row = {subject: place for place, (subject, _) in enumerate(places)}
    indices = pa.array([at_row.get(subject) for subject in known], pa.int64())
    lacking = [(subject, "") for subject in dict.fromkeys(known) if subject not in at_row]
    return Participants(
        {name: column.take(indices) for name, column in columns.items()},
        subjects=labels,
        problems=[*notes.problems(), *_omitted(path, lacking, "no row of")],
    )


def _id_column(table: TextTable, notes: Notes) -> str | None:
    """Return the name of the column of ids."""
    if ID in table.names:
        return ID
    plain = {name: "".join(filter(str.isalnum, name)).casefold() for name in table.names}
    candidates = [name for name, text in plain.items() if text in _IDS]
    if len(candidates) == 1:
        notes.remark(f"read as the column {ID}", 1, candidates[0])
        return candidates[0]
    names = ", ".join(table.names)
    notes.error(f"has no column {ID}, but {names}: rename the column of the ids", 1)
    return None


def _keys(
    table: TextTable,
    id_column: str,
    sessions: Collection[Session],
    subjects: Collection[str],
    notes: Notes,
) -> list[_Key] | None:
    """Return the labels of subject and session of each line; None if they are ambiguous.

    Lines that say the same are one; lines without an id are none.
    """
    ids = _labels(table, id_column, "sub-", subjects, notes)
    labels = [""] * len(ids)
    several = len(set(ids)) < len(ids)
    if SESSION in table.names:
        known = {session for _, session in sessions if session}
        written = _labels(table, SESSION, "ses-", known, notes)
        if known.intersection(written):
            labels = written
        elif several:
            reason = "has several rows of one participant, with sessions that no image has"
            notes.error(f"{reason}: write the labels of the folders", column=SESSION)
    keys = list(zip(ids, labels, strict=True))
    lines: dict[_Key, list[Line]] = defaultdict(list)
    for key, line in zip(keys, table.lines, strict=True):
        lines[key].append(line)
    for (subject, session), same in lines.items():
        name = f"sub-{subject}" + (f" and ses-{session}" if session else "")
        if not subject:
            for line in same:
                notes.error("has cells and no id: write one", line.number, id_column)
        elif len({_rest(table, line, id_column) for line in same}) == 1:
            for line in same[1:]:
                notes.remark("repeats another line: left out", line.number)
        else:
            for line in same:
                reason = f"is one of several rows of {name} that differ: leave one, or add"
                notes.error(f"{reason} {SESSION}", line.number, id_column)
        if not session and any(labels) and ids.count(subject) > len(same):
            reason = f"has no session, and sub-{subject} has several rows: write one"
            notes.error(reason, same[0].number, SESSION)
    return None if notes.refused else keys


def _rest(table: TextTable, line: Line, id_column: str) -> tuple[str, ...]:
    """Return the cells of a line that are not part of its key."""
    named = zip(table.names, line.cells, strict=True)
    return tuple(cell for name, cell in named if name not in (id_column, SESSION))


def _labels(
    table: TextTable, column: str, prefix: str, known: Collection[str], notes: Notes
) -> list[str]:
    """Return the label of each line; empty if it has none."""
    at = table.names.index(column)
    cells = ["" if line.cells[at].lower() == "n/a" else line.cells[at] for line in table.lines]
    matches = match_labels(filter(None, cells), prefix, known)
    changed = {}
    for cell, line in zip(cells, table.lines, strict=True):
        label = matches.labels.get(cell, "")
        if cell in matches.ambiguous:
            names = " and ".join(f"{prefix}{name}" for name in matches.ambiguous[cell])
            notes.error(f"{cell} could be {names}: write which", line.number, column)
        elif cell and label != cell.removeprefix(prefix):
            changed[line.number] = f"{cell} as {prefix}{label}"
    if changed:
        first = next(iter(changed.values()))
        for number in changed:
            notes.remark(f"ids are read as the labels of folders, {first}", number, column)
    return [matches.labels.get(cell, "") for cell in cells]


def _by_session(
    columns: Mapping[str, pa.ChunkedArray], keys: Sequence[_Key], sessions: Collection[Session]
) -> Joined:
    """Return the cells by session; a row without one is about all of its subject."""
    joined = Joined(types={name: column.type for name, column in columns.items()})
    values = {name: column.to_pylist() for name, column in columns.items()}
    for place, (subject, session) in enumerate(keys):
        cells = {name: cells[place] for name, cells in values.items()}
        own = [key for key in sessions if key[0] == subject] if not session else []
        for key in own or [(subject, session)]:
            joined.rows[key] = cells
    return joined


def _omitted(path: Path, keys: Sequence[_Key], what: str) -> list[Problem]:
    names = [
        f"{what} sub-{subject}" + (f" ses-{session}" if session else "")
        for subject, session in keys
    ]
    return [Problem(None, ID, str(path), name, severity="omission") for name in names]

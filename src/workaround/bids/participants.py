"""The columns of ``participants.tsv``, for the rows of a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from workaround.bids.scan import Session
from workaround.bids.sidecars import require_file
from workaround.errors import BidsError, Problem
from workaround.tables.kinds import TEXT
from workaround.tables.load import load


@dataclass(frozen=True)
class Participants:
    """The content of ``participants.tsv``.

    Attributes:
        columns: Columns, with a value for each row of the file table.
        subjects: Labels of the subjects that have a row, without ``sub-``.
        problems: Problems of its cells, and a problem for each subject that it lacks.
    """

    columns: Mapping[str, Any] = field(default_factory=dict)
    subjects: frozenset[str] = frozenset()
    problems: Sequence[Problem] = ()


def read_participants(
    root: Path, rows: Sequence[Session], kinds: Mapping[str, str]
) -> Participants:
    """Read ``participants.tsv``, if there is one.

    Args:
        root: Folder of the dataset.
        rows: Labels of subject and session of each row of the file table; the latter is empty
            where the row has no session.
        kinds: Kinds of columns, as for `read_table`.

    Raises:
        BidsError: The table has no ``participant_id``, or not one row of each.
        TableError: The table cannot be read.
    """
    path = root / "participants.tsv"
    if not path.exists() and not path.is_symlink():
        return Participants()
    require_file(path)
    table = load(path, {**kinds, "participant_id": TEXT})
    if "participant_id" not in table.column_names:
        raise BidsError(f"{path} has no column participant_id")
    ids = _subject_ids(table["participant_id"])
    counts = pc.value_counts(ids.drop_null())
    if twice := [count["values"] for count in counts.to_pylist() if count["counts"] > 1]:
        raise BidsError(f"{path} has several rows of one participant, {twice[0]}")
    subjects = pa.array([f"sub-{subject}" for subject, _ in rows])
    places = pc.index_in(subjects, ids, skip_nulls=True)
    if places.null_count == len(places):
        raise BidsError(f"{path} has no row of any subject: {subjects[0]} is not one of its ids")
    problems = [
        Problem(None, "participant_id", str(path), f"no row of {subject}", severity="omission")
        for subject in pc.unique(subjects.filter(places.is_null())).to_pylist()
    ]
    others = [name for name in table.column_names if name != "participant_id"]
    labels = frozenset(name.removeprefix("sub-") for name in ids.drop_null().to_pylist())
    return Participants({name: table[name].take(places) for name in others}, labels, problems)


def _subject_ids(ids: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return the names of the subjects' folders, for ids with and without the prefix."""
    labels = pc.replace_substring_regex(pc.utf8_trim_whitespace(ids), "^sub-", "")
    return pc.binary_join_element_wise("sub-", labels, "")

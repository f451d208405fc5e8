"""``sessions.tsv`` and ``scans.tsv``: what a dataset says of each session and of each image."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from workaround.bids.sidecars import text_of
from workaround.bids.terms.names import split_name
from workaround.errors import Problem
from workaround.tables.delimited import NULLS, typed


@dataclass
class Joined:
    """The cells of some tables, joined.

    Attributes:
        rows: Cells by column, by the session or path that a row is about.
        types: Types of the columns.
        used: Paths of the tables.
        problems: Tables that cannot be joined.
    """

    rows: dict[Any, dict[str, Any]] = field(default_factory=dict)
    types: dict[str, pa.DataType] = field(default_factory=dict)
    used: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def join_sessions(root: Path, paths: Iterable[str]) -> Joined:
    """Join all ``sessions.tsv`` by labels of subject and session."""

    def key(path: str, cell: str) -> tuple[str, str]:
        return split_name(Path(path).name).entities.get("sub", ""), cell.removeprefix("ses-")

    return _join(root, paths, "sessions", "session_id", key)


def join_scans(root: Path, paths: Iterable[str]) -> Joined:
    """Join all ``scans.tsv`` by the path of an image."""

    def key(path: str, cell: str) -> str:
        return f"{path.rpartition('/')[0]}/{cell.removeprefix('./')}"

    return _join(root, paths, "scans", "filename", key)


def _join(
    root: Path, paths: Iterable[str], suffix: str, id_column: str, key: Callable[[str, str], Any]
) -> Joined:
    joined, texts = Joined(), {}
    for path in paths:
        name = split_name(path.rpartition("/")[2])
        if "/" not in path or (name.suffix, name.extension) != (suffix, ".tsv"):
            continue
        lines = csv.DictReader(
            io.StringIO(text_of(root / path).removeprefix("\ufeff")),
            delimiter="\t",
            quoting=csv.QUOTE_NONE,
        )
        if id_column not in (lines.fieldnames or ()):
            reason = f"left out: it has no column {id_column}"
            problem = Problem(None, id_column, str(root / path), reason, severity="omission")
            joined.problems.append(problem)
            continue
        joined.used.append(path)
        for line in lines:
            if cell := (line.get(id_column) or "").strip():
                texts[key(path, cell)] = _cells(line, id_column)
    for column in dict.fromkeys(column for cells in texts.values() for column in cells):
        cells = pa.chunked_array(
            [pa.array([row.get(column) for row in texts.values()], pa.string())]
        )
        values = typed(cells)
        joined.types[column] = values.type
        for place, value in zip(texts, values.to_pylist(), strict=True):
            joined.rows.setdefault(place, {})[column] = value
    return joined


def _cells(line: Mapping[str | None, Any], id_column: str) -> dict[str, str | None]:
    return {
        name: None if value is None or value.strip() in NULLS else value.strip()
        for name, value in line.items()
        if name and name.strip() and name != id_column
    }

"""Tables and JSON sidecars, made again of the columns that hold their values.

They say what the files said that were pushed, in other bytes: values went up typed, and merged by
inheritance.
"""

from __future__ import annotations

import gzip
import json
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from workaround.bids.entries import SCANS
from workaround.bids.options import HEADLESS, TABLES
from workaround.bids.sidecars import GRADIENTS
from workaround.bids.terms.beside import field_of, scan_of
from workaround.bids.terms.names import IMAGES, split_name
from workaround.bids.terms.schema import schema
from workaround.restoration.columns import BidsColumns, ImageColumn, TextColumn
from workaround.restoration.rows import cells_of

SUBJECT, SESSION = "subject_id", "session_id"
PARTICIPANTS, SESSIONS = "participants", "sessions"
"""Columns of JSON where a row is an image."""

_PEOPLE, _SESSIONS = f"{PARTICIPANTS}_", f"{SESSIONS}_"
"""Prefixes of columns whose names in the tables were in use otherwise."""

TEXTS = (*TABLES, *(extension[1:] for extension in GRADIENTS))
"""Texts beside an image, and beginnings of their names."""

Cells = dict[str, Any]


@dataclass
class Tables:
    """Tables and sidecars of a dataset, as its rows are read.

    Attributes:
        sidecars: Fields of JSON sidecars, by the path of the sidecar.
        scans: Cells of ``scans.tsv``, by the path of the image.
        rows: Cells beside no image, by subject and session.
        records: Rows of tables beside images, by path.
        sessions: Cells of ``sessions.tsv``, by subject and session.
    """

    sidecars: dict[str, Cells] = field(default_factory=dict)
    scans: dict[str, Cells] = field(default_factory=dict)
    rows: dict[tuple[str, str], Cells] = field(default_factory=dict)
    sessions: dict[tuple[str, str], Cells] = field(default_factory=dict)
    records: dict[str, Sequence[Cells]] = field(default_factory=dict)

    def add(self, table: pa.Table, columns: BidsColumns) -> None:
        """Add some rows, without contents."""
        own: dict[int, set[str]] = defaultdict(set)
        for image in columns.images:
            for text in image.texts:
                if text.rows:
                    self._add_records(table, image.depth, text)
            for row, path, values in _values(table, image):
                own[row].add(_session_of(path))
                self._add_image(path, values, single=image.single)
        names = [name for name in columns.others if name in table.column_names]
        if SUBJECT not in names:
            return
        for row, cells in enumerate(table.select(names).to_pylist()):
            self._add_row(cells, sorted(own[row] - {""}))

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Yield the path and the content of each file."""
        for path, fields in self.sidecars.items():
            yield path, (json.dumps(fields, indent=2, ensure_ascii=False) + "\n").encode()
        for path, records in self.records.items():
            header = split_name(path.rpartition("/")[2]).suffix not in HEADLESS
            data = _table(_used(records) if header else records, header=header)
            yield path, gzip.compress(data, mtime=0) if path.lower().endswith(".gz") else data
        scans: dict[str, dict[str, Cells]] = defaultdict(dict)
        for path, cells in self.scans.items():
            folder = _session_folder(path)
            scans[folder][path.removeprefix(f"{folder}/")] = cells
        for folder, rows in scans.items():
            name = f"{folder}/{folder.replace('/', '_')}_scans.tsv"
            yield name, _tsv("filename", rows)
        participants, sessions = self._split()
        if any(participants.values()):
            yield "participants.tsv", _tsv("participant_id", participants)
        for subject, rows in sessions.items():
            if any(rows.values()):
                yield f"{subject}/{subject}_sessions.tsv", _tsv("session_id", rows)

    def _add_records(self, table: pa.Table, depth: int, text: TextColumn) -> None:
        paths, cells = (cells_of(table[name], depth) for name in (text.paths, text.column))
        for (_, path), (_, rows) in zip(paths, cells, strict=True):
            if path is not None and rows is not None:
                self.records[path] = rows

    def _add_image(self, path: str, values: Cells, *, single: bool) -> None:
        entities = {*split_name(path.rpartition("/")[2]).entities, *schema().entities}
        others = {
            key: value
            for key, value in values.items()
            if key not in entities and key.partition("_")[0] not in TEXTS
        }
        fields = {
            name: plain_field(name, value)
            for key, value in others.items()
            if value is not None and (name := field_of(key)) is not None
        }
        if fields:
            self.sidecars[_stem(path) + ".json"] = fields
        if single:
            scans = _object(values.get(SCANS))
            subject, label = str(values.get(SUBJECT)), str(values.get(SESSION))
            if _is_subject(subject):
                self.rows.setdefault((subject, ""), _object(values.get(PARTICIPANTS)))
                if _is_session(label):
                    self.sessions[subject, label] = _object(values.get(SESSIONS))
        else:
            scans = {scan_of(key): value for key, value in others.items() if field_of(key) is None}
        if any(value is not None for value in scans.values()) and _session_folder(path):
            self.scans[path] = scans

    def _add_row(self, cells: Cells, sessions: Sequence[str]) -> None:
        subject, label = cells.pop(SUBJECT), cells.pop(SESSION, None)
        if not _is_subject(subject):
            return
        if not isinstance(label, str):  # a row of a subject: lists have an item for each session
            lists = {name: value for name, value in cells.items() if isinstance(value, list)}
            for at, session in enumerate(sessions):
                items = {name: value[at] for name, value in lists.items() if at < len(value)}
                if items:
                    self.sessions[subject, session] = _without_prefix(items, _SESSIONS, _PEOPLE)
            cells = {name: value for name, value in cells.items() if name not in lists}
            label = ""
        if _is_session(label):
            own_cells = {name: cells[name] for name in cells if name.startswith(_SESSIONS)}
            if own_cells:
                self.sessions[subject, label] = _without_prefix(own_cells, _SESSIONS)
            cells = {name: value for name, value in cells.items() if name not in own_cells}
        cells = _without_prefix(cells, _PEOPLE)
        self.rows[subject, label if _is_session(label) else ""] = cells

    def _split(self) -> tuple[dict[str, Cells], dict[str, dict[str, Cells]]]:
        """Return the rows of participants, and those of the sessions of each.

        Columns that vary between the sessions of any subject are about sessions.
        """
        first: dict[str, Cells] = {}
        varying: set[str] = set()
        for (subject, _), cells in self.rows.items():
            own = first.setdefault(subject, cells)
            varying |= {name for name, value in cells.items() if own.get(name) != value}
        participants = {
            subject: {name: value for name, value in cells.items() if name not in varying}
            for subject, cells in first.items()
        }
        sessions: dict[str, dict[str, Cells]] = defaultdict(dict)
        for (subject, label), cells in self.rows.items():
            if label and varying:
                sessions[subject][label] = {name: cells.get(name) for name in sorted(varying)}
        for (subject, label), cells in self.sessions.items():
            own = sessions[subject].setdefault(label, {})
            own |= {f"{_SESSIONS}{name}" if name in own else name: cells[name] for name in cells}
        return participants, sessions


def _without_prefix(cells: Cells, *prefixes: str) -> Cells:
    """Return cells by the names that their columns have in the tables, as far as they are free."""
    result: Cells = {}
    for name, value in cells.items():
        own = next((name.removeprefix(key) for key in prefixes if name.startswith(key)), name)
        result[name if own in cells or own in result else own] = value
    return result


def plain_field(name: str, value: Any) -> Any:
    """Return the value of a field as JSON has it: one number for a list of one, where BIDS does."""
    definition = schema().metadata.get(name, {})
    options = definition.get("anyOf", ())
    if isinstance(value, list):
        scalar = any(option.get("type") != "array" for option in options)
        return value[0] if len(value) == 1 and scalar else value
    if isinstance(value, str) and definition.get("type") != "string":
        parsed = _parsed(value)
        return parsed if isinstance(parsed, dict | list) else value
    return value


def _values(table: pa.Table, image: ImageColumn) -> Iterator[tuple[int, str, Cells]]:
    """Yield row and path of each image, and the values beside it."""
    paths = cells_of(table[image.paths], image.depth)
    beside = {key: cells_of(table[column], image.depth) for key, column in image.values.items()}
    values = {
        key: cells.values.to_pylist() for key, cells in beside.items() if cells.in_places_of(paths)
    }
    for at, (row, path) in enumerate(paths):
        if path is not None:
            yield row, path, {key: cells[at] for key, cells in values.items()}


def _is_subject(value: object) -> bool:
    return isinstance(value, str) and value.startswith("sub-") and value[4:].isalnum()


def _is_session(value: object) -> bool:
    return isinstance(value, str) and value.startswith("ses-") and value[4:].isalnum()


def _session_folder(path: str) -> str:
    """Return the folder that has the ``scans.tsv`` of an image; "" for none."""
    subject, *inner = path.split("/")[:-1] or [""]
    if not _is_subject(subject):
        return ""
    return "/".join([subject, *(folder for folder in inner[:1] if _is_session(folder))])


def _session_of(path: str) -> str:
    label = split_name(path.rpartition("/")[2]).entities.get("ses", "")
    return f"ses-{label}" if label else ""


def _stem(path: str) -> str:
    extension = next(ext for ext in reversed(IMAGES) if path.lower().endswith(ext))
    return path[: -len(extension)]


def _object(text: object) -> Cells:
    value = _parsed(text) if isinstance(text, str) else None
    return value if isinstance(value, dict) else {}


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _tsv(id_column: str, rows: Mapping[str, Cells]) -> bytes:
    return _table([{id_column: key, **cells} for key, cells in rows.items()])


def _used(rows: Sequence[Cells]) -> list[Cells]:
    """Return rows without the columns that only other tables of the dataset have."""
    names = {name for cells in rows for name, value in cells.items() if value is not None}
    return [{name: value for name, value in cells.items() if name in names} for cells in rows]


def _table(rows: Sequence[Cells], *, header: bool = True) -> bytes:
    names = list(dict.fromkeys(name for cells in rows for name in cells))
    lines = [names] if header else []  # else their order is that of a JSON file
    lines += [[_cell(cells.get(name)) for name in names] for cells in rows]
    return "".join("\t".join(line) + "\n" for line in lines).encode()


def _cell(value: Any) -> str:
    """Return a value as a cell of a table of BIDS, which has no quotation."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "n/a"
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    return " ".join(text.split()) or "n/a"

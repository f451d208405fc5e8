"""The columns of a table: images, and beside them what their names and files say.

A row is a session, a subject or an image. A row of images has the same columns in every dataset.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import pyarrow as pa

from workaround.bids.scan import Image, Session
from workaround.bids.terms.schema import entity_type, schema
from workaround.errors import BidsError
from workaround.tables.kinds import TEXT


@dataclass(frozen=True)
class Entry:
    """An image with the values beside it, by name: entities, gradients, fields of sidecars."""

    image: Image
    values: Mapping[str, Any]


@dataclass
class Columns:
    """The columns of a table, as they come together.

    Attributes:
        arrays: Columns by name, in their order.
        kinds: Kinds of the columns of images, and of text that could be taken for paths.
    """

    arrays: dict[str, Any] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, values: Any, kind: str | None = None) -> None:
        """Add a column.

        Raises:
            BidsError: The name is in use already.
        """
        if name in self.arrays:
            raise BidsError(f"There are two columns {name!r}: rename one")
        self.arrays[name] = values
        if kind is not None:
            self.kinds[name] = kind

    def add_values(self, name: str, values: pa.Array) -> None:
        """Add a column beside images; its text is never taken for paths."""
        inner = _innermost(values.type)
        self.add(name, values, TEXT if inner == pa.string() else None)
        if pa.types.is_struct(inner):
            texts = [part.name for part in inner if part.type == pa.string()]
            self.kinds |= {f"{name}.{part}": TEXT for part in texts}


def by_column(entries: Iterable[Entry]) -> dict[str, list[Entry]]:
    """Group images by column: raw images by suffix, derivatives by space, label and desc too."""
    entries = sorted(entries, key=lambda entry: _order(entry.image))
    datatypes: dict[tuple[str, str], set[str]] = defaultdict(set)
    sources: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        image = entry.image
        datatypes[image.derivatives, _name(image)].add(image.datatype)
        sources[_name(image)].add(image.derivatives)
    columns: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        image = entry.image
        name = _name(image)
        if len(datatypes[image.derivatives, name]) > 1:
            name = f"{image.datatype}_{name}"
        if image.derivatives and len(sources[_name(image)]) > 1:
            name = f"{image.derivatives}_{name}"
        columns[name].append(entry)
    return columns


def _order(image: Image) -> tuple[bool, str, str, str]:
    return bool(image.derivatives), image.derivatives, image.datatype, image.suffix


def _name(image: Image) -> str:
    if not image.derivatives:
        return image.suffix
    parts = [str(image.entities.get(key, "")) for key in ("space", "label", "desc")]
    return "_".join([*filter(None, parts), image.suffix])


def add_images(
    columns: Columns,
    name: str,
    rows: Sequence[Sequence[Sequence[Entry]]],
    types: Mapping[str, pa.DataType],
    *,
    nested: bool,
    always: bool,
) -> None:
    """Add a column of images, and those of the values that any of them has.

    Args:
        columns: Columns to add to.
        name: Name of the column.
        rows: Images of each row, by session if the rows are nested, else in one group.
        types: Types of the values.
        nested: Rows hold a list of their sessions.
        always: Hold lists even if no session has several of the images.
    """
    groups = [group for row in rows for group in row]
    several = always or any(len(group) > 1 for group in groups)

    def cells(value: Any, kind: pa.DataType) -> pa.Array:
        kind = pa.list_(kind) if several else kind
        cells = []
        for row in rows:
            values = [[value(entry) for entry in group] for group in row]
            row_cells = values if several else [next(iter(group), None) for group in values]
            cells.append(row_cells if nested else row_cells[0])
        return pa.array(cells, pa.list_(kind) if nested else kind)

    columns.add(name, cells(lambda entry: entry.image.path, pa.string()), "nifti")
    used = {key for group in groups for entry in group for key in entry.values}
    for key, kind in types.items():
        if key in used:
            array = cells(lambda entry, key=key: entry.values.get(key), kind)
            columns.add_values(f"{name}_{key}", array)


def add_sessions(
    columns: Columns,
    entries: Sequence[Entry],
    rows: Sequence[Session],
    types: Mapping[str, pa.DataType],
    *,
    always: bool,
) -> None:
    """Add the images of rows that are sessions."""
    for name, images in by_column(entries).items():
        cells = sorted_by(images, types)
        groups = [[cells.get(session, [])] for session in rows]
        add_images(columns, name, groups, types, nested=False, always=always)


def add_subjects(
    columns: Columns,
    entries: Sequence[Entry],
    sessions: Sequence[Session],
    types: Mapping[str, pa.DataType],
    *,
    nested: bool,
    always: bool,
) -> None:
    """Add the images of rows that are subjects: sessions are prefixes of columns, or lists."""
    by_subject = {
        subject: list(group) for subject, group in groupby(sessions, lambda session: session[0])
    }
    labels = dict.fromkeys(sorted({label for _, label in sessions}))
    if nested:
        ids = [
            [f"ses-{label}" if label else None for _, label in own] for own in by_subject.values()
        ]
        columns.add("session_id", pa.array(ids, pa.list_(pa.string())))
    for name, images in by_column(entries).items():
        cells = sorted_by(images, types)
        if nested:
            rows = [[cells.get(session, []) for session in own] for own in by_subject.values()]
            add_images(columns, name, rows, types, nested=True, always=always)
            continue
        for label in labels:
            rows = [[cells.get((subject, label), [])] for subject in by_subject]
            if any(row[0] for row in rows):
                full = f"ses-{label}_{name}" if label else name
                add_images(columns, full, rows, types, nested=False, always=always)


def add_single(
    columns: Columns, entries: Sequence[Entry], types: Mapping[str, pa.DataType]
) -> None:
    """Add the columns of rows that are images: the same for every dataset."""
    fixed = {key: entity_type(key) for key in schema().image_entities}
    fixed |= {key: kind for key, kind in types.items() if key not in ("path", *schema().entities)}
    images = [entry.image for entry in entries]
    columns.add("datatype", pa.array([image.datatype or None for image in images], pa.string()))
    columns.add("suffix", pa.array([image.suffix for image in images]))
    columns.add(
        "derivatives", pa.array([image.derivatives or None for image in images], pa.string())
    )
    for key, kind in fixed.items():
        columns.add_values(key, pa.array([entry.values.get(key) for entry in entries], kind))
    columns.add("bids_path", pa.array([image.path for image in images]), TEXT)
    columns.add("image", pa.array([image.path for image in images]), "nifti")


def sorted_by(entries: Sequence[Entry], names: Iterable[str]) -> dict[Session, list[Entry]]:
    """Return the images of each session, sorted by their entities in the order of the names."""
    order = [name for name in names if name in schema().entities]

    def key(entry: Entry) -> tuple[object, ...]:
        values = [entry.image.entities.get(name) for name in order]
        return (*((value is not None, value) for value in values), entry.image.path)

    result: dict[Session, list[Entry]] = defaultdict(list)
    for entry in sorted(entries, key=key):
        result[entry.image.session].append(entry)
    return result


def _innermost(kind: pa.DataType) -> pa.DataType:
    return _innermost(kind.value_type) if pa.types.is_list(kind) else kind

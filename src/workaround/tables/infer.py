"""File tables: CSV, TSV, JSON Lines or Parquet with the paths of files in their cells."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import datasets
import pyarrow as pa
import pyarrow.compute as pc
from datasets import Dataset, Features, LargeList, List, Value
from datasets.fingerprint import generate_random_fingerprint
from datasets.table import table_cast

from workaround.arrow.file_cells import (
    STORAGE,
    FileLeaf,
    file_columns,
    file_fields,
    is_file,
    replace_cells,
    with_file_fields,
)
from workaround.errors import CheckError, Problem, TableError
from workaround.preflight.check import require_sound
from workaround.tables.delimited import NULLS
from workaround.tables.load import load

TEXT = "string"
_SUFFIXES = {
    "nifti": ("nii", "nii.gz"),
    "image": ("png", "jpg", "jpeg", "tif", "tiff", "bmp", "gif", "webp"),
    "audio": ("wav", "flac", "mp3", "ogg", "opus", "aiff"),
    "video": ("mp4", "mov", "mkv", "avi", "webm", "mpg", "mpeg"),
    "pdf": ("pdf",),
    "mesh": ("glb", "gltf", "ply", "stl"),
}
KINDS: Mapping[str, tuple[str, ...]] = {
    kind: suffixes
    for kind, suffixes in _SUFFIXES.items()
    if hasattr(datasets.features, kind.capitalize())
}
"""Kinds of file that the installed `datasets` has a feature for, and their suffixes."""

_ABSOLUTE = r"^(/|[A-Za-z][A-Za-z0-9+.-]*://)"

Row = Callable[[int], int]
"""Row of the table that a nested value is in, by its number among all of its place."""


def read_table(
    path: Path, kinds: Mapping[str, str] | None = None, *, strict: bool = False
) -> Dataset:
    """Read a file table.

    A column whose cells end in a suffix of one kind of file gets the feature of that kind. So do
    lists of paths, and paths in objects, at any depth; in CSV and TSV, a list is written as JSON.
    Relative paths are those from the folder of the table. Numbers with leading zeros stay text.

    Args:
        path: Ends in ``.csv``, ``.tsv``, ``.jsonl``, ``.ndjson`` or ``.parquet``.
        kinds: Of some columns, which are not guessed then: one of `KINDS`, or "string". Nested ones
            are named with dots, as in ``scans.t1w``; the elements of a list as the list.
        strict: Refuse a table without files, instead of logging a warning.

    Raises:
        TableError: It cannot be read, or has no such column.
        CheckError: A column has paths in some cells, and something else in others, or cells cannot
            be read as those of the others.
    """
    kinds = kinds or {}
    dataset = file_dataset(load(path, kinds), path.parent, kinds)
    if not file_columns(dataset.features):
        reason = (
            "no column holds files: paths end in a suffix such as .nii.gz, or --column NAME=KIND"
            " says what they are"
        )
        require_sound([Problem(None, None, str(path), reason, tolerable=True)], strict=strict)
    return dataset


def file_dataset(table: pa.Table, folder: Path, kinds: Mapping[str, str]) -> Dataset:
    """Give the columns that hold paths the features of their files.

    Args:
        table: Paths are text, at any depth.
        folder: What relative paths start from.
        kinds: Of some columns; the others are guessed by suffix.

    Raises:
        TableError: There is no column of that name.
        CheckError: A column has paths in some cells, and something else in others, or values that
            `datasets` has no type for.
    """
    columns = _Columns(kinds)
    features = Features()
    for index, name in enumerate(table.column_names):
        column, feature = columns.read(table.field(index), table[name], table.schema.metadata)
        table = table.set_column(index, name, column)
        features[name] = feature
    if unknown := kinds.keys() - set(columns.names):
        names = ", ".join(dict.fromkeys(columns.names))
        raise TableError(f"There is no column {min(unknown)!r} in the table, but {names}")
    if columns.problems:
        raise CheckError(columns.problems)
    base = str(folder.absolute())

    def resolve(_: FileLeaf, cells: pa.StructArray) -> pa.StructArray:
        contents, paths = file_fields(cells)
        relative = pc.invert(pc.match_substring_regex(paths, _ABSOLUTE))
        there = pc.binary_join_element_wise(base, paths, "/")
        found = with_file_fields(cells, contents, pc.if_else(relative, there, paths))
        absent = pc.and_(contents.is_null(), pc.is_in(paths, pa.array(NULLS)))
        return pc.if_else(absent, pa.scalar(None, found.type), found)

    table = table_cast(table, features.arrow_schema)
    # The default fingerprint is a hash of a copy of everything.
    return Dataset(
        replace_cells(table, features, resolve), fingerprint=generate_random_fingerprint()
    )


class _RefusedError(Exception):
    def __init__(self, row: int | None, column: str, path: str | None, reason: str) -> None:
        self.problem = Problem(row, column, path, reason)


@dataclass
class _Columns:
    """What the columns of a table are found to hold.

    Attributes:
        kinds: Those that are known, by name.
        names: Of all that there is, dotted where nested.
        problems: Why some cannot be what they seem to be.
    """

    kinds: Mapping[str, str]
    names: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def read(
        self, of: pa.Field, column: pa.ChunkedArray, metadata: Mapping[bytes, bytes] | None
    ) -> tuple[pa.ChunkedArray, Any]:
        """A column whose paths are plain text, and its feature."""
        try:
            column = _with_lists(of.name, column, self.kinds.get(of.name))
            feature = _feature(of.with_type(column.type), metadata)
        except _RefusedError as error:
            self.names.append(of.name)
            self.problems.append(error.problem)
            return column, None
        feature, storage = self._find(of.name, column, feature, lambda row: row)
        return column if storage == column.type else column.cast(storage), feature

    def _find(
        self, name: str, column: pa.ChunkedArray, feature: Any, row: Row
    ) -> tuple[Any, pa.DataType]:
        """The feature of some values, and the type that they need for it."""
        self.names.append(name)
        of, kind = column.type, self.kinds.get(name)
        try:
            if is_file(feature) and kind is None:
                return feature, of
            if _is_cell(of) and (found := self._cell(name, column, row)):
                return found
            match feature:
                case Mapping() if kind is None:
                    return self._object(name, column, feature, row)
                case List() | LargeList():
                    return self._list(name, column, feature, row)
                case _:
                    return self._value(name, column, feature, row)
        except _RefusedError as error:
            self.problems.append(error.problem)
            return feature, of

    def _object(
        self, name: str, column: pa.ChunkedArray, feature: Any, row: Row
    ) -> tuple[Any, pa.DataType]:
        parts = {
            each.name: self._find(f"{name}.{each.name}", child, feature[each.name], row)
            for each, child in zip(column.type, column.flatten(), strict=True)
        }
        storage = pa.struct([each.with_type(parts[each.name][1]) for each in column.type])
        return {each: found for each, (found, _) in parts.items()}, storage

    def _list(
        self, name: str, column: pa.ChunkedArray, feature: Any, row: Row
    ) -> tuple[Any, pa.DataType]:
        def row_of(element: int) -> int:
            return row(pc.list_parent_indices(column)[element].as_py())

        inner, storage = self._find(name, pc.list_flatten(column), feature.feature, row_of)
        if storage == column.type.value_type and inner == feature.feature:
            return feature, column.type
        return List(inner), pa.list_(storage)

    def _cell(self, name: str, column: pa.ChunkedArray, row: Row) -> tuple[Any, pa.DataType] | None:
        """Bytes and path, as `datasets` stores files, if these are files."""
        kind, path = self.kinds.get(name), f"{name}.path"
        if kind == TEXT or path in self.kinds:
            return None
        paths = pc.struct_field(column, "path").cast(pa.string())
        guessed = kind or _guess(paths)
        if guessed is None:
            return None
        if kind is None:
            _refuse_others(path, paths, guessed, row)
        storage = [each.with_type(STORAGE.field(each.name).type) for each in column.type]
        return _file(guessed), pa.struct(storage)

    def _value(
        self, name: str, column: pa.ChunkedArray, feature: Any, row: Row
    ) -> tuple[Any, pa.DataType]:
        kind = self.kinds.get(name)
        if kind == TEXT:
            _require_text(name, column)
            return Value("string"), pa.string()
        if not _is_text(column.type):
            if kind is not None:
                reason = f"holds {column.type}, not paths: it cannot be {kind}"
                raise _RefusedError(None, name, None, reason)
            return feature, column.type
        paths = column.cast(pa.string())
        guessed = kind or _guess(paths)
        if guessed is None:
            nothing = pa.types.is_null(column.type)
            return (Value("string"), pa.string()) if nothing else (feature, column.type)
        if kind is None:
            _refuse_others(name, paths, guessed, row)
        return _file(guessed), pa.string()


def _feature(of: pa.Field, metadata: Mapping[bytes, bytes] | None) -> Any:
    """The feature of a column, which the metadata of its table may tell."""
    try:
        return Features.from_arrow_schema(pa.schema([of], metadata))[of.name]
    except ValueError:
        reason = f"holds {of.type}, which `datasets` has no type for: cast it, or leave it out"
        raise _RefusedError(None, of.name, None, reason) from None


def _file(kind: str) -> Any:
    return getattr(datasets.features, kind.capitalize())()


def _is_text(of: pa.DataType) -> bool:
    """Whether values can be read as text; nulls can."""
    if pa.types.is_dictionary(of):
        return _is_text(of.value_type)
    plain = (pa.types.is_string, pa.types.is_large_string, pa.types.is_null)
    return any(is_one(of) for is_one in plain)


def _is_cell(of: pa.DataType) -> bool:
    """Whether values may be what `datasets` stores files as."""
    if not pa.types.is_struct(of) or {each.name for each in of} != {"bytes", "path"}:
        return False
    plain = (pa.types.is_binary, pa.types.is_large_binary, pa.types.is_null)
    data = any(is_one(of.field("bytes").type) for is_one in plain)
    return data and _is_text(of.field("path").type)


def _require_text(name: str, column: pa.ChunkedArray) -> None:
    try:
        column.cast(pa.string())
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid):
        raise _RefusedError(None, name, None, f"holds {column.type}, not text") from None


def _guess(texts: pa.ChunkedArray, pattern: str = "{}$") -> str | None:
    """The first kind of file that any text ends in."""
    for kind in KINDS:
        ending = f"(?is){pattern.format(_ending(kind))}"
        if pc.any(pc.match_substring_regex(texts, ending)).as_py():
            return kind
    return None


def _ending(kind: str) -> str:
    return rf"\.({'|'.join(KINDS[kind])})"


def _with_lists(name: str, column: pa.ChunkedArray, kind: str | None) -> pa.ChunkedArray:
    """A column of text with lists of paths in the place of JSON."""
    if kind == TEXT or not _is_text(column.type):
        return column
    paths = column.cast(pa.string())
    if not pc.any(pc.starts_with(paths, "[")).as_py():
        return column
    if kind is None and _guess(paths, r"(^\[.*{0}[\"'].*\]|{0})$") is None:
        return column
    lists = pa.list_(pa.string())
    chunks, start = [], 0
    for chunk in paths.chunks:  # Python's strings take far more memory than Arrow's
        parsed = [_parsed(name, start + row, text) for row, text in enumerate(chunk.to_pylist())]
        chunks.append(pa.array(parsed, lists))
        start += len(chunk)
    return pa.chunked_array(chunks, lists)


def _parsed(name: str, row: int, text: str | None) -> list[str | None] | None:
    if text is None or text in NULLS:
        return None
    try:
        paths = json.loads(text)
    except ValueError:
        paths = text
    match paths:
        case None:
            return None
        case list() if all(isinstance(path, str | None) for path in paths):
            return paths
    reason = 'not a JSON list of paths, as in ["a.nii", "b.nii"], but other cells are lists'
    raise _RefusedError(row, name, text, reason)


def _refuse_others(name: str, paths: pa.ChunkedArray, kind: str, row: Row) -> None:
    """Raise if not all paths end in a suffix of a kind."""
    ends = pc.match_substring_regex(paths, rf"(?i){_ending(kind)}$")
    others = pc.invert(pc.or_(ends, pc.is_in(paths, pa.array(NULLS))))
    if not pc.any(others).as_py():
        return
    first = pc.index(others, True).as_py()
    count = f"{pc.sum(others).as_py()} of {pc.count(paths).as_py()}"
    suffixes = " or ".join(f".{suffix}" for suffix in KINDS[kind])
    reason = (
        f"does not end in {suffixes} ({count} paths do not). If the column holds no files, say"
        f" --column {name}=string; if all are of this kind, --column {name}={kind}"
    )
    raise _RefusedError(row(first), name, paths[first].as_py(), reason)

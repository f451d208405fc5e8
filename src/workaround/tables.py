"""File tables: CSV, TSV, JSON Lines or Parquet with the paths of files in their cells."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import datasets
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from datasets import Dataset, Features, List, Value
from datasets.fingerprint import generate_random_fingerprint
from datasets.table import table_cast
from pyarrow import csv
from pyarrow import json as json_lines

from workaround.cells import Leaf, fields, replace_cells, with_fields
from workaround.errors import CheckError, Problem, UploadError

NULLS = ["", "n/a"]
"""Cells that mean nothing: empty ones, and what BIDS writes (Common principles, tabular files)."""

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

_DELIMITERS = {".csv": ",", ".tsv": "\t"}
_ABSOLUTE = r"^(/|[A-Za-z][A-Za-z0-9+.-]*://)"
_INTEGER = r"^-?(0|[1-9][0-9]*)$"
_NUMBER = r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$"


class TableError(UploadError):
    """A file table cannot be read, or has no such column."""


def read_table(path: Path, kinds: Mapping[str, str] | None = None) -> Dataset:
    """Read a file table.

    A column whose cells end in a suffix of one kind of file gets the feature of that kind. Its
    cells may be lists of paths; in CSV and TSV, a list is written as JSON. Relative paths are those
    from the folder of the table. Numbers with leading zeros stay text.

    Args:
        path: Ends in ``.csv``, ``.tsv``, ``.jsonl``, ``.ndjson`` or ``.parquet``.
        kinds: Of some columns, which are not guessed then: one of `KINDS`, or "string".

    Raises:
        TableError: It cannot be read.
        CheckError: A column has paths in some cells, and something else in others.
    """
    kinds = kinds or {}
    table = load(path)
    if path.suffix in _DELIMITERS:
        table = typed(table, kinds)
    return file_dataset(table, path.parent, kinds)


def load(path: Path) -> pa.Table:
    """Read a table as it is; the cells of CSV and TSV are text.

    Raises:
        TableError: It cannot be read, or two columns have one name.
        CheckError: A value of JSON Lines has another type than those of the lines before.
    """
    try:
        table = _read(path)
    except (OSError, pa.ArrowException) as error:
        raise TableError(f"{path} cannot be read: {str(error).splitlines()[0]}") from error
    names = table.column_names
    if twice := {name for name in names if names.count(name) > 1}:
        raise TableError(f"{path} has several columns named {min(twice)!r}: rename them")
    return table


def _read(path: Path) -> pa.Table:
    match path.suffix:
        case ".csv" | ".tsv" as suffix:
            return _read_text(path, _DELIMITERS[suffix])
        case ".jsonl" | ".ndjson":
            return _read_json_lines(path)
        case ".parquet":
            return pq.read_table(path)
        case _:
            raise TableError(
                f"{path} is not a file table: it ends in .csv, .tsv, .jsonl, .ndjson or .parquet"
            )


def _read_text(path: Path, delimiter: str) -> pa.Table:
    layout = csv.ParseOptions(delimiter=delimiter, newlines_in_values=True)
    with csv.open_csv(path, parse_options=layout) as stream:
        names = stream.schema.names
    text = csv.ConvertOptions(
        column_types=dict.fromkeys(names, pa.string()), null_values=NULLS, strings_can_be_null=True
    )
    return csv.read_csv(path, parse_options=layout, convert_options=text)


def _read_json_lines(path: Path) -> pa.Table:
    wide = json_lines.ReadOptions(block_size=16 << 20)  # a line must fit into a block
    try:
        table = json_lines.read_json(path, read_options=wide)
    except pa.ArrowInvalid:
        if problem := _mixed_line(path):
            raise CheckError([problem]) from None
        raise
    dates = [field.name for field in table.schema if pa.types.is_timestamp(field.type)]
    if dates:  # Arrow takes text that looks like a date for one; text is what it is
        text = json_lines.ParseOptions(pa.schema([(name, pa.string()) for name in dates]))
        names = table.column_names
        table = json_lines.read_json(path, read_options=wide, parse_options=text).select(names)
    return table


def _mixed_line(path: Path) -> Problem | None:
    """The first value whose type is not that of the ones before; Arrow knows only the column."""
    types: dict[str, type] = {}
    with path.open(encoding="utf-8") as lines:
        for row, line in enumerate(filter(str.strip, lines)):
            try:
                values = json.loads(line)
            except ValueError as error:
                return Problem(row, None, None, f"not JSON: {error}")
            if not isinstance(values, dict):
                return Problem(row, None, None, "not a JSON object")
            for name, value in values.items():
                if value is None:
                    continue
                kind = float if type(value) is int else type(value)
                if types.setdefault(name, kind) is not kind:
                    reason = f"is {_SAID[kind]}, the cells before are {_SAID[types[name]]}"
                    return Problem(row, name, json.dumps(value), reason)
    return None


_SAID = {str: "text", float: "a number", bool: "true or false", list: "a list", dict: "an object"}


def typed(table: pa.Table, kinds: Mapping[str, str]) -> pa.Table:
    """Make numbers of the columns of text that hold nothing else.

    ``007`` and ``1e`` are no numbers: what would not read the same again stays text.

    Args:
        table: All text.
        kinds: Columns whose kind is known are left as they are.
    """
    for index, name in enumerate(table.column_names):
        if name not in kinds:
            table = table.set_column(index, name, _typed(table[name]))
    return table


def _typed(column: pa.ChunkedArray) -> pa.ChunkedArray:
    for pattern, number in ((_INTEGER, pa.int64()), (_NUMBER, pa.float64())):
        fits = pc.all(pc.match_substring_regex(column, pattern)).as_py()
        if fits and column.null_count < len(column):
            try:
                return column.cast(number)
            except pa.ArrowInvalid:  # more digits than 64 bits hold
                return column
    return column


def file_dataset(table: pa.Table, folder: Path, kinds: Mapping[str, str]) -> Dataset:
    """Give the columns that hold paths the features of their files.

    Args:
        table: Paths are text, or lists of text.
        folder: What relative paths start from.
        kinds: Of some columns; the others are guessed by suffix.

    Raises:
        TableError: There is no column of that name.
        CheckError: A column has paths in some cells, and something else in others.
    """
    if unknown := kinds.keys() - set(table.column_names):
        names = ", ".join(table.column_names)
        raise TableError(f"There is no column {min(unknown)!r} in the table, but {names}")
    features = Features.from_arrow_schema(table.schema)
    problems = []
    for index, name in enumerate(table.column_names):
        try:
            column, feature = _column(name, table[name], kinds.get(name))
        except _MixedError as error:
            problems.append(error.problem)
            continue
        table = table.set_column(index, name, column)
        features[name] = feature or features[name]
    if problems:
        raise CheckError(problems)
    base = str(folder.absolute())

    def resolve(_: Leaf, cells: pa.StructArray) -> pa.StructArray:
        contents, paths = fields(cells)
        relative = pc.invert(pc.match_substring_regex(paths, _ABSOLUTE))
        there = pc.binary_join_element_wise(base, paths, "/")
        return with_fields(cells, contents, pc.if_else(relative, there, paths))

    table = table_cast(table, features.arrow_schema)
    # The default fingerprint is a hash of a copy of everything.
    return Dataset(
        replace_cells(table, features, resolve), fingerprint=generate_random_fingerprint()
    )


class _MixedError(Exception):
    def __init__(self, problem: Problem) -> None:
        self.problem = problem


def _column(name: str, column: pa.ChunkedArray, kind: str | None) -> tuple[pa.ChunkedArray, Any]:
    """A column, and its feature if that is not the one of its type."""
    if kind == TEXT:
        try:
            return column.cast(pa.string()), Value("string")
        except pa.ArrowNotImplementedError:
            raise _MixedError(Problem(None, name, None, f"holds {column.type}, not text")) from None
    text = _text_type(column.type)
    if text is None:
        if kind is not None:
            reason = f"holds {column.type}, not paths: it cannot be {kind}"
            raise _MixedError(Problem(None, name, None, reason))
        return column, None
    paths = column.cast(text)
    guessed = kind is None
    kind = kind or _guess(paths)
    if kind is None:
        return (paths, Value("string")) if pa.types.is_null(column.type) else (column, None)
    if text == pa.string():
        paths = pc.if_else(pc.is_in(paths, pa.array(NULLS)), pa.scalar(None, text), paths)
        if pc.any(pc.starts_with(paths, "[")).as_py():
            paths = _lists(name, paths)
    if guessed:
        _refuse_others(name, paths, kind)
    feature = getattr(datasets.features, kind.capitalize())()
    return paths, List(feature) if pa.types.is_list(paths.type) else feature


def _text_type(of: pa.DataType) -> pa.DataType | None:
    """Text or lists of text, if a type can be read as that."""
    if pa.types.is_dictionary(of):
        return _text_type(of.value_type)
    plain = (
        pa.types.is_string,
        pa.types.is_large_string,
        pa.types.is_string_view,
        pa.types.is_null,
    )
    if any(is_one(of) for is_one in plain):
        return pa.string()
    lists = (pa.types.is_list, pa.types.is_large_list, pa.types.is_fixed_size_list)
    if any(is_one(of) for is_one in lists):
        inner = _text_type(of.value_type)
        return pa.list_(inner) if inner == pa.string() else None
    return None


def _guess(column: pa.ChunkedArray) -> str | None:
    """The first kind of file that any cell ends in."""
    texts = pc.list_flatten(column) if pa.types.is_list(column.type) else column
    for kind in KINDS:
        ending = _ending(kind)
        either = rf"(?is)^\[.*{ending}[\"'].*\]$|{ending}$"
        if pc.any(pc.match_substring_regex(texts, either)).as_py():
            return kind
    return None


def _ending(kind: str) -> str:
    return rf"\.({'|'.join(KINDS[kind])})"


def _lists(name: str, column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Lists that are written as JSON."""
    lists = pa.list_(pa.string())
    chunks, start = [], 0
    for chunk in column.chunks:  # Python's strings take far more memory than Arrow's
        parsed = [_list(name, start + row, text) for row, text in enumerate(chunk.to_pylist())]
        chunks.append(pa.array(parsed, lists))
        start += len(chunk)
    return pa.chunked_array(chunks, lists)


def _list(name: str, row: int, text: str | None) -> list[str | None] | None:
    try:
        paths = None if text is None else json.loads(text)
    except ValueError:
        paths = text
    match paths:
        case None:
            return None
        case list() if all(isinstance(path, str | None) for path in paths):
            return paths
    reason = 'not a JSON list of paths, as in ["a.nii", "b.nii"], but other cells are lists'
    raise _MixedError(Problem(row, name, text, reason))


def _refuse_others(name: str, paths: pa.ChunkedArray, kind: str) -> None:
    """Raise if the cells do not all end in a suffix of a kind."""
    nested = pa.types.is_list(paths.type)
    texts = pc.list_flatten(paths) if nested else paths
    others = pc.invert(pc.match_substring_regex(texts, rf"(?i){_ending(kind)}$"))
    if not pc.any(others).as_py():
        return
    first = pc.index(others, True).as_py()
    row = pc.list_parent_indices(paths)[first].as_py() if nested else first
    count = f"{pc.sum(others).as_py()} of {pc.count(texts).as_py()}"
    suffixes = " or ".join(f".{suffix}" for suffix in KINDS[kind])
    reason = (
        f"does not end in {suffixes} ({count} paths do not). If the column holds no files, say"
        f" --column {name}=string; if all are of this kind, --column {name}={kind}"
    )
    raise _MixedError(Problem(row, name, texts[first].as_py(), reason))

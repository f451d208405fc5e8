"""File tables: tables with paths of files in their cells, and the features of their columns."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import datasets
import pyarrow as pa
import pyarrow.compute as pc
from datasets import ClassLabel, Dataset, Features, LargeList, List, Value
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
from workaround.tables.kinds import SUFFIXES, TEXT, installed_kinds, known_kinds
from workaround.tables.load import load, local_path

_ABSOLUTE = r"^(/|[A-Za-z][A-Za-z0-9+.-]*://)"

Row = Callable[[int], int]
"""Maps the number of a nested value, among all of its place, to its row in the table."""


def read_table(
    path: str | os.PathLike[str], kinds: Mapping[str, str] | None = None, *, strict: bool = False
) -> Dataset:
    """Read a file table.

    A column whose cells end in a suffix of one kind of file gets the feature of that kind. So do
    lists of paths, and paths in objects, at any depth; in CSV and TSV, a list is written as JSON.
    Relative paths start at the folder of the table. Numbers with leading zeros stay text.

    Args:
        path: Table that ends in ``.csv``, ``.tsv``, ``.jsonl``, ``.ndjson`` or ``.parquet``.
        kinds: Kinds of some columns, which are not guessed then: one of `installed_kinds`, or
            "string". Name nested columns with dots, as in ``scans.t1w``; the elements of a list
            as the list.
        strict: Refuse a table without files, instead of logging a warning.

    Raises:
        ArgumentError: The path or the kinds are not what the arguments can be.
        TableError: The table cannot be read, or a column of ``kinds`` is missing.
        CheckError: A column has paths in some cells and other text in others, or some cells cannot
            be read as the others.
    """
    path, kinds = local_path("path", path), known_kinds(kinds)
    dataset = file_dataset(load(path, kinds), path.parent, kinds)
    if not file_columns(dataset.features):
        reason = (
            "no column holds files: end paths in a suffix such as .nii.gz, or pass --column"
            " NAME=KIND"
        )
        require_sound([Problem(None, None, str(path), reason, severity="omission")], strict=strict)
    return dataset


def file_dataset(table: pa.Table, folder: Path, kinds: Mapping[str, str]) -> Dataset:
    """Make a dataset of a table, with the features of files in columns that hold paths.

    Args:
        table: A table with paths as text, at any depth.
        folder: Folder that relative paths start at.
        kinds: Kinds of some columns; those of others are guessed by suffix.

    Raises:
        TableError: A column of ``kinds`` is missing.
        CheckError: A column has paths in some cells and other text in others, or values that
            `datasets` has no type for.
    """
    columns = _Columns(kinds)
    inferred = columns.read(table)
    if unknown := kinds.keys() - set(columns.names):
        names = ", ".join(dict.fromkeys(columns.names))
        raise TableError(f"The table has no column {min(unknown)!r}, but {names}")
    if columns.problems:
        raise CheckError(columns.problems)
    features = Features({name: feature for name, (_, feature) in inferred.items()})
    table = pa.table({name: column for name, (column, _) in inferred.items()})
    base = str(folder.absolute())

    def resolve(_: FileLeaf, cells: pa.StructArray) -> pa.StructArray:
        contents, paths = file_fields(cells)
        relative = pc.invert(pc.match_substring_regex(paths, _ABSOLUTE))
        absolute = pc.binary_join_element_wise(base, paths, "/")
        resolved = with_file_fields(cells, contents, pc.if_else(relative, absolute, paths))
        absent = pc.and_(contents.is_null(), pc.is_in(paths, pa.array(NULLS)))
        return pc.if_else(absent, pa.scalar(None, resolved.type), resolved)

    try:
        for name, feature in features.items():
            if isinstance(feature, ClassLabel):
                for chunk in table[name].chunks:
                    feature.cast_storage(chunk)  # refuses labels without a name
        table = table_cast(table, features.arrow_schema)
    except (ValueError, TypeError, pa.ArrowException) as error:  # such as a label out of range
        raise TableError(
            f"The table does not match the features in its metadata ({_line(error)}): write it"
            " again without them, or mend the values"
        ) from error
    # The default fingerprint is a hash of a copy of everything.
    return Dataset(
        replace_cells(table, features, resolve), fingerprint=generate_random_fingerprint()
    )


class _RefusedError(Exception):
    def __init__(self, row: int | None, column: str, path: str | None, reason: str) -> None:
        self.problem = Problem(row, column, path, reason)


@dataclass
class _Columns:
    """The columns of a table, as their features are inferred.

    Attributes:
        kinds: Kinds that the caller named, by column.
        names: Names of all columns and fields, dotted where nested.
        problems: Columns whose cells do not go together.
    """

    kinds: Mapping[str, str]
    names: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def read(self, table: pa.Table) -> dict[str, tuple[pa.ChunkedArray, Any]]:
        """Return all columns with their paths as plain text, and their features.

        Raises:
            TableError: The metadata of the table are not those that `datasets` writes.
        """
        fields, columns = [], {}
        for arrow_field, column in zip(table.schema, table.columns, strict=True):
            name = arrow_field.name
            try:
                columns[name] = _with_lists(name, column, self.kinds.get(name))
            except _RefusedError as error:
                self.names.append(name)
                self.problems.append(error.problem)
            else:
                fields.append(arrow_field.with_type(columns[name].type))
        features = self._stored_features(pa.schema(fields, table.schema.metadata))
        result = {}
        for name, feature in features.items():
            column = columns[name]
            feature, storage = self._infer(name, column, feature, lambda row: row)
            result[name] = column if storage == column.type else column.cast(storage), feature
        return result

    def _stored_features(self, schema: pa.Schema) -> dict[str, Any]:
        """Return the features of columns by metadata and type; note those that have none."""
        try:
            Features.from_arrow_schema(pa.schema([], schema.metadata))
        except Exception as error:  # the parser raises what comes up
            raise TableError(
                "The table has metadata that `datasets` cannot read"
                f" ({type(error).__name__}: {_line(error)}): write it again without metadata"
            ) from error
        try:
            return dict(Features.from_arrow_schema(schema))
        except ValueError:  # a type of some column; the error does not say of which
            features: dict[str, Any] = {}
            for arrow_field in schema:
                one = pa.schema([arrow_field], schema.metadata)
                try:
                    features |= Features.from_arrow_schema(one)
                except ValueError:
                    reason = (
                        f"holds {arrow_field.type}, which `datasets` has no type for: cast it or"
                        " leave it out"
                    )
                    self.names.append(arrow_field.name)
                    self.problems.append(Problem(None, arrow_field.name, None, reason))
            return features

    def _infer(
        self, name: str, column: pa.ChunkedArray, feature: Any, row: Row
    ) -> tuple[Any, pa.DataType]:
        """Return the feature of some values, and the type to store them as."""
        self.names.append(name)
        data_type, kind = column.type, self.kinds.get(name)
        try:
            if is_file(feature) and kind is None:
                return feature, data_type
            if _is_cell(data_type) and (inferred := self._cell(name, column, row)):
                return inferred
            match feature:
                case Mapping() if kind is None:
                    return self._object(name, column, feature, row)
                case List() | LargeList():
                    return self._list(name, column, feature, row)
                case _:
                    return self._value(name, column, feature, row)
        except _RefusedError as error:
            self.problems.append(error.problem)
            return feature, data_type

    def _object(
        self, name: str, column: pa.ChunkedArray, feature: Any, row: Row
    ) -> tuple[Any, pa.DataType]:
        parts = {
            part.name: self._infer(f"{name}.{part.name}", child, feature[part.name], row)
            for part, child in zip(column.type, column.flatten(), strict=True)
        }
        storage = pa.struct([part.with_type(parts[part.name][1]) for part in column.type])
        return {name: inferred for name, (inferred, _) in parts.items()}, storage

    def _list(
        self, name: str, column: pa.ChunkedArray, feature: Any, row: Row
    ) -> tuple[Any, pa.DataType]:
        def row_of(element: int) -> int:
            return row(pc.list_parent_indices(column)[element].as_py())

        inner, storage = self._infer(name, pc.list_flatten(column), feature.feature, row_of)
        if storage == column.type.value_type and inner == feature.feature:
            return feature, column.type
        return List(inner), pa.list_(storage)

    def _cell(self, name: str, column: pa.ChunkedArray, row: Row) -> tuple[Any, pa.DataType] | None:
        """Return the feature of bytes and path, as `datasets` stores files; None if not files."""
        kind, path = self.kinds.get(name), f"{name}.path"
        if kind == TEXT or path in self.kinds:
            return None
        paths = pc.struct_field(column, "path").cast(pa.string())
        guessed = kind or _guess(paths)
        if guessed is None:
            return None
        if kind is None:
            _refuse_others(path, paths, guessed, row)
        storage = [part.with_type(STORAGE.field(part.name).type) for part in column.type]
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


def _line(error: Exception) -> str:
    """Return the first line of an error."""
    return next(iter(str(error).splitlines()), type(error).__name__)


def _file(kind: str) -> Any:
    return getattr(datasets.features, kind.capitalize())()


def _is_text(data_type: pa.DataType) -> bool:
    """Return True if values can be read as text; nulls can."""
    if pa.types.is_dictionary(data_type):
        return _is_text(data_type.value_type)
    plain = (pa.types.is_string, pa.types.is_large_string, pa.types.is_null)
    return any(is_one(data_type) for is_one in plain)


def _is_cell(data_type: pa.DataType) -> bool:
    """Return True if values may be files as `datasets` stores them."""
    if not pa.types.is_struct(data_type) or {part.name for part in data_type} != {"bytes", "path"}:
        return False
    plain = (pa.types.is_binary, pa.types.is_large_binary, pa.types.is_null)
    data = any(is_one(data_type.field("bytes").type) for is_one in plain)
    return data and _is_text(data_type.field("path").type)


def _require_text(name: str, column: pa.ChunkedArray) -> None:
    try:
        column.cast(pa.string())
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid):
        raise _RefusedError(None, name, None, f"holds {column.type}, not text") from None


def _guess(texts: pa.ChunkedArray, pattern: str = "{}$") -> str | None:
    """Return the first kind of file that any text ends in."""
    for kind in installed_kinds():
        ending = f"(?is){pattern.format(_ending(kind))}"
        if pc.any(pc.match_substring_regex(texts, ending)).as_py():
            return kind
    return None


def _ending(kind: str) -> str:
    """Return a pattern of the suffixes of a kind; in URLs a query or an archive may follow."""
    suffix = rf"\.({'|'.join(SUFFIXES[kind])})"
    return rf"({suffix}|://\S*{suffix}(\?\S*|::\S+))"


def _with_lists(name: str, column: pa.ChunkedArray, kind: str | None) -> pa.ChunkedArray:
    """Return a column of text with lists of paths in place of JSON."""
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
    reason = 'not a JSON list of paths such as ["a.nii", "b.nii"], as other cells are'
    raise _RefusedError(row, name, text, reason)


def _refuse_others(name: str, paths: pa.ChunkedArray, kind: str, row: Row) -> None:
    """Refuse a column in which some paths end in another suffix."""
    ends = pc.match_substring_regex(paths, rf"(?i){_ending(kind)}$")
    others = pc.invert(pc.or_(ends, pc.is_in(paths, pa.array(NULLS))))
    if not pc.any(others).as_py():
        return
    first = pc.index(others, True).as_py()
    count = f"{pc.sum(others).as_py()} of {pc.count(paths).as_py()}"
    suffixes = " or ".join(f".{suffix}" for suffix in SUFFIXES[kind])
    reason = (
        f"does not end in {suffixes} ({count} paths do not). If the column holds no files, pass"
        f" --column {name}=string; if all are of this kind, --column {name}={kind}"
    )
    raise _RefusedError(row(first), name, paths[first].as_py(), reason)

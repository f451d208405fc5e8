"""File cells: find them at any depth of a table, and replace their contents.

A feature holds files if its storage is a struct of ``bytes`` and ``path``: Nifti, Image, Audio,
Video, Pdf and later ones. Releases that cannot embed a feature (Nifti before 4.4.2) are no
obstacle, since nothing here calls ``embed_storage``.

All walks respect slices. Upstream's did not before 5.2.0: ``ListArray.values`` is the child of the
whole column, so one row embedded every file of the dataset (`datasets.table.embed_array_storage`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from datasets import LargeList, List

STORAGE = pa.struct({"bytes": pa.binary(), "path": pa.string()})

Int64Array = npt.NDArray[np.int64]


@dataclass(frozen=True)
class FileLeaf:
    """A place in a schema that holds files.

    Attributes:
        column: Name for people, dotted where nested.
        path: Names in the Parquet schema, which adds two levels for each list.
        repeated: True inside a list.
    """

    column: str
    path: tuple[str, ...]
    repeated: bool = False

    @classmethod
    def of(cls, name: str) -> FileLeaf:
        """Return the leaf of a top-level column."""
        return cls(name, (name,))

    def field(self, name: str) -> FileLeaf:
        """Return the leaf of a field of this struct."""
        return FileLeaf(f"{self.column}.{name}", (*self.path, name), self.repeated)

    def element(self) -> FileLeaf:
        """Return the leaf of the elements of this list."""
        return FileLeaf(self.column, (*self.path, "list", "element"), repeated=True)


Replace = Callable[[FileLeaf, pa.StructArray], pa.StructArray]


@dataclass(frozen=True)
class FileCells:
    """The file cells of one leaf of a table.

    Attributes:
        leaf: Their place in the schema.
        rows: Row of each cell, counted from the first row of the table.
        contents: Embedded bytes, of type binary; null if there are none.
        paths: Names of files, of type string; null if there are none.
        present: False where the cell itself is null.
    """

    leaf: FileLeaf
    rows: Int64Array
    contents: pa.Array
    paths: pa.Array
    present: npt.NDArray[np.bool_]

    def external(self) -> npt.NDArray[np.bool_]:
        """Return a mask of the cells that name a file whose bytes are not in the table."""
        return is_external(self.contents, self.paths)


def is_external(contents: pa.Array, paths: pa.Array) -> npt.NDArray[np.bool_]:
    """Return a mask of the cells that have a path and no bytes."""
    mask = pc.and_(contents.is_null(), paths.is_valid())
    return np.asarray(mask.to_numpy(zero_copy_only=False), dtype=np.bool_)


def is_file(feature: Any) -> bool:
    """Return True for a file feature itself, not for one that contains it."""
    return bool(getattr(feature, "pa_type", None) == STORAGE)


def holds_files(feature: Any) -> bool:
    """Return True for a feature with files at any depth."""
    match feature:
        case Mapping():
            return any(map(holds_files, feature.values()))
        case List() | LargeList():
            return holds_files(feature.feature)
        case [element]:
            return holds_files(element)
        case _:
            return is_file(feature)


def file_columns(features: Mapping[str, Any]) -> list[str]:
    """Return the names of the top-level columns with files at any depth."""
    return [name for name, feature in features.items() if holds_files(feature)]


def file_leaves(features: Mapping[str, Any]) -> list[FileLeaf]:
    """Return all file leaves of a schema."""
    return list(_leaves(features, FileLeaf.of))


def _leaves(feature: Mapping[str, Any], leaf: Callable[[str], FileLeaf]) -> Iterator[FileLeaf]:
    for name, child in feature.items():
        inner = leaf(name)
        while not is_file(child) and not isinstance(child, Mapping) and holds_files(child):
            inner, child = inner.element(), _element(child)
        if is_file(child):
            yield inner
        elif isinstance(child, Mapping):
            yield from _leaves(child, inner.field)


def leaf_feature(features: Mapping[str, Any], leaf: FileLeaf) -> Any:
    """Return the feature of a leaf."""
    feature: Any = features
    names = iter(leaf.path)
    for name in names:
        if isinstance(feature, Mapping):
            feature = feature[name]
        else:
            feature = _element(feature)
            next(names)  # a list takes two levels in Parquet
    return feature


def file_cells(table: pa.Table, features: Mapping[str, Any]) -> Iterator[FileCells]:
    """Yield all file cells of a table, leaf by leaf and chunk by chunk.

    Args:
        table: Rows with the storage types of the features.
        features: Features by column; other columns are ignored.
    """
    for name in file_columns(features):
        start = 0
        for chunk in table[name].chunks:
            rows = np.arange(start, start + len(chunk), dtype=np.int64)
            yield from _walk(FileLeaf.of(name), chunk, features[name], rows)
            start += len(chunk)


def _walk(leaf: FileLeaf, array: pa.Array, feature: Any, rows: Int64Array) -> Iterator[FileCells]:
    if is_file(feature):
        contents, paths = file_fields(array)
        yield FileCells(leaf, rows, contents, paths, np.asarray(array.is_valid(), dtype=np.bool_))
    elif isinstance(feature, Mapping):
        for field, child in zip(array.type, array.flatten(), strict=True):
            if holds_files(feature[field.name]):
                yield from _walk(leaf.field(field.name), child, feature[field.name], rows)
    else:
        rows = np.repeat(rows, list_lengths(array))
        yield from _walk(leaf.element(), array.flatten(), _element(feature), rows)


def replace_cells(table: pa.Table, features: Mapping[str, Any], replace: Replace) -> pa.Table:
    """Replace the file cells of a table.

    Args:
        table: Any slice of a dataset, with the storage types of the features.
        features: Features of all columns.
        replace: Maps the cells of a leaf to as many others; called for each leaf and chunk.
    """
    columns = []
    for field in table.schema:
        feature, leaf = features[field.name], FileLeaf.of(field.name)
        chunks = [_replace(leaf, chunk, feature, replace) for chunk in table[field.name].chunks]
        columns.append(pa.chunked_array(chunks, field.type))
    return pa.Table.from_arrays(columns, schema=table.schema)


def _replace(leaf: FileLeaf, array: pa.Array, feature: Any, replace: Replace) -> pa.Array:
    if not holds_files(feature):
        return array
    if is_file(feature):
        return replace(leaf, array)
    if isinstance(feature, Mapping):
        # flatten() applies the nulls of the struct to its fields, so hidden values are not read.
        children = [
            _replace(leaf.field(field.name), child, feature[field.name], replace)
            for field, child in zip(array.type, array.flatten(), strict=True)
        ]
        return pa.StructArray.from_arrays(children, fields=list(array.type), mask=array.is_null())
    values = _replace(leaf.element(), array.flatten(), _element(feature), replace)
    if pa.types.is_fixed_size_list(array.type):
        values = _pad(array, values)
        return pa.FixedSizeListArray.from_arrays(values, type=array.type, mask=array.is_null())
    large = pa.types.is_large_list(array.type)
    offsets = np.concatenate([[0], np.cumsum(list_lengths(array))])
    return (pa.LargeListArray if large else pa.ListArray).from_arrays(
        pa.array(offsets, pa.int64() if large else pa.int32()),
        values,
        type=array.type,
        mask=array.is_null(),
    )


def _pad(array: pa.FixedSizeListArray, values: pa.Array) -> pa.Array:
    """Insert nulls for the elements of null lists: fixed-size lists address by position."""
    present = np.repeat(np.asarray(array.is_valid()), array.type.list_size)
    if present.all():
        return values
    return values.take(pa.array(np.cumsum(present) - 1, mask=~present))


def file_fields(array: pa.StructArray) -> tuple[pa.Array, pa.Array]:
    """Return the contents and the paths of file cells; both null where the cell is null."""
    children = dict(zip((field.name for field in array.type), array.flatten(), strict=True))
    return children["bytes"], children["path"]


def with_file_fields(array: pa.StructArray, contents: pa.Array, paths: pa.Array) -> pa.StructArray:
    """Return file cells with other contents and paths."""
    children = {"bytes": contents, "path": paths}
    return pa.StructArray.from_arrays(
        [children[field.name] for field in array.type],
        fields=list(array.type),
        mask=array.is_null(),
    )


def list_lengths(array: pa.Array) -> Int64Array:
    """Return the length of every list of any list type; 0 for null."""
    if pa.types.is_fixed_size_list(array.type):
        present: Int64Array = np.asarray(array.is_valid(), dtype=np.int64)
        return present * int(array.type.list_size)
    lengths: Int64Array = np.asarray(pc.fill_null(pc.list_value_length(array), 0), dtype=np.int64)
    return lengths


def _element(feature: Any) -> Any:
    return feature[0] if isinstance(feature, list) else feature.feature

"""The survey of a split: one walk over its rows that weighs them and inspects their files.

The walk collects paths; then each distinct file is inspected once, in parallel: those that are
plainly sound in batches (`glance`), the others one by one (`inspect`). In memory are the
paths, and a few numbers for each row and each file cell.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from datasets import Dataset, Features, Nifti

from workaround.arrow.file_cells import (
    FileLeaf,
    Int64Array,
    file_cells,
    file_columns,
    file_leaves,
    leaf_feature,
)
from workaround.arrow.files import READERS, Files
from workaround.arrow.row_sizes import PAGE_SHARE, arrow_bytes, parquet_bytes
from workaround.arrow.skeleton import CheckedFiles
from workaround.errors import Problem
from workaround.hub.bars import show_bar
from workaround.preflight.column_survey import Column
from workaround.preflight.glance import Glance, glance
from workaround.preflight.header_texts import HeaderTexts
from workaround.preflight.identifying_names import all_names, name_problems
from workaround.preflight.inspect import CheckLevel, inspect_file
from workaround.preflight.nifti import Defect

BATCH_ROWS = 1000
BATCH_BYTES = 32 << 20
BATCH_FILES = 256
STATISTIC = 4096
"""Bytes of a value above which Parquet writers leave out the minimum and maximum of a column."""


@dataclass
class Survey:
    """Sizes and problems of the rows of a split.

    Attributes:
        row_bytes: Bytes of each row once its files are embedded.
        parquet_bytes: Upper bound of the bytes of each row in a Parquet file, without metadata.
        widest: Most bytes that the values of one row add up to, none counted above `STATISTIC`.
        files: Number of cells whose files are embedded.
        file_bytes: Bytes of these files.
        checked: Size and version of each of these files, by leaf.
        problems: Problems, sorted by row, column and path.
    """

    row_bytes: Int64Array
    parquet_bytes: Int64Array
    widest: int = 0
    files: int = 0
    file_bytes: int = 0
    checked: Mapping[FileLeaf, CheckedFiles] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def survey(
    dataset: Dataset, files: Files, *, embed: bool = True, level: CheckLevel = "headers"
) -> Survey:
    """Survey a split.

    Args:
        dataset: The rows.
        files: Access to the source files.
        embed: Weigh and inspect the files, as for an upload that embeds them.
        level: How much of each file to read.

    Raises:
        UnreachableError: A server of files did not answer for minutes.
    """
    rows = len(dataset)
    shape = [
        Problem(None, name, None, "has objects without fields: Parquet cannot store them; drop it")
        for name in dataset.column_names
        if _without_fields(dataset.data.schema.field(name).type)
    ]
    all_features = dataset.features  # a copy each time
    if level != "sizes":
        shape += name_problems(all_names(_filled(dataset, all_features)))
    columns = {
        leaf: Column(leaf, isinstance(leaf_feature(all_features, leaf), Nifti))
        for leaf in file_leaves(all_features)
    }
    if not rows:
        reason = "the split has no rows: `load_dataset` then fails for the config; leave it out"
        shape.append(Problem(None, None, None, reason, severity="omission"))
        return Survey(np.empty(0, np.int64), np.empty(0, np.int64), problems=shape)
    if not columns or not embed:
        average = np.full(rows, dataset.data.nbytes // len(dataset.data), dtype=np.int64)
        return Survey(average, average, problems=shape)
    result = Survey(np.zeros(rows, np.int64), np.zeros(rows, np.int64))
    features = {name: all_features[name] for name in file_columns(all_features)}
    widest: dict[str, int] = {}
    for start, table in _batches(dataset):
        part = slice(start, start + len(table))
        for name in table.column_names:
            sizes = arrow_bytes(table[name])
            result.row_bytes[part] += sizes
            result.parquet_bytes[part] += parquet_bytes(table[name])
            widest[name] = max(widest.get(name, 0), int(np.minimum(sizes, STATISTIC).max()))
        for cells in file_cells(table, features):
            columns[cells.leaf].add(start, cells, level=level)
    result.widest = sum(widest.values())
    _weigh(result, list(columns.values()), files, level=level)
    defects = (problem for column in columns.values() for problem in column.problems)
    result.problems = sorted([*shape, *result.problems, *defects], key=Problem.place)
    return result


def _filled(dataset: Dataset, features: Features) -> dict[str, Any]:
    """Return the features of the columns that are not empty."""
    table = dataset.data
    return {
        name: feature
        for name, feature in features.items()
        if table.column(name).null_count < len(table)
    }


def _without_fields(kind: pa.DataType) -> bool:
    """Return True if a type has a struct without fields at any depth."""
    children = [kind.field(number).type for number in range(kind.num_fields)]
    return (pa.types.is_struct(kind) and not children) or any(map(_without_fields, children))


def _batches(dataset: Dataset) -> Iterator[tuple[int, pa.Table]]:
    """Yield the rows in tables, each with the number of its first row."""
    # Rows of a selection are copied, with the contents that are in the table already.
    average = max(1, dataset.data.nbytes // len(dataset.data))
    step = int(np.clip(BATCH_BYTES // average, 1, BATCH_ROWS))
    for number, table in enumerate(dataset.with_format("arrow").iter(step)):
        yield number * step, table


def _weigh(result: Survey, columns: Sequence[Column], files: Files, *, level: CheckLevel) -> None:
    """Inspect each distinct file, and add its size to its rows."""
    paths = [
        pa.concat_arrays([pa.array([], pa.large_string()), *column.paths]) for column in columns
    ]
    encoded = pa.concat_arrays(paths).dictionary_encode()
    names, numbers = encoded.dictionary, np.asarray(encoded.indices, dtype=np.int64)
    parts = np.split(numbers, np.cumsum([len(column) for column in paths])[:-1])
    nifti = np.zeros(len(names), np.bool_)
    for column, part in zip(columns, parts, strict=True):
        nifti[part] |= column.nifti
    texts = HeaderTexts()
    sizes, versions, defects = _look(files, names, nifti, texts, level=level)
    checked: dict[FileLeaf, CheckedFiles] = {}
    for column, part in zip(columns, parts, strict=True):
        column.judge(part, names, sizes, defects)
        for rows, contents in zip(column.embedded_rows, column.embedded_sizes, strict=True):
            np.subtract.at(result.parquet_bytes, rows, contents // PAGE_SHARE)  # no text
        rows = np.concatenate([np.empty(0, np.int64), *column.rows])
        checked[column.leaf] = CheckedFiles(rows, sizes[part], versions[part])
        np.add.at(result.row_bytes, rows, sizes[part])
        np.add.at(result.parquet_bytes, rows, sizes[part])
        result.files += len(part)
        result.file_bytes += int(sizes[part].sum())
        texts.update(column.texts)
    result.checked = checked
    result.problems = texts.problems()


def _look(
    files: Files,
    names: pa.Array,
    nifti: npt.NDArray[np.bool_],
    texts: HeaderTexts,
    *,
    level: CheckLevel,
) -> tuple[Int64Array, Int64Array, Mapping[int, Defect]]:
    """Return the size and the version of each file, and the defects of some; count texts."""
    sizes, versions = np.zeros(len(names), np.int64), np.zeros(len(names), np.int64)
    defects: dict[int, Defect] = {}
    order = np.asarray(pc.sort_indices(names), dtype=np.int64)
    with show_bar("Checking", len(names), " files") as bar:
        for kind in (False, True):
            chosen = order[nifti[order] == kind]
            others = []
            for numbers, facts in _glances(names, chosen, nifti=kind, level=level):
                sizes[numbers], versions[numbers] = facts.sizes, facts.versions
                others.append(numbers[~facts.sound])
                texts.update(facts.texts)
                bar.update(int(facts.sound.sum()))
            look = partial(inspect_file, files, level=level, nifti=kind)
            remaining = np.concatenate(others).tolist() if others else []
            paths = (names[number].as_py() for number in remaining)
            for number, inspection in zip(remaining, files.map(look, paths), strict=True):
                for text in inspection.texts:
                    texts.add(text, names[number].as_py())
                if inspection.source is not None:
                    sizes[number], versions[number] = (
                        inspection.source.size,
                        inspection.source.version,
                    )
                if inspection.defect is not None:
                    defects[number] = inspection.defect
                bar.update()
    return sizes, versions, defects


def _glances(
    names: pa.Array, chosen: Int64Array, *, nifti: bool, level: CheckLevel
) -> Iterator[tuple[Int64Array, Glance]]:
    """Yield the facts about the chosen files, batch by batch, with their numbers."""

    def look(numbers: Int64Array) -> tuple[Int64Array, Glance]:
        return numbers, glance(names.take(numbers).to_pylist(), level=level, nifti=nifti)

    batches = (chosen[at : at + BATCH_FILES] for at in range(0, len(chosen), BATCH_FILES))
    with ThreadPoolExecutor(READERS) as pool:
        while some := list(islice(batches, READERS)):
            yield from pool.map(look, some)

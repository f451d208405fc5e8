"""Skeleton tables: rows with empty file cells, beside the contents that belong there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from workaround.arrow.contents import Content
from workaround.arrow.file_cells import (
    FileLeaf,
    Int64Array,
    file_fields,
    is_external,
    replace_cells,
    with_file_fields,
)
from workaround.arrow.files import Files, SourceFile
from workaround.arrow.paths import upload_names


@dataclass(frozen=True)
class CheckedFiles:
    """The facts of the check about the external cells of a leaf, in the order of the cells.

    Attributes:
        rows: Row of each cell in its split, ascending.
        sizes: Size of its file in bytes.
        versions: Version of its file (`SourceFile`).
    """

    rows: Int64Array
    sizes: Int64Array
    versions: Int64Array

    def of_rows(self, start: int, stop: int) -> CheckedFiles:
        """Return the facts about the cells of some rows."""
        first, last = np.searchsorted(self.rows, [start, stop])
        cells = slice(first, last)
        return CheckedFiles(self.rows[cells], self.sizes[cells], self.versions[cells])

    def __iter__(self) -> Iterator[tuple[int, int]]:
        """Yield size and version of each cell."""
        return zip(self.sizes.tolist(), self.versions.tolist(), strict=True)


@dataclass(frozen=True)
class SkeletonTable:
    """Rows without the contents of their files.

    Attributes:
        table: The rows, with ``b""`` in each file cell that has contents, and base names as paths.
        contents: Contents of those cells by leaf, in order.
    """

    table: pa.Table
    contents: Mapping[FileLeaf, list[Content]]


def extract_contents(
    table: pa.Table,
    features: Mapping[str, Any],
    files: Files,
    *,
    embed: bool = True,
    checked: Mapping[FileLeaf, CheckedFiles] | None = None,
) -> SkeletonTable:
    """Separate rows from the contents of their files, of which none is read.

    Args:
        table: Rows of a dataset, with the storage types of `features`.
        features: Features of the dataset.
        files: Access to the source files.
        embed: Embed source files. Otherwise only bytes that are in the table are contents, and
            URLs stay as they are.
        checked: Facts of the check about the files of these rows. Without them the files are
            looked up.

    Raises:
        OSError: A source file is missing.
    """
    facts = {leaf: iter(cells) for leaf, cells in (checked or {}).items()}
    contents: dict[FileLeaf, list[Content]] = defaultdict(list)

    def empty(leaf: FileLeaf, cells: pa.StructArray) -> pa.StructArray:
        embedded, paths = file_fields(cells)
        external = is_external(embedded, paths) & embed
        filled = external | np.asarray(embedded.is_valid())
        names = paths.filter(pa.array(external)).to_pylist()
        if facts:
            known = islice(facts[leaf], len(names))
            sources = [SourceFile(name, *fact) for name, fact in zip(names, known, strict=True)]
        else:
            sources = [files.look_up(name) for name in names]
        if len(sources) == np.count_nonzero(filled):
            contents[leaf] += sources
        else:
            remaining = iter(sources)
            contents[leaf] += (
                next(remaining)
                if external[cell]
                else memoryview(embedded[int(cell)].as_buffer()).cast("B")
                for cell in np.flatnonzero(filled)
            )
        blank = pc.if_else(pa.array(filled), pa.scalar(b""), pa.scalar(None, pa.binary()))
        return with_file_fields(cells, blank, upload_names(paths, embed=embed))

    return SkeletonTable(replace_cells(table, features, empty), dict(contents))

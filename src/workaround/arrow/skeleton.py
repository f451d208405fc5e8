"""Tables without file contents, and the contents to write in their place."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from workaround.arrow.file_cells import (
    FileLeaf,
    file_fields,
    is_external,
    replace_cells,
    with_file_fields,
)
from workaround.arrow.files import Files, is_local

Content = memoryview | tuple[str, int]
"""Bytes, or a file and its size."""


def size_of(content: Content) -> int:
    """Bytes."""
    return len(content) if isinstance(content, memoryview) else content[1]


@dataclass(frozen=True)
class SkeletonTable:
    """Some rows, ready to be written.

    Attributes:
        table: The rows, with empty contents in all file cells that have any, and base names
            for paths.
        contents: For each leaf, what goes into those cells, in order.
    """

    table: pa.Table
    contents: Mapping[FileLeaf, list[Content]]


def extract_contents(
    table: pa.Table, features: Mapping[str, Any], files: Files, *, embed: bool = True
) -> SkeletonTable:
    """Empty the file cells of some rows; reads sizes, and no file.

    Args:
        table: Rows of a dataset, with the storage types of `features`.
        features: Of the dataset.
        files: How to reach the files.
        embed: Whether files belong into the cells; otherwise only the bytes that are there already
            do, and URLs stay as they are.

    Raises:
        OSError: A file is not there.
    """
    contents: dict[FileLeaf, list[Content]] = defaultdict(list)

    def empty(leaf: FileLeaf, cells: pa.StructArray) -> pa.StructArray:
        held, paths = file_fields(cells)
        external = is_external(held, paths) & embed
        filled = external | np.asarray(held.is_valid())
        names = paths.to_pylist()
        for place in np.flatnonzero(filled):
            if external[place]:
                contents[leaf].append((names[place], files.size(names[place])))
            else:
                contents[leaf].append(memoryview(held[place].as_buffer()).cast("B"))
        blank = pc.if_else(pa.array(filled), pa.scalar(b""), pa.scalar(None, pa.binary()))
        bare = pa.array([name and upload_name(name, embed) for name in names], pa.string())
        return with_file_fields(cells, blank, bare)

    return SkeletonTable(replace_cells(table, features, empty), dict(contents))


def upload_name(path: str, embed: bool) -> str:
    """What is uploaded of a path: a URL stays as it is where files are not embedded."""
    return base_name(path) if embed or is_local(path) else path


def base_name(path: str) -> str:
    """The last part of a path or URL: nothing else of this machine goes into an upload.

    What is signed is signed in the query, so no query goes either. Of chained URLs the first that
    names a file counts (``zip://a.nii::https://...``, ``simplecache::https://.../a.nii``).
    """
    if is_local(path):
        return posixpath.basename(path)
    url = next(part for part in path.split("::") if "://" in part)
    name = urlsplit(url).path if url.startswith(("http://", "https://")) else url
    return posixpath.basename(name)

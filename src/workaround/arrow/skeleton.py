"""Skeleton tables: rows with empty file cells, beside the contents that belong there."""

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
"""Embedded bytes, or the name of a source file and its size in bytes."""


def size_of(content: Content) -> int:
    """Return the size of a content in bytes."""
    return len(content) if isinstance(content, memoryview) else content[1]


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
    table: pa.Table, features: Mapping[str, Any], files: Files, *, embed: bool = True
) -> SkeletonTable:
    """Separate rows from the contents of their files; looks up sizes and reads no file.

    Args:
        table: Rows of a dataset, with the storage types of `features`.
        features: Features of the dataset.
        files: Access to the source files.
        embed: Embed source files. Otherwise only bytes that are in the table are contents, and
            URLs stay as they are.

    Raises:
        OSError: A source file is missing.
    """
    contents: dict[FileLeaf, list[Content]] = defaultdict(list)

    def empty(leaf: FileLeaf, cells: pa.StructArray) -> pa.StructArray:
        embedded, paths = file_fields(cells)
        external = is_external(embedded, paths) & embed
        filled = external | np.asarray(embedded.is_valid())
        names = paths.to_pylist()
        for cell in np.flatnonzero(filled):
            if external[cell]:
                contents[leaf].append((names[cell], files.size(names[cell])))
            else:
                contents[leaf].append(memoryview(embedded[cell].as_buffer()).cast("B"))
        blank = pc.if_else(pa.array(filled), pa.scalar(b""), pa.scalar(None, pa.binary()))
        uploaded = pa.array([name and upload_name(name, embed) for name in names], pa.string())
        return with_file_fields(cells, blank, uploaded)

    return SkeletonTable(replace_cells(table, features, empty), dict(contents))


def upload_name(path: str, embed: bool) -> str:
    """Return the part of a path to upload: URLs of files that are not embedded stay whole."""
    return base_name(path) if embed or is_local(path) else path


def base_name(path: str) -> str:
    """Return the last part of a path or URL: folders of this machine stay private.

    The query of a URL is left out, since it may be a signature. Of chained URLs the first that
    names a file counts (``zip://a.nii::https://...``, ``simplecache::https://.../a.nii``).
    """
    if is_local(path):
        return posixpath.basename(path)
    url = next(part for part in path.split("::") if "://" in part)
    name = urlsplit(url).path if url.startswith(("http://", "https://")) else url
    return posixpath.basename(name)

"""Compress contents only if a sample of them shrinks.

A ``.nii`` of real images shrinks to 0.29 of its size with zstd at level 1, Arrow's default; a
``.nii.gz`` gains nothing. Xet compresses chunks itself, to 0.35, so nothing is compressed for it
(docs/decisions/0007). Pages end with rows, so a changed file changes its own page only.
"""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from workaround.arrow.contents import Content, size_of
from workaround.arrow.files import Files
from workaround.arrow.paths import base_name

SAMPLE = 1 << 18
"""Bytes of a sample."""
RATIO = 0.8
"""Compress if a sample shrinks to less than this part of its size."""
COMPRESSED = (".gz", ".bz2", ".xz", ".zst", ".zip", ".png", ".jpg", ".jpeg", ".mp3", ".mp4")
"""Suffixes of formats that are compressed already."""


def shrinks(contents: Sequence[Content], files: Files) -> bool:
    """Return True if the middle of the largest content shrinks to less than `RATIO`.

    Raises:
        SourceChangedError: The source file of that content is not the one that was checked.
    """
    largest = max(contents, key=size_of, default=memoryview(b""))
    sample = _sample(largest, files)
    codec = pa.Codec("zstd")
    size: int = codec.compress(sample).size
    return size < RATIO * len(sample)


def _sample(content: Content, files: Files) -> bytes:
    middle = max(0, size_of(content) - SAMPLE) // 2
    if isinstance(content, memoryview):
        return bytes(content[middle : middle + SAMPLE])
    if base_name(content.path).lower().endswith(COMPRESSED):
        return b""
    return files.sample(content, middle, SAMPLE)

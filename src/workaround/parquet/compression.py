"""Whether contents are worth compressing, by a sample of them.

A ``.nii`` of real images takes 0.29 of its size with zstd at level 1, Arrow's own, and 0.35 as Xet
compresses it on the way (example4d.nii of nibabel). But Xet does so between its client and its
store only: who streams a dataset, or has no Xet, moves what the file has. A ``.nii.gz`` gains
nothing. Pages end with rows: a changed file changes its own page, and Xet finds the others again.
"""

from __future__ import annotations

import io
from collections.abc import Sequence

import pyarrow as pa

from workaround.arrow.files import Files
from workaround.arrow.skeleton import Content, size_of

SAMPLE = 1 << 18
WORTH = 0.8
"""Compress what a sample of shrinks to less than this."""
COMPRESSED = (".gz", ".bz2", ".xz", ".zst", ".zip", ".png", ".jpg", ".jpeg", ".mp3", ".mp4")


def shrinks(contents: Sequence[Content], files: Files) -> bool:
    """Whether compressing makes contents much smaller: tried on the middle of the largest.

    Raises:
        OSError: Its file cannot be read.
    """
    largest = max(contents, key=size_of, default=memoryview(b""))
    sample = _sample(largest, files)
    codec = pa.Codec("zstd")
    size: int = codec.compress(sample).size
    return size < WORTH * len(sample)


def _sample(content: Content, files: Files) -> bytes:
    middle = max(0, size_of(content) - SAMPLE) // 2
    if isinstance(content, memoryview):
        return bytes(content[middle : middle + SAMPLE])
    path, _ = content
    if path.lower().endswith(COMPRESSED):
        return b""
    with files.open(path) as stream:
        stream.seek(middle, io.SEEK_SET)
        return stream.read(SAMPLE)

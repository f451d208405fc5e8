"""Kinds of files in a column, and their suffixes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import datasets

from workaround.errors import ArgumentError

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
"""Kinds of file that the installed `datasets` has a feature for, with their suffixes."""


def known_kinds(kinds: Any) -> Mapping[str, str]:
    """Return the kinds that a caller names, by column.

    Raises:
        ArgumentError: Not a mapping of names to `KINDS` or "string".
    """
    if kinds is None:
        return {}
    if not isinstance(kinds, Mapping):
        raise ArgumentError(f"kinds has to be a mapping such as {{'t1w': 'nifti'}}, not {kinds!r}")
    for name, kind in kinds.items():
        if not isinstance(name, str) or kind not in (*KINDS, TEXT):
            names = ", ".join([*KINDS, TEXT])
            raise ArgumentError(f"The kind of column {name!r} is {kind!r}: use one of {names}")
    return kinds

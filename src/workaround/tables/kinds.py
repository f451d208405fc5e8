"""Kinds of files in a column, and their suffixes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from workaround.errors import ArgumentError

TEXT = "string"
SUFFIXES: Mapping[str, tuple[str, ...]] = {
    "nifti": ("nii", "nii.gz"),
    "image": ("png", "jpg", "jpeg", "tif", "tiff", "bmp", "gif", "webp"),
    "audio": ("wav", "flac", "mp3", "ogg", "opus", "aiff"),
    "video": ("mp4", "mov", "mkv", "avi", "webm", "mpg", "mpeg"),
    "pdf": ("pdf",),
    "mesh": ("glb", "gltf", "ply", "stl"),
}
"""Suffixes of the files of each kind, of all releases of `datasets`."""


@cache
def installed_kinds() -> tuple[str, ...]:
    """Return the kinds of file that the installed `datasets` has a feature for."""
    from datasets import features  # not for the help of the command: it takes two seconds

    return tuple(kind for kind in SUFFIXES if hasattr(features, kind.capitalize()))


def known_kinds(kinds: Any) -> Mapping[str, str]:
    """Return the kinds that a caller names, by column.

    Raises:
        ArgumentError: Not a mapping of names to `installed_kinds` or "string".
    """
    if kinds is None:
        return {}
    if not isinstance(kinds, Mapping):
        raise ArgumentError(f"kinds has to be a mapping such as {{'t1w': 'nifti'}}, not {kinds!r}")
    for name, kind in kinds.items():
        if not isinstance(name, str) or kind not in (*installed_kinds(), TEXT):
            names = ", ".join([*installed_kinds(), TEXT])
            raise ArgumentError(f"The kind of column {name!r} is {kind!r}: use one of {names}")
    return kinds

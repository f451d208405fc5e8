"""Paths of a dataset that may be written below a folder: it may come from anybody."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import PurePosixPath

LONGEST = 240
"""Most bytes of a name: file systems take 255, and the temporary file's name is longer."""

_NOT_PORTABLE = re.compile(r'[\x00-\x1f\x7f<>:"|?*]')
_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)


def path_problem(path: str, extensions: Collection[str]) -> str | None:
    """Return the reason why a path may not be written on any system; None if it may.

    Args:
        path: Path from the root of a BIDS dataset.
        extensions: Extensions that the file may have, in lower case.
    """
    if "\\" in path:
        return "it has a backslash, which separates folders on Windows"
    if path.startswith("/"):
        return "it is absolute"
    if not path.isprintable() or _NOT_PORTABLE.search(path):
        return "it has characters that names of files do not have on every system"
    for part in path.split("/"):
        if part in ("", ".", ".."):
            return f"its part {part!r} is no name"
        if part.startswith("."):
            return f"{part} is hidden, and no part of a BIDS dataset"
        if part.endswith((".", " ")) or part.startswith(" ") or _DEVICE.fullmatch(part):
            return f"{part!r} is no name of a file on Windows"
        if len(part.encode()) > LONGEST:
            return f"a name in it has more than {LONGEST} bytes"
    if not path.lower().endswith(tuple(extensions)):
        return f"it does not end in {' or '.join(extensions)}"
    return None


def parents(path: str) -> list[str]:
    """Return the folders of a path, the outermost first."""
    return [str(parent) for parent in PurePosixPath(path).parents][-2::-1]

"""All files of a folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from workaround.errors import RecipeError


def files_of(root: Path) -> list[str]:
    """Return the paths of all files below a folder but hidden ones, sorted.

    Links are followed, unless they lead back to a folder that they lie in.

    Raises:
        RecipeError: It cannot be read.
    """
    try:
        return sorted(_below(root, "", ()))
    except OSError as error:
        path = str(error.filename or root)
        raise RecipeError(path, f"cannot be read: {error.strerror}") from error


def _below(root: Path, folder: str, above: tuple[tuple[int, int], ...]) -> Iterator[str]:
    status = (root / folder).stat()
    here = status.st_dev, status.st_ino
    if here in above:
        return
    for entry in os.scandir(root / folder):
        if entry.name.startswith("."):
            continue
        path = f"{folder}{entry.name}"
        if Path(entry.path).is_dir():
            yield from _below(root, f"{path}/", (*above, here))
        else:
            yield path

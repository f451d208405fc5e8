"""The text files beside an image: the gradients of diffusion images."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from workaround.bids.layout import Column
from workaround.bids.scan import Image
from workaround.errors import BidsError

GRADIENTS = (".bval", ".bvec")
"""Suffixes of the text files beside diffusion images, which cannot be used without them."""


def gradient_columns(
    name: str, column: Column, root: Path, files: frozenset[str]
) -> dict[str, Any]:
    """Return the columns of gradients that any image of a column has beside it."""

    def read(image: Image, ext: str) -> str | None:
        path = image.beside(ext)
        return text_of(root / path) if path in files else None

    images = [image for session in column.sessions for image in session]
    return {
        f"{name}_{ext[1:]}": column.cells(partial(read, ext=ext))
        for ext in GRADIENTS
        if any(image.beside(ext) in files for image in images)
    }


def text_of(path: Path) -> str:
    """Return the content of a text file."""
    require_file(path)
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BidsError(f"{path} cannot be read as text: {error}") from error


def require_file(path: Path) -> None:
    """Refuse a link without a file, and what is not a regular file."""
    if path.is_symlink() and not path.exists():
        raise BidsError(f"{path} is a link to a file that is missing: `datalad get` fetches it")
    if not path.is_file():
        raise BidsError(f"{path} is not a regular file: remove it, or put a text file in its place")

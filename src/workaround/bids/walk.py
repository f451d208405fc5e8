"""The files of a BIDS folder, and its root."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from workaround.bids.terms.names import split_name
from workaround.bids.terms.schema import schema
from workaround.errors import BidsError

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

IGNORE = ".bidsignore"


@dataclass(frozen=True)
class Files:
    """The files of a BIDS folder: those at the root, and those in the folders of subjects.

    Attributes:
        root: The folder.
        paths: Paths from the root, sorted. A recording that is a folder ends in ``/``.
        ignored: Paths that ``.bidsignore`` lists.
        folders: Names of the other folders at the root, such as ``derivatives``.
    """

    root: Path
    paths: tuple[str, ...]
    ignored: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    subjects: frozenset[str] = field(init=False)
    """Labels of the subjects that have a folder, ignored or not."""

    def __post_init__(self) -> None:
        """Note the subjects."""
        names = {path.partition("/")[0] for path in (*self.paths, *self.ignored) if "/" in path}
        empty = {entry.name for entry in self.root.glob("sub-*") if entry.is_dir()}
        labels = frozenset(name.removeprefix("sub-") for name in names | empty)
        object.__setattr__(self, "subjects", labels)


def files_of(root: Path, *, prefix: str = "") -> Files:
    """List the files of a BIDS folder without hidden ones.

    Args:
        root: The folder.
        prefix: Its path from the root of the raw dataset, if it has derivatives: paths start there.

    Raises:
        BidsError: It has no folders of subjects, or cannot be read.
    """
    folder = root / prefix
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        visible = [entry for entry in entries if not entry.name.startswith(".")]
        folders = [entry.name for entry in visible if _is_folder(entry)]
        subjects = [name for name in folders if name.startswith("sub-")]
        names = [entry.name for entry in visible if entry.name not in folders]
        for subject in subjects:
            names += _below(folder, subject, ())
        spec = _ignored_by(folder)
    except OSError as error:
        raise BidsError(f"{error.filename or folder} cannot be read: {error.strerror}") from error
    if not subjects:
        raise BidsError(f"{folder} has no folders sub-*: {_right_root(folder)}")
    others = (name for name in folders if name not in subjects)
    ignored = {name for name in names if spec.match_file(_as_utf8(name))}
    start = f"{prefix}/" if prefix else ""
    return Files(
        folder,
        tuple(start + name for name in names if name not in ignored),
        tuple(start + name for name in names if name in ignored),
        tuple(others),
    )


def _as_utf8(name: str) -> str:
    """Return a name for patterns: bytes that are not UTF-8 are question marks."""
    return os.fsencode(name).decode("utf-8", "replace")


def _is_folder(entry: os.DirEntry[str]) -> bool:
    """Return True of a folder; a link to itself is none."""
    return Path(entry.path).is_dir()


def _ignored_by(folder: Path) -> GitIgnoreSpec:
    schema()  # says which extra is not installed
    from pathspec import GitIgnoreSpec

    path = folder / IGNORE
    lines = path.read_text("utf-8", "replace").splitlines() if path.is_file() else []
    return GitIgnoreSpec.from_lines(lines)


def _below(root: Path, folder: str, above: tuple[tuple[int, int], ...]) -> Iterator[str]:
    """Yield the files below a folder, sorted; links that lead back to it are not followed."""
    status = (root / folder).stat()
    here = status.st_dev, status.st_ino
    if here in above:
        return
    for entry in sorted(os.scandir(root / folder), key=lambda entry: entry.name):
        path = f"{folder}/{entry.name}"
        if entry.name.startswith("."):
            continue
        if not _is_folder(entry):
            yield path
        elif _is_recording(entry.name):
            yield f"{path}/"
        else:
            yield from _below(root, path, (*above, here))


def _is_recording(name: str) -> bool:
    """Return True if a folder is one recording, such as ``sub-01_task-rest_meg.ds``."""
    parts = split_name(name)
    if parts.extension in schema().folder_extensions:
        return True
    return parts.suffix == "meg" and not parts.extension and "sub" in parts.entities


def _right_root(folder: Path) -> str:
    """Return a sentence about the folder that is meant."""
    for parent in (folder, *folder.parents):
        if parent.name.startswith("sub-") and len(parent.parents) > 0:
            return f"it lies in the folder of a subject; the dataset is {parent.parent}"
    roots = sorted(
        str(child) for child in folder.iterdir() if child.is_dir() and any(child.glob("sub-*/"))
    )
    if not roots:
        return "is it the root of a BIDS dataset?"
    if len(roots) == 1:
        return f"the dataset is {roots[0]}"
    several = "derivatives, each a dataset" if folder.name == "derivatives" else "datasets"
    shown = ", ".join(roots[:5]) + (f" and {len(roots) - 5} more" if len(roots) > 5 else "")
    return f"it holds {several}, to be uploaded one by one: {shown}"

"""Datasets of derivatives, whose images join the rows of the raw dataset by their entities."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from workaround.bids.scan import Image, Scan, Session, scan
from workaround.bids.walk import Files, files_of
from workaround.errors import ArgumentError, BidsError, Problem


@dataclass(frozen=True)
class Derivatives:
    """A dataset of derivatives.

    Attributes:
        name: Name of its folder in ``derivatives``.
        files: Its files, with paths from the root of the raw dataset.
        scan: Its images.
    """

    name: str
    files: Files
    scan: Scan


def read_derivatives(root: Path, name: str) -> Derivatives:
    """Find the images of a dataset of derivatives.

    Args:
        root: Root of the raw dataset.
        name: Folder in its ``derivatives``; ``.`` for that folder itself.

    Raises:
        BidsError: There is no such folder, or it has no folders of subjects.
    """
    prefix = (PurePosixPath("derivatives") / name).as_posix()
    if not (root / prefix).is_dir():
        folder = root / "derivatives"
        names = sorted(child.name for child in folder.iterdir()) if folder.is_dir() else []
        existing = f"there are {', '.join(names)}" if names else "there are none"
        raise BidsError(f"{root / prefix} is no folder of derivatives: {existing}")
    files = files_of(root, prefix=prefix)
    return Derivatives(name, files, scan(root, files, derivatives=name))


def derivative_names(value: object) -> tuple[str, ...]:
    """Return the names of datasets of derivatives that a caller asks for.

    Raises:
        ArgumentError: Not a list of names of folders.
    """
    names = tuple(value) if isinstance(value, list | tuple) else (None,)
    for name in names:
        unsafe = not isinstance(name, str) or not name or ".." in name or name.startswith("/")
        if unsafe:
            raise ArgumentError(
                f"derivatives has to be a list of folders in derivatives/, not {value!r}"
            )
    return tuple(dict.fromkeys(str(name) for name in names))


def join(
    root: Path, images: Iterable[Image], rows: Sequence[Session]
) -> tuple[list[Image], list[Problem]]:
    """Return the derivatives that join a row, and a problem for each of the others.

    Args:
        root: Root of the raw dataset.
        images: Images of derivatives. One without a session joins the only one of its subject.
        rows: Sessions of the raw dataset.
    """
    own: dict[str, list[Session]] = {}
    for session in rows:
        own.setdefault(session[0], []).append(session)
    joined, problems = [], []
    for image in images:
        candidates = own.get(image.session[0], [])
        if image.session in candidates:
            joined.append(image)
        elif not image.session[1] and len(candidates) == 1:
            joined.append(replace(image, session=candidates[0]))
        else:
            subject, label = image.session
            reason = f"left out: it joins no row: sub-{subject} has no images of the raw dataset"
            if candidates:
                reason = f"left out: it joins no row: sub-{subject} has no images of ses-{label}"
                if not label:
                    reason = f"left out: it names no session, and sub-{subject} has several"
            path = str(root / image.path)
            problems.append(Problem(None, None, path, reason, severity="omission"))
    return joined, problems

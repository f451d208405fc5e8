"""The files and subjects that do not come along, by kind."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Any

from workaround.bids.scan import Image, Scan
from workaround.bids.terms.names import split_name
from workaround.bids.walk import Files
from workaround.errors import Problem, printable

SIDE = frozenset(
    [
        *(".json", ".tsv", ".tsv.gz", ".bval", ".bvec", ".txt", ".md", ".rst", ".html", ".log"),
        *(".toml", ".jpg", ""),
    ]
)
"""Extensions of files that tell of others: to leave them out is no omission."""

_COMPRESSED = frozenset([".gz", ".bz2", ".xz", ".zst"])


@dataclass(frozen=True)
class LeftOut:
    """All that does not come along: names by kind, such as ``.edf`` and ``events.tsv``."""

    names: Mapping[str, Sequence[str]]

    def __str__(self) -> str:
        """Return one line."""
        return f"left out: {self.text() or 'nothing'}"

    def text(self) -> str:
        """Return the numbers and kinds in a line; an empty text if nothing is left out."""
        kinds = self.names.items()
        counted = (f"{len(names)} {_counted(kind, names)}" for kind, names in kinds)
        return printable(", ".join(counted))

    def counts(self) -> dict[str, dict[str, Any]]:
        """Return the number and the names of each kind."""
        return {
            kind: {"count": len(names), "names": list(names)} for kind, names in self.names.items()
        }


@dataclass(frozen=True)
class Taken:
    """The images and files that come along, and the reasons of others.

    Attributes:
        images: Images of the table.
        filtered: Paths of the images that the filters leave out.
        misnamed: Paths of the images whose names or places are not of BIDS.
        files: Paths of the files whose content is in the table.
        participants: Labels of the subjects of ``participants.tsv``.
        fields: Fields of JSON sidecars that do not come along.
        derivatives: Names of the datasets of derivatives that come along.
        unjoined: Paths of the derivatives that join no row.
        scans: Paths in ``scans.tsv`` that do not exist.
        sessions: Sessions of ``sessions.tsv`` without images.
    """

    images: Sequence[Image]
    filtered: Collection[str] = ()
    misnamed: Sequence[str] = ()
    files: Collection[str] = ()
    participants: Collection[str] = ()
    fields: Sequence[str] = ()
    derivatives: Sequence[str] = ()
    unjoined: Sequence[str] = ()
    scans: Sequence[str] = ()
    sessions: Sequence[str] = ()

    def with_derivatives(self, scan: Scan, joined: Iterable[Image], kept: Iterable[Image]) -> Taken:
        """Return this with the derivatives of a dataset that do not come along.

        Args:
            scan: Images of the dataset.
            joined: Those that join a row of the raw dataset.
            kept: Those that join a row that the filters leave.
        """
        joining = {image.path for image in joined}
        unjoined = [image.path for image in scan.images if image.path not in joining]
        return replace(
            self,
            filtered={*self.filtered, *(joining - {image.path for image in kept})},
            misnamed=[*self.misnamed, *scan.misnamed],
            unjoined=[*self.unjoined, *unjoined],
        )


def left_out(files: Files, taken: Taken) -> tuple[LeftOut, list[Problem]]:
    """Return what does not come along, and a problem for each kind that is an omission."""
    kinds: dict[str, list[str]] = defaultdict(list)
    with_images = {path.partition("/")[0].removeprefix("sub-") for path in taken.filtered}
    with_images |= {image.session[0] for image in taken.images}
    ignored = {path.partition("/")[0].removeprefix("sub-") for path in files.ignored}
    known = files.subjects | set(taken.participants)
    empty = sorted(known - with_images - ignored)
    omitted: dict[str, list[str]] = {"subjects without images": [f"sub-{name}" for name in empty]}
    images = {image.path for image in taken.images} | {*taken.filtered, *taken.misnamed}
    for path in files.paths:
        if "/" in path and path not in images and path not in taken.files:
            kind, extension = _kind(path)
            (kinds if extension in SIDE else omitted).setdefault(kind, []).append(path)
    kinds = {
        **omitted,
        "misnamed images": list(taken.misnamed),
        "derivatives without a row": list(taken.unjoined),
        "images by filter": sorted(taken.filtered),
        "files by .bidsignore": list(files.ignored),
        **dict(sorted(kinds.items())),
        "fields of .json": list(taken.fields),
        "rows of scans.tsv without a file": sorted(taken.scans),
        "rows of sessions.tsv without images": sorted(taken.sessions),
        "folders": _folders(files, taken.derivatives),
    }
    problems = _problems(files, omitted)
    return LeftOut({kind: names for kind, names in kinds.items() if names}), problems


def _kind(path: str) -> tuple[str, str]:
    """Return the kind of a file, and its extension."""
    name = PurePath(path.rstrip("/")).name
    extension = PurePath(name).suffix.lower()
    if extension in _COMPRESSED:
        extension = PurePath(name.removesuffix(PurePath(name).suffix)).suffix.lower() + extension
    parts = split_name(name)
    if parts.is_cifti:
        return parts.extension, parts.extension
    if extension.startswith(".tsv"):
        return f"{parts.suffix}{extension}", extension
    if path.endswith("/"):
        return f"{extension or parts.suffix} folders", "/"
    return extension or "files without extension", extension


def _problems(files: Files, omitted: Mapping[str, Sequence[str]]) -> list[Problem]:
    problems = []
    for kind, names in omitted.items():
        if kind == "subjects without images":
            reasons = [f"left out: {name} has no images" for name in names]
            problems += [_omission(str(files.root), reason) for reason in reasons]
        else:
            more = f", the first of {len(names)}" if len(names) > 1 else ""
            reason = f"left out: {_what(kind)}{more}"
            problems.append(_omission(str(files.root / _inner(names[0])), reason))
    return problems


def _omission(path: str, reason: str) -> Problem:
    return Problem(None, None, path, reason, severity="omission")


def _inner(path: str) -> str:
    """Return a path from the folder, of one from the root of the raw dataset."""
    parts = PurePath(path).parts
    at = next(number for number, part in enumerate(parts) if part.startswith("sub-"))
    return str(PurePath(*parts[at:]))


def _what(kind: str) -> str:
    if kind.endswith(".nii"):
        return f"{kind} is CIFTI-2, grayordinates and no volume, which `datasets` does not decode"
    return f"{kind}: no NIfTI image"


def _counted(kind: str, names: Sequence[str]) -> str:
    """Return the name of a kind after its number."""
    if len(names) == 1:
        first, *rest = kind.split(" ")
        plural = first in {
            "subjects",
            "derivatives",
            "files",
            "fields",
            "folders",
            "rows",
            "columns",
        }
        kind = " ".join([first[:-1] if plural else first, *rest])
        kind = kind.replace("misnamed images", "misnamed image").replace("images by", "image by")
    shown = names if kind.startswith("folder") else ()
    return f"{kind} ({', '.join(shown)})" if shown else kind


def _folders(files: Files, derivatives: Iterable[str]) -> list[str]:
    names = [name for name in files.folders if name != "derivatives"]
    folder = files.root / "derivatives"
    if folder.is_dir():
        inner = sorted(child.name for child in folder.iterdir() if child.is_dir())
        datasets = [name for name in inner if not name.startswith((".", "sub-"))]
        if any(name.startswith("sub-") for name in inner) and "." not in derivatives:
            names.append("derivatives")
        names += [f"derivatives/{name}" for name in datasets if name not in derivatives]
    return sorted(names)

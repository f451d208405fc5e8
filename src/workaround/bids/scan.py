"""The images of a BIDS folder, and what is wrong with the names and places of others."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from workaround.bids.terms.names import Name, name_problem, split_name
from workaround.bids.terms.schema import schema
from workaround.bids.walk import Files
from workaround.errors import Problem

Session = tuple[str, str]
"""Labels of subject and session; the latter is empty where there is none."""

RENAME = "left out: {}; rename it"


@dataclass(frozen=True)
class Image:
    """An image of a BIDS folder.

    Attributes:
        session: Labels of subject and session; the latter is empty where there are no sessions.
        datatype: Folder within the session: ``anat``, ``func``, ...
        suffix: Contrast or modality: ``T1w``, ``bold``, ...
        entities: Other entities of the name, such as ``task`` and ``run``; indices are numbers.
        path: Path from the root of the raw dataset.
        name: Parts of its name, as they are written.
        derivatives: Name of the dataset of derivatives that it belongs to; empty for raw images.
    """

    session: Session
    datatype: str
    suffix: str
    entities: Mapping[str, str | int]
    path: str
    name: Name
    derivatives: str = ""


@dataclass(frozen=True)
class Scan:
    """The images of a BIDS folder, and the files that could be taken for some.

    Attributes:
        images: All images whose names and places are those of BIDS, by path.
        misnamed: Paths of other images.
        problems: Why they are left out, and remarks about some images that are not.
    """

    images: Sequence[Image]
    misnamed: Sequence[str] = ()
    problems: Sequence[Problem] = ()


def scan(root: Path, files: Files, *, derivatives: str = "") -> Scan:
    """Find the images among the files of a BIDS folder.

    Args:
        root: Root of the raw dataset, which the paths start at.
        files: The files of the folder.
        derivatives: Name of the dataset of derivatives that the folder is, if it is one.
    """
    derivative = bool(derivatives) or is_derivative(files.root)
    images: list[Image] = []
    reasons: dict[str, str] = {}
    remarks: dict[str, str] = {}
    first: dict[object, str] = {}
    prefix = f"{files.root.relative_to(root).as_posix()}/" if files.root != root else ""
    for path in files.paths:
        inner = path.removeprefix(prefix)
        *folders, text = inner.split("/")
        if not folders or not split_name(text).is_image:
            continue
        reason = _place_problem(folders, text) or name_problem(text, derivative=derivative)
        if reason is not None:
            reasons[path] = reason
            continue
        image = _image(folders, text, path, derivatives)
        key = image.session, image.datatype, image.suffix, tuple(sorted(image.entities.items()))
        if key in first:
            reasons[path] = f"nothing in its name tells it from {first[key]}"
            continue
        first[key] = path
        images.append(image)
        if not derivative and (remark := _remark(image)):
            remarks[path] = remark
    return Scan(images, tuple(reasons), [*_problems(root, reasons), *_remarks(root, remarks)])


def is_derivative(folder: Path) -> bool:
    """Return True if a folder describes itself as a dataset of derivatives."""
    try:
        description = json.loads((folder / "dataset_description.json").read_text("utf-8"))
    except (OSError, ValueError):  # a raw dataset may lack it, and the card says that it is wrong
        return folder.parent.name == "derivatives"
    if not isinstance(description, dict):
        return False
    return description.get("DatasetType") == "derivative" or folder.parent.name == "derivatives"


def _place_problem(folders: Sequence[str], text: str) -> str | None:
    """Return the reason why an image cannot lie where it does; None if it can."""
    name, known = split_name(text), schema()
    if not text.startswith("sub-"):
        return None  # the name is the problem
    subject, *inner = folders
    if f"sub-{name.entities.get('sub')}" != subject:
        return f"its name says sub-{name.entities.get('sub')}, its folder {subject}"
    session = inner.pop(0) if inner and inner[0].startswith("ses-") else ""
    written = f"ses-{name.entities['ses']}" if "ses" in name.entities else ""
    if session != written:
        return f"its name says {written or 'no session'}, its folder {session or 'no session'}"
    if inner and inner[0] not in known.datatypes:
        return f"it lies in {inner[0]}, which is not a data type of BIDS, such as anat"
    if len(inner) > 1:
        return f"it lies deeper than the folder of its data type, {inner[0]}"
    return None


def _image(folders: Sequence[str], text: str, path: str, derivatives: str) -> Image:
    name, known = split_name(text), schema().entities
    datatype = folders[-1] if folders[-1] in schema().datatypes else ""
    entities = {
        key: int(label) if known.get(key) == "index" else label
        for key, label in name.entities.items()
        if key not in ("sub", "ses")
    }
    session = name.entities["sub"], name.entities.get("ses", "")
    return Image(session, datatype, name.suffix, entities, path, name, derivatives)


def _remark(image: Image) -> str | None:
    places = schema().places[image.suffix]
    if not image.datatype:
        return f"it lies in no folder of a data type: BIDS has {_some(places)}"
    if image.datatype not in places:
        return f"BIDS has {image.suffix} in {_some(places)}, not in {image.datatype}"
    return None


def _some(names: frozenset[str]) -> str:
    return " or ".join(sorted(names))


def _problems(root: Path, reasons: Mapping[str, str]) -> list[Problem]:
    """Return a problem for each path; one for all of a subject whose label has a hyphen."""
    subjects = Counter(path.partition("/")[0] for path in reasons if _hyphenated(path))
    problems = [
        Problem(None, None, str(root / path), RENAME.format(reason), severity="omission")
        for path, reason in reasons.items()
        if not _hyphenated(path)
    ]
    return problems + [_of_subject(root, subject, count) for subject, count in subjects.items()]


def _of_subject(root: Path, subject: str, count: int) -> Problem:
    label = subject.removeprefix("sub-")
    reason = (
        f"the label {label} has a hyphen: in BIDS labels are letters, digits and +, such as"
        f" sub-{label.replace('-', '')} ({count} image{'s' if count > 1 else ''})"
    )
    return Problem(None, None, str(root / subject), RENAME.format(reason), severity="omission")


def _hyphenated(path: str) -> bool:
    return "-" in path.partition("/")[0].removeprefix("sub-")


def _remarks(root: Path, remarks: Mapping[str, str]) -> list[Problem]:
    """Return a remark for each reason, at the first of its paths."""
    paths: dict[str, str] = {}
    for path, reason in remarks.items():
        paths.setdefault(reason, path)
    return [
        Problem(None, None, str(root / path), reason, severity="remark")
        for reason, path in paths.items()
    ]

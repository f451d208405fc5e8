"""Names of files in BIDS: ``sub-01_ses-1_run-2_bold.nii.gz``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from workaround.bids.terms.schema import schema

IMAGES = (".nii", ".nii.gz")

_LABEL = re.compile(r"[0-9A-Za-z+]+")
_INDEX = re.compile(r"[0-9]+")


@dataclass(frozen=True)
class Name:
    """The parts of a name.

    Attributes:
        entities: Labels and indices as they are written, by key, in the order of the name.
        suffix: The last part: ``T1w``, ``bold``, ``events``, ...
        extension: From the first dot after the suffix: ``.nii.gz``, ``.dscalar.nii``, ...
    """

    entities: Mapping[str, str]
    suffix: str
    extension: str

    @property
    def is_image(self) -> bool:
        """True of a NIfTI image that is not CIFTI, which ends in two suffixes."""
        return self.extension.lower() in IMAGES

    @property
    def is_cifti(self) -> bool:
        """True of a CIFTI-2 file, such as ``.dscalar.nii``."""
        return not self.is_image and self.extension.lower().endswith(".nii")


def split_name(name: str) -> Name:
    """Split a name into its parts, whatever they are: `name_problem` judges them."""
    *parts, last = name.split("_")
    suffix, dot, extension = last.partition(".")
    entities = {}
    for part in parts:
        key, _, label = part.partition("-")
        entities[key] = label
    return Name(entities, suffix, dot + extension)


def name_problem(text: str, *, derivative: bool) -> str | None:
    """Return the reason why the name of an image is not one of BIDS; None if it is one.

    Args:
        text: Name of the file.
        derivative: Of a dataset of derivatives: entities and suffixes may be its own there.
    """
    *parts, _ = text.split("_")
    name = split_name(text)
    if not parts or not parts[0].startswith("sub-"):
        return "not a BIDS name, such as sub-01_T1w.nii.gz"
    keys = [part.partition("-")[0] for part in parts]
    for part, key in zip(parts, keys, strict=True):
        if reason := _entity_problem(part, key, derivative=derivative):
            return reason
    if twice := [key for key in keys if keys.count(key) > 1]:
        return f"its name has {twice[0]}- twice"
    if derivative:
        return None if name.suffix.isalnum() else f"{name.suffix!r} is not a suffix of BIDS"
    if name.suffix not in schema().places:
        return _suffix_problem(name.suffix)
    return None


def _entity_problem(part: str, key: str, *, derivative: bool) -> str | None:
    known, label = schema().entities, part[len(key) + 1 :]
    if part == key:
        return f"{part!r} in its name is not an entity: BIDS has pairs such as acq-{part}"
    if key not in known and not derivative:
        return f"BIDS knows no entity {key}-{_advice(key, known)}"
    if "-" in label:
        return (
            f"the label in {part} has a hyphen: in BIDS labels are letters, digits and +, such as"
            f" {key}-{label.replace('-', '')}"
        )
    if not _LABEL.fullmatch(label):
        return f"the label in {part} is not one of letters, digits and +, as BIDS wants it"
    if known.get(key) == "index" and not _INDEX.fullmatch(label):
        return f"{part} is not an index: BIDS wants digits, such as {key}-1"
    return None


def _suffix_problem(suffix: str) -> str:
    known = schema()
    if suffix in known.suffixes:
        return f"in BIDS {suffix} is not the suffix of an image of raw data"
    return f"BIDS knows no suffix {suffix!r}{_advice(suffix, known.places)}"


def _advice(text: str, known: Mapping[str, object]) -> str:
    close = get_close_matches(text, known, 1)
    return f"; did you mean {close[0]}?" if close else ""

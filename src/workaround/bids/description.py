"""The dataset card by what a dataset says of itself: its description, README and columns."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from workaround.bids.scan import scan
from workaround.bids.walk import files_of
from workaround.errors import Problem
from workaround.hub.card_draft import CardDraft
from workaround.hub.card_text import CardText
from workaround.preflight.check import require_sound
from workaround.tables.load import local_path

DESCRIPTION = "dataset_description.json"
READMES = ("README.md", "README", "README.txt", "README.rst")
_MRI = frozenset(["anat", "dwi", "fmap", "func", "perf"])
_CC = re.compile(
    r"(?:https?://creativecommons\.org/licenses/|cc[- ])(by(?:-nc)?(?:-sa|-nd)?)[-/ ]"
    r"([1-4]\.[05])(?:/(?:deed\.en|legalcode)?)?"
)
_LICENSES = {
    "cc0": "cc0-1.0",
    "cc0-1.0": "cc0-1.0",
    "cc0 1.0": "cc0-1.0",
    "https://creativecommons.org/publicdomain/zero/1.0/": "cc0-1.0",
    "pddl": "pddl",
    "pddl-1.0": "pddl",
    "odbl": "odbl",
    "odc-by": "odc-by",
    "mit": "mit",
    "apache-2.0": "apache-2.0",
}
"""Licenses of the Hub by their names elsewhere, in lower case."""

_HUB = frozenset(
    [
        *("cc-by-2.0", "cc-by-2.5", "cc-by-3.0", "cc-by-4.0", "cc-by-sa-3.0", "cc-by-sa-4.0"),
        *("cc-by-nc-2.0", "cc-by-nc-3.0", "cc-by-nc-4.0", "cc-by-nd-4.0", "cc-by-nc-nd-3.0"),
        *("cc-by-nc-nd-4.0", "cc-by-nc-sa-2.0", "cc-by-nc-sa-3.0", "cc-by-nc-sa-4.0"),
    ]
)
"""Licenses of Creative Commons that the Hub has a tag for."""


def bids_card(root: str | os.PathLike[str]) -> CardDraft:
    """Make the additions to the card of a BIDS folder.

    Raises:
        ArgumentError: The root is no path.
        BidsError: It is no BIDS folder.
    """
    folder = local_path("card", root).absolute()
    images = scan(folder, files_of(folder)).images
    draft, problems = describe(folder, {image.datatype for image in images})
    require_sound(problems, strict=False)
    return draft


def describe(root: Path, datatypes: Iterable[str]) -> tuple[CardDraft, list[Problem]]:
    """Return the additions to the card of a BIDS folder, and remarks on files that are no JSON.

    Args:
        root: Folder of the dataset.
        datatypes: Data types of its images.
    """
    problems: list[Problem] = []
    description = _json(root / DESCRIPTION, problems)
    metadata: dict[str, Any] = {}
    if name := _text(description, "Name"):
        metadata["pretty_name"] = name
    if tag := license_tag(_text(description, "License")):
        metadata["license"] = tag
    types = sorted(filter(None, datatypes))
    mri = ["mri"] if _MRI.intersection(types) else []
    metadata["tags"] = list(dict.fromkeys(["bids", "neuroimaging", *mri, *types]))
    readme = _readme(root)
    sections = [
        f"# {name}" if name and not readme.startswith("# ") else "",
        readme,
        *_about(description),
        _columns(_json(root / "participants.json", problems)),
    ]
    return CardDraft(metadata, "\n\n".join(filter(None, sections))), problems


def license_tag(name: str) -> str | None:
    """Return the tag of the Hub of a license; None if it is not certain."""
    text = name.strip().lower()
    if text in _LICENSES:
        return _LICENSES[text]
    match = _CC.fullmatch(text)
    tag = f"cc-{match[1]}-{match[2]}" if match else ""
    return tag if tag in _HUB else None


def _json(path: Path, problems: list[Problem]) -> Mapping[str, Any]:
    if not path.is_file():
        return {}
    try:
        content = json.loads(path.read_text("utf-8-sig"))
    except (OSError, ValueError) as error:
        problems.append(_unread(path, str(error)))
        return {}
    if not isinstance(content, dict):
        problems.append(_unread(path, "no object"))
        return {}
    return content


def _unread(path: Path, reason: str) -> Problem:
    text = f"not JSON ({reason}): the card says nothing of it"
    return Problem(None, None, str(path), text, severity="remark")


def _text(values: Mapping[str, Any], key: str) -> str:
    value = values.get(key)
    return " ".join(value.split()) if isinstance(value, str) else ""


def _list(values: Mapping[str, Any], key: str) -> list[str]:
    value = values.get(key)
    items = value if isinstance(value, list) else [value]
    return [" ".join(item.split()) for item in items if isinstance(item, str) and item.strip()]


def _readme(root: Path) -> str:
    """Return the README of the dataset, without the metadata of a card."""
    path = next((root / name for name in READMES if (root / name).is_file()), None)
    if path is None:
        return ""
    text = path.read_text("utf-8-sig", "replace")
    if text.lstrip().startswith("---"):
        text = CardText.parse(text).tail.partition("\n")[2]
    return text.strip()


def _about(description: Mapping[str, Any]) -> Iterator[str]:
    """Yield the sections of the description."""
    if text := _text(description, "HowToAcknowledge"):
        yield f"## How to acknowledge\n\n{text}"
    authors, doi = _list(description, "Authors"), _text(description, "DatasetDOI")
    lines = [f"Authors: {', '.join(authors)}"] if authors else []
    lines += [f"DOI: {_doi(doi)}"] if doi else []
    lines += [f"- {text}" for text in _list(description, "ReferencesAndLinks")]
    if lines:
        yield "## Citation\n\n" + "\n\n".join(lines)
    if text := _text(description, "License"):
        yield f"## License\n\n{text}"
    if funding := _list(description, "Funding"):
        yield "## Funding\n\n" + "\n\n".join(funding)


def _doi(text: str) -> str:
    bare = re.sub(r"^(https?://(dx\.)?doi\.org/|doi:)\s*", "", text, flags=re.IGNORECASE)
    return f"[{bare}](https://doi.org/{bare})" if re.fullmatch(r"10\.\d+/\S+", bare) else text


def _columns(described: Mapping[str, Any]) -> str:
    """Return a table of the columns of participants."""
    rows = []
    for name, value in described.items():
        entry = value if isinstance(value, dict) else {}
        text = _text(entry, "Description") or _text(entry, "LongName")
        levels = entry.get("Levels")
        if isinstance(levels, dict):
            text += "".join(f"; {level}: {_meaning(label)}" for level, label in levels.items())
        if units := _text(entry, "Units"):
            text += f" ({units})"
        if text:
            rows.append(f"| `{_cell(name)}` | {_cell(text.removeprefix('; '))} |")
    header = "## Columns of participants\n\n| column | description |\n|---|---|\n"
    return header + "\n".join(rows) if rows else ""


def _meaning(label: Any) -> str:
    return _text(label, "Description") if isinstance(label, dict) else str(label)


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())

"""Documents of verdicts kept in a folder, one file an installation."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from repro.errors import AskedForError
from repro.report.markdown import MARKS, Document, in_order, release

MEASURED = Path(__file__).parents[2] / "docs" / "measured"
"""What this project publishes: the table of the README."""

MOST_SAMPLES = 100


class DocumentError(AskedForError):
    """A file does not hold verdicts."""


def read(folder: Path) -> list[Document]:
    """The documents of a folder in order of releases; none where there is no such folder.

    Raises:
        DocumentError: one of the files is not a document.
    """
    return in_order(read_file(file) for file in sorted(folder.glob("datasets-*.json")))


def read_file(file: Path) -> Document:
    """The document of a file.

    Raises:
        OSError: it cannot be read.
        DocumentError: it is not a document.
    """
    try:
        document: Document = json.loads(file.read_text())
        well_formed = bool(release(document)) and all(map(_is_entry, document["bugs"]))
    except (ValueError, KeyError, TypeError):
        well_formed = False
    if not well_formed:
        raise DocumentError(f"{file} does not hold verdicts")
    return document


def write(folder: Path, document: Document) -> Path:
    """Keep a document in a folder, in the place of an earlier one of the same installation.

    It is kept with as many samples of RSS as a plot shows.

    Returns:
        The file.

    Raises:
        OSError: it cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / name(document.get("asked", {"datasets": release(document)}))
    part = file.with_name(f"{file.name}.part")
    part.write_text(json.dumps({**document, "bugs": [*map(_thinned, document["bugs"])]}) + "\n")
    part.replace(file)
    return file


def name(asked: Mapping[str, str]) -> str:
    """The file for an installation of these versions, by the name of the package."""
    return f"{'-'.join(f'{package}-{version}' for package, version in asked.items())}.json"


def _is_entry(bug: Mapping[str, Any]) -> bool:
    return bool(bug["id"]) and bug["verdict"] in MARKS


def _thinned(entry: Mapping[str, Any]) -> dict[str, Any]:
    thinned = dict(entry)
    if "samples" in entry:
        samples = entry["samples"]
        step = len(samples) // MOST_SAMPLES + 1
        thinned["samples"] = [
            max(samples[start : start + step], key=lambda sample: sample[1])
            for start in range(0, len(samples), step)
        ]
    if entry.get("capped"):
        thinned["capped"] = _thinned(entry["capped"])
    return thinned

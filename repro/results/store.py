"""Documents of verdicts kept in a folder, one file an installation."""

import json
from collections.abc import Mapping
from itertools import chain
from pathlib import Path
from typing import Any

from packaging.version import Version

from repro.catalog import bugs as catalog
from repro.errors import RequestError
from repro.judge.outcome import Verdict
from repro.results.document import Document, asked, in_order, release

SHIPPED = Path(__file__).parents[1] / "measured"  # in a wheel
MEASURED = SHIPPED if SHIPPED.is_dir() else Path(__file__).parents[2] / "docs" / "measured"
"""What this project publishes: the table of the README."""

MOST_SAMPLES = 100


class DocumentError(RequestError):
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
        return _checked(json.loads(file.read_text()))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DocumentError(f"{file} does not hold verdicts") from error


def write(folder: Path, document: Document) -> Path:
    """Keep a document in a folder, in the place of an earlier one of the same installation.

    It is kept with as many samples of RSS as a plot shows.

    Returns:
        The file.

    Raises:
        OSError: it cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / name(asked(document))
    part = file.with_name(f"{file.name}.part")
    part.write_text(json.dumps({**document, "bugs": [*map(_thinned, document["bugs"])]}) + "\n")
    part.replace(file)
    return file


def name(versions: Mapping[str, str]) -> str:
    """The file for an installation of these versions, by the name of the package."""
    return f"{'-'.join(f'{package}-{version}' for package, version in versions.items())}.json"


def _checked(document: Any) -> Document:
    """The document, with all that its entries may lack.

    Raises:
        Exception: it is none.
    """
    if "error" not in document:
        Version(release(document))
    asked(document)["datasets"].strip()
    return {**document, "bugs": [_entry(entry) for entry in document["bugs"]]}


def _entry(found: Mapping[str, Any]) -> dict[str, Any]:
    ended = f"status {found['exit']}" if "exit" in found else ""
    lacking = {"reason": "", "figure": _figure(found), "ended": ended, "peak_rss_bytes": None}
    entry: dict[str, Any] = {**lacking, **found}
    capped: dict[str, Any] = entry.get("capped") or {"ended": ""}
    Verdict(entry["verdict"])
    texts = (entry["id"], entry["reason"], entry["figure"], entry["ended"], capped["ended"])
    samples = [(second, rss) for run in (entry, capped) for second, rss in run.get("samples", ())]
    numbers = [entry["peak_rss_bytes"] or 0, *chain.from_iterable(samples)]
    if not (entry["id"] and all(isinstance(text, str) for text in texts)):
        raise ValueError("a text is none")
    if not all(isinstance(number, int | float) for number in numbers):
        raise ValueError("a number is none")
    return entry


def _figure(found: Mapping[str, Any]) -> str:
    """The decisive figure of what was measured by another program that told only the evidence."""
    if "figure" in found or not found.get("evidence"):
        return ""
    bug = next((bug for bug in catalog.BUGS if bug.id == found["id"]), None)
    return bug.figure(found["evidence"]) if bug else ""


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

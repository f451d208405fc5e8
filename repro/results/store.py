"""Documents kept in a folder, one file an installation."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
from packaging.version import InvalidVersion, Version

from repro.catalog import bugs as catalog
from repro.errors import RequestError
from repro.results.document import Document, Entry, Figures, asked, in_order, release

SHIPPED = Path(__file__).parents[1] / "measured"  # in a wheel
MEASURED = SHIPPED if SHIPPED.is_dir() else Path(__file__).parents[2] / "docs" / "measured"
"""The documents that this project publishes: the table of the README."""

MOST_SAMPLES = 100


class DocumentError(RequestError):
    """A file without verdicts."""


def read(folder: Path) -> list[Document]:
    """Return the documents of a folder in order of releases; none if there is no such folder.

    Raises:
        DocumentError: One of the files is not a document.
    """
    return in_order(read_file(file) for file in sorted(folder.glob("datasets-*.json")))


def read_file(file: Path) -> Document:
    """Return the document of a file.

    Raises:
        OSError: It cannot be read.
        DocumentError: It is not a document.
    """
    try:
        document = msgspec.json.decode(file.read_bytes(), type=Document)
        asked(document)["datasets"]
        if document.error is None:
            Version(release(document))
    except (msgspec.DecodeError, UnicodeDecodeError, KeyError, InvalidVersion) as error:
        raise DocumentError(f"{file} does not hold verdicts") from error
    return msgspec.structs.replace(document, bugs=tuple(map(_completed, document.bugs)))


def write(folder: Path, document: Document) -> Path:
    """Keep a document in a folder, replacing an earlier one of the same installation.

    It is kept with as many samples of RSS as a plot shows.

    Returns:
        The file.

    Raises:
        OSError: It cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / name(asked(document))
    part = file.with_name(f"{file.name}.part")
    thinned = msgspec.structs.replace(document, bugs=tuple(map(_thinned, document.bugs)))
    part.write_bytes(msgspec.json.encode(thinned) + b"\n")
    part.replace(file)
    return file


def name(versions: Mapping[str, str]) -> str:
    """Return the file name of an installation, by the versions of its packages."""
    return f"{'-'.join(f'{package}-{version}' for package, version in versions.items())}.json"


def _completed(entry: Entry) -> Entry:
    """Return an entry of another program with the words that follow from its figures."""
    if not entry.ended and entry.exit is not None:
        entry = msgspec.structs.replace(entry, ended=f"status {entry.exit}")
    if not entry.figure and entry.evidence:
        bug = next((bug for bug in catalog.BUGS if bug.id == entry.id), None)
        if bug is not None:
            entry = msgspec.structs.replace(entry, figure=bug.figure(entry.evidence))
    return entry


def _thinned(entry: Entry) -> Entry:
    capped = entry.capped and _with_fewer_samples(entry.capped)
    return msgspec.structs.replace(entry, samples=_with_fewer_samples(entry).samples, capped=capped)


def _with_fewer_samples(figures: Figures) -> Figures:
    return msgspec.structs.replace(figures, samples=thinned(figures.samples))


def thinned(samples: Sequence[tuple[float, int]]) -> tuple[tuple[float, int], ...]:
    """Return at most `MOST_SAMPLES` samples: the highest of each stretch."""
    step = len(samples) // MOST_SAMPLES + 1
    return tuple(
        max(samples[start : start + step], key=lambda sample: sample[1])
        for start in range(0, len(samples), step)
    )

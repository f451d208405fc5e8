"""The verdicts of one installation as a document: typed, read from and written to JSON."""

from collections.abc import Iterable
from typing import Annotated, Any

import msgspec
from packaging.version import InvalidVersion, Version

from repro.catalog.bugs import GIT, Bug
from repro.judge.outcome import Verdict

SHORT = 7  # characters of a commit

Figure = int | float


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """The record of a run.

    Other programs may write documents too; what they leave out is None or empty.

    Attributes:
        peak_rss_bytes: Peak RSS of the process tree.
        exit: Status that a shell would show; 137 is SIGKILL.
        ended: The end in words, as in `exited 0`.
        cap_bytes: Memory cap; None for none.
        enforced_by: Enforcer of the cap.
        bytes_read: By the read calls of the tree.
        bytes_written: By its write calls.
        seconds: From start to end.
        samples: Pairs of seconds since the start and RSS bytes of the tree.
    """

    peak_rss_bytes: int | None = None
    exit: int | None = None
    ended: str = ""
    cap_bytes: int | None = None
    enforced_by: str | None = None
    bytes_read: int | None = None
    bytes_written: int | None = None
    seconds: float | None = None
    samples: tuple[tuple[float, int], ...] = ()


class Entry(Figures, frozen=True, kw_only=True):
    """The verdict about one bug.

    Attributes:
        id: Of the bug.
        verdict: Of its script.
        expected: Verdict that the catalog expected on that day.
        agrees: The two are equal, and no capped run contradicts them.
        reason: Why it is untestable, or what contradicts it; empty otherwise.
        masked_by: The bug that kept the script from measuring this one; empty otherwise.
        figure: The decisive figure, in words.
        evidence: The object that the script printed.
        capped: The large run under a memory cap; None if there was none.
        runs: The number of runs of the script; all else but the readings is of the first.
        readings: Those of each figure in these runs, by dotted name; empty for one run.
    """

    id: Annotated[str, msgspec.Meta(min_length=1)]
    verdict: Verdict
    expected: str = ""
    agrees: bool | None = None
    reason: str = ""
    masked_by: str = ""
    figure: str = ""
    evidence: dict[str, Any] | None = None
    capped: Figures | None = None
    runs: int = 1
    readings: dict[str, tuple[Figure, ...]] = {}


class Document(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All verdicts of one installation; what `pytest -m repro --verdicts FILE` writes.

    Attributes:
        environment: Versions of its packages by name; of one that could not be installed, the
            requested ones.
        bugs: An entry for each bug that was examined.
        asked: The requested versions by name (`repro matrix`); None if it was there already.
        measured: Time of the run, in ISO 8601; None if it is not known.
        error: Why it could not be installed; None if it was.
    """

    environment: dict[str, str]
    bugs: tuple[Entry, ...]
    asked: dict[str, str] | None = None
    measured: str | None = None
    error: str | None = None


def in_order(documents: Iterable[Document]) -> list[Document]:
    """Sort documents by the version of datasets, the oldest first; those of git come last.

    The version that a commit gives itself says little: it may be older than the newest release.
    """
    return sorted(documents, key=_place)


def _place(document: Document) -> tuple[bool, Version]:
    try:
        return of_git(document), Version(release(document))
    except InvalidVersion:  # it could not be installed
        return True, Version("0")


def release(document: Document) -> str:
    """Return the version of datasets that was measured."""
    return document.environment["datasets"]


def asked(document: Document) -> dict[str, str]:
    """Return the requested versions by the name of the package; they identify an installation."""
    return dict(document.asked or {"datasets": release(document)})


def of_git(document: Document) -> bool:
    """Return whether it is of a commit, not of a release."""
    return asked(document)["datasets"] == GIT or "commit" in document.environment


def label(document: Document) -> str:
    """Return the version of datasets, and the other requested versions.

    As in `4.4.2, pyarrow 21.0.0`, or `git main 0e1289a (5.0.2.dev0)`.
    """
    named = asked(document)
    main = named.pop("datasets") == GIT
    version = release(document)
    if of_git(document) and version != GIT:
        commit = document.environment.get("commit", "")[:SHORT]
        words = ("git", "main" if main else "", commit, f"({version})")
        version = " ".join(filter(None, words))
    return ", ".join([version, *(f"{name} {value}" for name, value in named.items())])


def find(document: Document, bug: Bug) -> Entry | None:
    """Return the entry of a bug; None if it was not examined."""
    return next((entry for entry in document.bugs if entry.id == bug.id), None)


def releases(documents: Iterable[Document]) -> list[Document]:
    """Return the documents of releases, in the same order; all of them if there are none."""
    documents = list(documents)
    return [document for document in documents if not of_git(document)] or documents

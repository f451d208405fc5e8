"""What was measured on an installation: whose it is, and what it says of a bug."""

from collections.abc import Iterable, Mapping
from typing import Any

from packaging.version import InvalidVersion, Version

from repro.catalog.bugs import GIT, Bug

Document = Mapping[str, Any]
"""What `repro.report.verdicts.document` makes of one run.

It may have `asked`, the versions that were asked for (`repro matrix`). If they could not be
installed it has an `error` and no bugs, and its environment is what was asked for.
"""

SHORT = 7  # characters of a commit


def in_order(documents: Iterable[Document]) -> list[Document]:
    """Sorted by the version of datasets, the oldest first; what is of git comes last.

    The version that a commit gives itself says little: it may be older than the newest release.
    """
    return sorted(documents, key=_place)


def _place(document: Document) -> tuple[bool, Version]:
    try:
        return of_git(document), Version(release(document))
    except InvalidVersion:  # it could not be installed
        return True, Version("0")


def release(document: Document) -> str:
    """The version of datasets that was measured."""
    return str(document["environment"]["datasets"])


def asked(document: Document) -> dict[str, str]:
    """The versions that were asked for, by the name of the package: they tell whose it is."""
    return dict(document.get("asked", {"datasets": release(document)}))


def of_git(document: Document) -> bool:
    """Whether that is no release, but a commit."""
    return asked(document)["datasets"] == GIT or "commit" in document["environment"]


def label(document: Document) -> str:
    """The version of datasets, and what else was asked for.

    As in `4.4.2, pyarrow 21.0.0`, or `git main 0e1289a (5.0.2.dev0)`.
    """
    named = asked(document)
    main = named.pop("datasets") == GIT
    version = release(document)
    if of_git(document) and version != GIT:
        commit = document["environment"].get("commit", "")[:SHORT]
        words = ("git", "main" if main else "", commit, f"({version})")
        version = " ".join(filter(None, words))
    return ", ".join([version, *(f"{name} {value}" for name, value in named.items())])


def find(document: Document, bug: Bug) -> Mapping[str, Any] | None:
    """What was measured of a bug; None if it was not measured there."""
    return next((each for each in document["bugs"] if each["id"] == bug.id), None)


def releases(documents: Iterable[Document]) -> list[Document]:
    """Those of releases, in the same order; all of them if there are none."""
    found = list(documents)
    return [document for document in found if not of_git(document)] or found

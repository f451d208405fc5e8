"""Verdicts that are not what the catalog expects, or not what they were."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass

from packaging.version import Version

from repro.catalog import bugs as catalog
from repro.catalog.bugs import Bug
from repro.judge.outcome import Verdict
from repro.judge.verdict import expectation
from repro.results.document import Document, Entry, asked, find, label, release
from repro.results.figure_drift import FigureDrift

ANY_BUG, INSTALLABLE, NOT_INSTALLABLE = "every bug", "installable", "not installable"
"""What stands for the bug and the verdicts where there is nothing to examine."""

MASKED = "masked"
"""An untestable verdict because of another bug, which the entry names."""

CONTRADICTED = "contradicted"
"""A verdict that the large run under a memory cap speaks against."""


@dataclass(frozen=True)
class Drift:
    """A verdict that changed.

    Attributes:
        bug: Its id, or `every bug`.
        datasets: The release, and the other requested versions.
        was: The verdict that the catalog expects; if it is as expected, that of the last time.
        now: The verdict of this run.
        last_seen: The newest release, up to this one, on which it was measured to be as it was;
            None if there is none.
        figure: The decisive figure of the measurement.
        reason: Why it is untestable, or what contradicts it; empty otherwise.
    """

    bug: str
    datasets: str
    was: str
    now: str
    last_seen: str | None
    figure: str
    reason: str

    def __str__(self) -> str:
        """One line, as in `drift: some-bug reproduced -> absent on datasets 5.3.0 (...)`."""
        seen = f"last seen {self.last_seen}" if self.last_seen else "never seen"
        why = f": {self.reason}" if self.reason else ""
        return (
            f"drift: {self.bug} {self.was} -> {self.now} on datasets {self.datasets} ({seen}){why}"
        )


def drifts(documents: Iterable[Document], earlier: Sequence[Document]) -> list[Drift]:
    """Return the verdicts that changed.

    Args:
        documents: Of the new run.
        earlier: Documents of earlier runs, in order of releases. Of the same installation, the last
            one counts.
    """
    return [drift for document in documents for drift in _of_document(document, earlier)]


def as_json(changes: Iterable[Drift | FigureDrift]) -> str:
    """Return a list of objects for a program to read."""
    return json.dumps([asdict(drift) for drift in changes], indent=1) + "\n"


def state(entry: Entry) -> str:
    """Return the verdict of an entry, or that it is masked or contradicted."""
    if entry.masked_by:
        return MASKED
    tested = entry.verdict is not Verdict.UNTESTABLE
    return CONTRADICTED if tested and entry.reason else str(entry.verdict)


def expected(document: Document, bug: Bug) -> str:
    """Return the verdict that the current catalog expects of the release of a document."""
    verdict = expectation(bug, Version(release(document)))
    return MASKED if verdict is Verdict.UNTESTABLE else str(verdict)


def _of_document(document: Document, earlier: Sequence[Document]) -> Iterator[Drift]:
    same = next((old for old in reversed(earlier) if asked(old) == asked(document)), None)
    if document.error is not None:
        seen = label(same) if same is not None and same.error is None else None
        where, why = label(document), document.error
        yield Drift(ANY_BUG, where, INSTALLABLE, NOT_INSTALLABLE, seen, "", why)
        return
    for bug in catalog.BUGS:
        entry = find(document, bug)
        if entry is None:
            continue
        now, was = state(entry), expected(document, bug)
        before = find(same, bug) if same is not None else None
        if now == was and before is not None:
            was = state(before)
        if now != was:
            seen = _last_seen(bug, was, document, earlier)
            yield Drift(bug.id, label(document), was, now, seen, entry.figure, entry.reason)


def _last_seen(bug: Bug, was: str, document: Document, earlier: Sequence[Document]) -> str | None:
    """Return the newest release, up to that of a document, with an entry of that state."""
    newest = Version(release(document))
    seen = [
        document
        for document in earlier
        if (entry := find(document, bug)) is not None
        and state(entry) == was
        and Version(release(document)) <= newest
    ]
    return label(max(seen, key=lambda document: Version(release(document)))) if seen else None

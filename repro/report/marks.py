"""One character for each verdict, the same ones wherever verdicts are shown."""

from collections.abc import Iterable, Sequence

from repro.catalog.bugs import Bug
from repro.judge.outcome import Verdict
from repro.results.document import Document, find, label
from repro.results.drift import expected, state

MARKS = {Verdict.REPRODUCED: "x", Verdict.ABSENT: "·", Verdict.UNTESTABLE: "?"}
UNEXPECTED, NOT_INSTALLABLE, NOT_EXAMINED = "!", "-", ""
WORDS = {
    **{mark: str(verdict) for verdict, mark in MARKS.items()},
    UNEXPECTED: "not as expected",
    NOT_INSTALLABLE: "not installable",
    NOT_EXAMINED: "not examined",
}
"""What the marks mean."""


def mark(document: Document, bug: Bug) -> str:
    """The verdict about a bug, and `!` if it is not what the catalog expects."""
    if document.error is not None:
        return NOT_INSTALLABLE
    entry = find(document, bug)
    if entry is None:
        return NOT_EXAMINED
    surprise = "" if state(entry) == expected(document, bug) else UNEXPECTED
    return MARKS[entry.verdict] + surprise


def words(marks: str) -> str:
    """Return the meaning of the marks of a cell, as in `absent, not as expected`."""
    return ", ".join(WORDS[mark] for mark in marks) or WORDS[NOT_EXAMINED]


def surprises(documents: Iterable[Document], bugs: Sequence[Bug]) -> list[tuple[Bug, str]]:
    """The bugs that are not as expected, each with where, what instead, and why or how much."""
    return [
        (
            bug,
            f"{state(entry)} on datasets {label(document)}, expected {expected(document, bug)}: "
            f"{entry.reason or entry.figure}",
        )
        for document in documents
        for bug in bugs
        if UNEXPECTED in mark(document, bug) and (entry := find(document, bug))
    ]

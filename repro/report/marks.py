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
    if "error" in document:
        return NOT_INSTALLABLE
    found = find(document, bug)
    if found is None:
        return NOT_EXAMINED
    surprise = "" if state(found) == expected(document, bug) else UNEXPECTED
    return MARKS[found["verdict"]] + surprise


def words(marks: str) -> str:
    """What the marks of a cell mean, as in `absent, not as expected`."""
    return ", ".join(WORDS[each] for each in marks) or WORDS[NOT_EXAMINED]


def surprises(documents: Iterable[Document], bugs: Sequence[Bug]) -> list[tuple[Bug, str]]:
    """The bugs that are not as expected, each with where, what instead, and why or how much."""
    return [
        (
            bug,
            f"{state(found)} on datasets {label(document)}, expected {expected(document, bug)}: "
            f"{found['reason'] or found['figure']}",
        )
        for document in documents
        for bug in bugs
        if UNEXPECTED in mark(document, bug) and (found := find(document, bug))
    ]

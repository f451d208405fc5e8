"""The table at the end of a run, for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from tabulate import tabulate

from repro.catalog.bugs import MIB, Bug, Change
from repro.report import markdown
from repro.report.marks import NOT_EXAMINED, NOT_INSTALLABLE, UNEXPECTED, WORDS, mark
from repro.results.document import SHORT, Document, find, label

if TYPE_CHECKING:
    from repro.judge.verdict import Judgement

CELL, GAP = 22, 4  # characters of a cell of the matrix, and between cells, at most
LEGEND = ", ".join(
    [*(f"{mark} {word}" for mark, word in WORDS.items() if mark), "″ the figure above"]
)
HEADERS = ("bug", "verdict", "expected", "decisive figure", "peak RSS", "ended", "seconds")


def versions_line(environment: Mapping[str, str]) -> str:
    """The versions and the platform on one line."""
    return ", ".join(f"{name} {value}" for name, value in environment.items())


def table(judgements: Iterable[Judgement], environment: Mapping[str, str]) -> str:
    """All judgements under a line of versions, one row a run: a capped run has its own row."""
    rows = []
    for judgement in judgements:
        bug, run, capped = judgement.bug, judgement.run, judgement.capped
        verdict = str(judgement.verdict) + ("" if judgement.agrees else f" {UNEXPECTED}")
        row = (bug.id, verdict, str(judgement.expected), judgement.figure)
        rows.append((*row, f"{run.peak_rss_bytes // MIB} MiB", run.ended, f"{run.seconds:.1f}"))
        if capped is not None:
            cap = (
                f"the same, large, in {(capped.cap_bytes or 0) // MIB} MiB by {capped.enforced_by}"
            )
            peak = f"{capped.peak_rss_bytes // MIB} MiB"
            rows.append(("", "", "", cap, peak, capped.ended, f"{capped.seconds:.1f}"))
    return f"{versions_line(environment)}\n\n{tabulate(rows, HEADERS, disable_numparse=True)}"


def listing(bugs: Iterable[Bug]) -> str:
    """Format the catalog: id, affected releases, the upstream changes, and title."""
    bugs = list(bugs)
    columns = {
        "bug": [bug.id for bug in bugs],
        "affected releases of datasets": [markdown.specifier(bug.affected) for bug in bugs],
        "began with": [_change(bug.introduced) for bug in bugs],
        "ended with": [_change(bug.fixed) for bug in bugs],
        "what goes wrong": [bug.title for bug in bugs],
    }
    return tabulate(columns, headers="keys")


def _change(change: Change | None) -> str:
    """Return an upstream change in short, as in `#8064 2026-03-16`; empty if none is known."""
    if change is None:
        return ""
    name = f"#{change.pr}" if change.pr is not None else change.commit[:SHORT]
    return f"{name} {change.date or ''}".rstrip()


def notes(rows: Iterable[tuple[str, str]]) -> str:
    """Return the table of other measurements, each with its figure."""
    return tabulate(rows, ("measured", "figure"), disable_numparse=True)


def matrix(documents: Sequence[Document], bugs: Sequence[Bug], width: int) -> str:
    """The verdict and the decisive figure of each bug, one row a release.

    Args:
        documents: of the releases.
        bugs: the columns, in as many tables one below the other as it takes.
        width: of the terminal, in characters.
    """
    labels = [label(document) for document in documents]
    room = width - max(map(len, ["datasets", *labels])) - GAP
    at_a_time = max(1, room // (CELL + GAP))
    tables = [
        tabulate(
            list(zip(labels, *(_column(documents, bug) for bug in shown), strict=True)),
            ["datasets", *(bug.id for bug in shown)],
            disable_numparse=True,
            maxcolwidths=[None, *[CELL] * len(shown)],
            maxheadercolwidths=[None, *[CELL] * len(shown)],  # type: ignore[list-item]
        )
        for shown in (bugs[at : at + at_a_time] for at in range(0, len(bugs), at_a_time))
    ]
    return "\n\n".join([*tables, "\n".join([LEGEND, *markdown.errors(documents)])])


def _column(documents: Iterable[Document], bug: Bug) -> list[str]:
    """The cells of a bug; what is as in the cell above is not said again."""
    cells, above = [], None
    for document in documents:
        entry = find(document, bug)
        if document.error is not None:
            cells.append(WORDS[NOT_INSTALLABLE])
        elif entry is None:
            cells.append(WORDS[NOT_EXAMINED])
        else:
            figure = "″" if entry.figure == above else entry.figure
            cells.append(f"{mark(document, bug)} {figure}")
            above = entry.figure
    return cells

"""A bug over the releases as a small plot: a bar for each release, with its decisive figure."""

import html
import re
from collections.abc import Sequence

from repro.catalog.bugs import Bug
from repro.judge.outcome import Verdict
from repro.report.private import without_folders
from repro.results.document import Document, Entry, find, label

BAR, GAP, HEIGHT, LEAST, TEXT = 14, 4, 40, 3, 14  # pixels at the size of a desktop
COLOURS = {
    Verdict.REPRODUCED: "var(--bad, #b3261e)",
    Verdict.ABSENT: "var(--good, #1a6b34)",
    Verdict.UNTESTABLE: "var(--open, #7a4d00)",
}
NUMBER = re.compile(r"\d+(?:\.\d+)?")


def strip(documents: Sequence[Document], bug: Bug) -> str:
    """Draw the verdicts and figures of a bug over the releases.

    A bar is as high as the first number of the decisive figure, if that is the same sentence on
    every release; otherwise the bars of releases with the bug are high, and the others low. The
    colours are the variables `--bad`, `--good` and `--open` of the page, if it has them.

    Args:
        documents: In order of releases; those that did not examine the bug are left out.
        bug: Of the catalog.

    Returns:
        The `<svg>` element; empty if nothing was measured.
    """
    measured = [
        (document, entry) for document in documents if (entry := find(document, bug)) is not None
    ]
    if not measured:
        return ""
    heights = _heights([entry for _, entry in measured])
    width = len(measured) * (BAR + GAP) - GAP
    bars = [
        f'<rect x="{place * (BAR + GAP)}" y="{HEIGHT - height}" width="{BAR}" height="{height}" '
        f'style="fill:{COLOURS[entry.verdict]}"><title>{_words(document, entry)}</title></rect>'
        for place, ((document, entry), height) in enumerate(zip(measured, heights, strict=True))
    ]
    ends = (label(measured[0][0]), label(measured[-1][0]).partition(" (")[0])
    texts = [
        f'<text x="{x}" y="{HEIGHT + TEXT}" text-anchor="{anchor}">{html.escape(text)}</text>'
        for x, anchor, text in ((0, "start", ends[0]), (width, "end", ends[1]))
    ]
    having = sum(entry.verdict is Verdict.REPRODUCED for _, entry in measured)
    words = html.escape(f"{bug.id}: reproduced on {having} of {len(measured)} releases")
    return (
        f'<svg class="strip" role="img" aria-label="{words}" width="{width}" '
        f'height="{HEIGHT + TEXT + 4}" viewBox="0 0 {width} {HEIGHT + TEXT + 4}">'
        f"{''.join(bars + texts)}</svg>"
    )


def _heights(entries: Sequence[Entry]) -> list[int]:
    """Return the heights of the bars, in pixels."""
    numbers = _numbers(entries)
    if numbers is None or not max(numbers):
        return [HEIGHT if entry.verdict is Verdict.REPRODUCED else LEAST for entry in entries]
    return [max(LEAST, round(HEIGHT * number / max(numbers))) for number in numbers]


def _numbers(entries: Sequence[Entry]) -> list[float] | None:
    """Return the first number of each figure; None if they are not about the same."""
    if len({NUMBER.sub("#", entry.figure) for entry in entries}) > 1:
        return None
    matches = [NUMBER.search(entry.figure) for entry in entries]
    return [float(match[0]) for match in matches if match] or None


def _words(document: Document, entry: Entry) -> str:
    return html.escape(f"{label(document)}: {entry.verdict}, {without_folders(entry.figure)}")

"""What the verdicts of many releases say of one bug: what the pages are written from."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from repro.catalog import MIB, Bug
from repro.outcome import Verdict
from repro.report import markdown, plots
from repro.report.markdown import Document, find, label
from repro.report.private import without_folders


@dataclass(frozen=True)
class Stretch:
    """Neighbouring releases on which the same was measured.

    Attributes:
        releases: one, or the first and the last.
        verdict: on all of them.
        figure: the decisive one.
        peak_mib: the lowest and the highest peak RSS, as in `180 to 192`.
        ended: how the script ended.
        large: how the large run under the memory cap ended; empty if there was none.
    """

    releases: str
    verdict: Verdict
    figure: str
    peak_mib: str
    ended: str
    large: str


@dataclass(frozen=True)
class Story:
    """A bug as it was measured.

    Attributes:
        bug: of the catalog.
        affected: the releases that were measured to have it, in words.
        live: the newest release has it.
        stretches: all releases, the oldest first; empty if it was not measured.
        plot: RSS over time as SVG, of a memory bug; empty of others.
    """

    bug: Bug
    affected: str
    live: bool
    stretches: Sequence[Stretch]
    plot: str


def story(documents: Sequence[Document], bug: Bug) -> Story:
    """What was measured of a bug.

    Args:
        documents: in order of releases; those that lack the bug say nothing of it.
        bug: of the catalog.
    """
    measured = [(each, entry) for each in documents if (entry := find(each, bug)) is not None]
    spans = [
        _span([document for document, _ in group])
        for reproduced, group in groupby(measured, lambda pair: _verdict(pair[1]))
        if reproduced is Verdict.REPRODUCED
    ]
    curves = plots.curves(documents, bug) if bug.cap_bytes is not None else []
    return Story(
        bug=bug,
        affected=", ".join(spans) or ("none of those measured" if measured else "not measured"),
        live=bool(measured) and _verdict(measured[-1][1]) is Verdict.REPRODUCED,
        stretches=list(_stretches(measured)),
        plot=plots.rss(curves, bug.cap_bytes, bug.id) if curves else "",
    )


def thread(url: str) -> str:
    """The short name of an issue or a pull request, as in `#7894`."""
    return f"#{url.rpartition('/')[2]}"


def summary(documents: Sequence[Document], stories: Sequence[Story]) -> str:
    """How much was measured, and what is still there, in one sentence."""
    installed = [document for document in documents if "error" not in document]
    if not installed:
        return "Nothing was measured."
    first, last = markdown.release(installed[0]), markdown.release(installed[-1])
    live = sum(story.live for story in stories)
    return (
        f"{len(stories)} bugs, examined on {len(installed)} installations of datasets, "
        f"{first} to {last}. {live} of them are live: the newest that was examined has them."
    )


def environments(documents: Sequence[Document]) -> tuple[list[str], list[Mapping[str, str]]]:
    """The packages of all environments, and for each installation their versions."""
    installed = [document["environment"] for document in documents if "error" not in document]
    return list(dict.fromkeys(name for each in installed for name in each)), installed


def _stretches(measured: Sequence[tuple[Document, Mapping[str, Any]]]) -> Iterator[Stretch]:
    def said(pair: tuple[Document, Mapping[str, Any]]) -> tuple[Verdict, str, str, str]:
        entry = pair[1]
        capped = entry.get("capped")
        return _verdict(entry), entry["figure"], entry["ended"], capped["ended"] if capped else ""

    for (verdict, figure, ended, large), group in groupby(measured, said):
        documents, entries = zip(*group, strict=True)
        peaks = sorted({round(entry["peak_rss_bytes"] / MIB) for entry in entries})
        yield Stretch(
            releases=_span(documents),
            verdict=verdict,
            figure=without_folders(figure),
            peak_mib=" to ".join(map(str, dict.fromkeys((peaks[0], peaks[-1])))),
            ended=ended,
            large=large,
        )


def _verdict(entry: Mapping[str, Any]) -> Verdict:
    return Verdict(entry["verdict"])


def _span(documents: Sequence[Document]) -> str:
    first, last = label(documents[0]), label(documents[-1])
    return first if first == last else f"{first} to {last}"

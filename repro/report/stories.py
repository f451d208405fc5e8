"""The verdicts of many releases about one bug, for the pages."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from repro.catalog.bugs import MIB, Bug
from repro.judge.outcome import Verdict
from repro.report import plots
from repro.report.marks import UNEXPECTED, mark
from repro.report.private import without_folders
from repro.report.strips import strip
from repro.results.document import Document, Entry, find, label, of_git, releases

WHEN = "measured"  # the column of the time, if it is known


@dataclass(frozen=True)
class Stretch:
    """Neighbouring releases on which the same was measured.

    Attributes:
        releases: one, or the first and the last.
        verdict: on all of them.
        expected: that is what the catalog says of them, and nothing contradicts it.
        figure: the decisive one.
        peak_mib: the lowest and the highest peak RSS, as in `180 to 192`.
        ended: how the script ended.
        large: how the large run under the memory cap ended; empty if there was none.
    """

    releases: str
    verdict: Verdict
    expected: bool
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
        newest: the verdict on the newest release; None if it was not measured.
        stretches: all releases, the oldest first; empty if it was not measured.
        plot: RSS over time as SVG, of a memory bug; empty of others.
        strip: The verdicts and figures over the releases as SVG; empty if there are none.
    """

    bug: Bug
    affected: str
    newest: Verdict | None
    stretches: Sequence[Stretch]
    plot: str
    strip: str = ""

    @property
    def live(self) -> bool:
        """True if the newest release has it."""
        return self.newest is Verdict.REPRODUCED

    @property
    def fixed(self) -> bool:
        """True if the newest release no longer has it."""
        return self.newest is Verdict.ABSENT


def story(documents: Sequence[Document], bug: Bug) -> Story:
    """Return the measurements of a bug.

    Args:
        documents: in order of releases; those that lack the bug say nothing of it.
        bug: of the catalog.
    """
    measured = [
        (document, entry) for document in documents if (entry := find(document, bug)) is not None
    ]
    spans = [
        _span([document for document, _ in group])
        for reproduced, group in groupby(measured, lambda pair: pair[1].verdict)
        if reproduced is Verdict.REPRODUCED
    ]
    curves = plots.curves(documents, bug) if bug.cap_bytes is not None else []
    return Story(
        bug=bug,
        affected=", ".join(spans) or ("none of those measured" if measured else "not measured"),
        newest=_newest(documents, bug),
        stretches=list(_stretches(measured, bug)),
        plot=plots.rss(curves, bug.cap_bytes, bug.id) if curves else "",
        strip=strip(documents, bug),
    )


def newest_first(documents: Sequence[Document], bugs: Iterable[Bug]) -> list[Bug]:
    """Sort bugs by the newest release that has them, then by the newest that brought them."""

    def place(bug: Bug) -> tuple[int, int]:
        having = [
            number
            for number, document in enumerate(releases(documents))
            if (entry := find(document, bug)) and entry.verdict is Verdict.REPRODUCED
        ]
        return (having[-1], having[0]) if having else (-1, -1)

    return sorted(bugs, key=place, reverse=True)


def shown_verdict(stretch: Stretch) -> str:
    """The verdict in words, with the mark of one that is not as expected."""
    return f"{stretch.verdict}{'' if stretch.expected else f' {UNEXPECTED}'}"


def thread(url: str) -> str:
    """The short name of an issue or a pull request, as in `#7894`."""
    return f"#{url.rpartition('/')[2]}"


def summary(documents: Sequence[Document], stories: Sequence[Story]) -> str:
    """Return one sentence about the extent of the measurements and the live bugs."""
    installed = [document for document in documents if document.error is None]
    if not installed:
        return "Nothing was measured."
    numbered = releases(installed)
    span = _span(numbered)
    others = "".join(
        f" and {label(document)}" for document in installed if document not in numbered
    )
    live = sum(story.live for story in stories)
    return (
        f"{len(stories)} bugs, examined on {len(installed)} installations of datasets, "
        f"{span}{others}. {live} of them are live: the newest release examined has them."
    )


def environments(documents: Sequence[Document]) -> tuple[list[str], list[dict[str, str]]]:
    """The packages of all environments, and for each installation their versions."""
    installed = [
        document.environment
        | {"datasets": label(document)}
        | ({WHEN: document.measured} if document.measured else {})
        for document in documents
        if document.error is None
    ]
    return list(dict.fromkeys(name for versions in installed for name in versions)), installed


def _newest(documents: Sequence[Document], bug: Bug) -> Verdict | None:
    having = releases(document for document in documents if find(document, bug))
    entry = find(having[-1], bug) if having else None
    return entry.verdict if entry else None


def _stretches(measured: Sequence[tuple[Document, Entry]], bug: Bug) -> Iterator[Stretch]:
    def outcome(pair: tuple[Document, Entry]) -> tuple[Verdict, bool, str, str, str]:
        document, entry = pair
        expected = UNEXPECTED not in mark(document, bug)
        large = entry.capped.ended if entry.capped else ""
        return entry.verdict, expected, entry.figure, entry.ended, large

    for (verdict, expected, figure, ended, large), group in groupby(measured, outcome):
        documents, entries = zip(*group, strict=True)
        sizes = [entry.peak_rss_bytes for entry in entries]
        peaks = sorted({round(size / MIB) for size in sizes if size is not None})
        yield Stretch(
            releases=_span(documents),
            verdict=verdict,
            expected=expected,
            figure=without_folders(figure),
            peak_mib=" to ".join(map(str, dict.fromkeys([*peaks[:1], *peaks[-1:]]))),
            ended=ended,
            large=large,
        )


def _span(documents: Sequence[Document]) -> str:
    """Return the first and the last release; a commit that nobody knows ends no range."""
    known = [one for one in documents if not of_git(one) or "commit" in one.environment]
    documents = known or documents
    first, last = label(documents[0]), label(documents[-1])
    return first if first == last else f"{first} to {last}"

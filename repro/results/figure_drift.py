"""Figures that moved by more than their noise, though the verdict is as it was."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from repro.catalog import bugs as catalog
from repro.results.document import Document, Figure, asked, find, label
from repro.results.figures import RUN, figures, noise

DIGITS = 3  # after the point: a fraction of a byte is none


@dataclass(frozen=True)
class FigureDrift:
    """A figure that moved by more than its noise.

    Attributes:
        bug: The id of the bug.
        datasets: The release, and the other requested versions.
        figure: Its name, as in `shards_made.limit`.
        was: The mean of the earlier readings.
        now: The reading of this run.
        noise: The distance from the mean that a reading has once in a thousand times.
        packages: The packages that are others than they were, as in `pyarrow 27.0.0`.
    """

    bug: str
    datasets: str
    figure: str
    was: float
    now: Figure
    noise: float
    packages: str

    def __str__(self) -> str:
        """One line, as in `drift: some-bug shards 1 -> 5 on datasets 5.2.0 (noise 0)`."""
        values = f"{_written(self.was)} -> {_written(self.now)}"
        why = f": {self.packages}" if self.packages else ""
        where = f"on datasets {self.datasets} (noise {_written(self.noise)})"
        return f"drift: {self.bug} {self.figure} {values} {where}{why}"


def figure_drifts(documents: Iterable[Document], earlier: Sequence[Document]) -> list[FigureDrift]:
    """Return the figures that moved.

    Only bugs with the verdict that they had are compared, and only with repeated runs of the same
    installation: there is no noise to compare with otherwise. What the process tree took is
    compared only where all packages are the same: each import reads files and takes memory.

    Args:
        documents: Of the new run.
        earlier: Documents of earlier runs, in order of releases. Of the same installation, the last
            one with repeated runs counts.
    """
    return [drift for document in documents for drift in _of_document(document, earlier)]


def _of_document(document: Document, earlier: Sequence[Document]) -> Iterator[FigureDrift]:
    same = (old for old in reversed(earlier) if asked(old) == asked(document))
    base = next((old for old in same if any(entry.runs > 1 for entry in old.bugs)), None)
    if base is None:
        return
    where, packages = label(document), _packages(base.environment, document.environment)
    for bug in catalog.BUGS:
        before, after = find(base, bug), find(document, bug)
        if before is None or after is None or before.verdict is not after.verdict:
            continue
        for name, readings in before.readings.items():
            now = figures(after).get(name)
            if now is None or (packages and name.startswith(RUN)):
                continue
            was, own = fmean(readings), noise(readings)
            if abs(now - was) > own:
                values = (round(was, DIGITS), now, round(own, DIGITS))
                yield FigureDrift(bug.id, where, name, *values, packages)


def _packages(old: Mapping[str, str], new: Mapping[str, str]) -> str:
    return ", ".join(
        f"{name} {version}" for name, version in new.items() if old.get(name) != version
    )


def _written(figure: Figure) -> str:
    """Return a figure in words, as in `1,883,369`."""
    return f"{figure:,.10g}"

"""The script of a bug on releases of datasets: installed, run and judged."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from textwrap import shorten

import msgspec
from packaging.version import Version

from repro.bisect.search import Stretch, search, stretches
from repro.catalog.bugs import Bug
from repro.installs.environments import InstallError, Pins, install
from repro.installs.index import Release
from repro.installs.installation import Installation
from repro.judge.examine import Background
from repro.judge.outcome import Verdict

A_DAY = timedelta(days=1)  # a release was tested with what was there when it was uploaded
LONGEST = 200  # characters of what uv has to say


@dataclass(frozen=True)
class Measured:
    """A release, and what was measured on it.

    Attributes:
        version: of datasets.
        verdict: of the script.
        figure: the decisive one, or why it cannot be tested.
        pins: what was asked for.
        installation: what it was measured with; None where nothing could be installed.
    """

    version: Version
    verdict: Verdict
    figure: str
    pins: Pins
    installation: Installation | None


@dataclass(frozen=True)
class Change:
    """Two releases with different verdicts, and none between them that can be tested."""

    old: Measured
    new: Measured

    @property
    def begins(self) -> bool:
        """True if the bug begins there, False if it ends."""
        return self.new.verdict is Verdict.REPRODUCED


@dataclass(frozen=True)
class Bisection:
    """The stretches of releases that have a bug.

    Attributes:
        bug: which.
        releases: all that could have been run, the oldest first.
        measured: those that were, by their place among them.
    """

    bug: Bug
    releases: Sequence[Release]
    measured: Mapping[int, Measured]

    @property
    def stretches(self) -> list[Stretch]:
        """The rows of releases that have it, by place, the oldest first."""
        return stretches({place: one.verdict for place, one in self.measured.items()})

    def began(self, stretch: Stretch) -> Change | None:
        """Return the beginning of a stretch; None if nothing older can be tested."""
        return self._change(stretch.before, stretch.first)

    def ended(self, stretch: Stretch) -> Change | None:
        """Return its end; None if nothing newer can be tested."""
        return self._change(stretch.last, stretch.after)

    def changes(self) -> list[Change]:
        """All beginnings and ends, the oldest first."""
        edges = (edge(stretch) for stretch in self.stretches for edge in (self.began, self.ended))
        return [change for change in edges if change is not None]

    def _change(self, old: int | None, new: int | None) -> Change | None:
        if old is None or new is None:
            return None
        return Change(self.measured[old], self.measured[new])


def bisect(
    bug: Bug,
    releases: Sequence[Release],
    examinations: Background,
    show: Callable[[Measured], None],
) -> Bisection:
    """Find where a bug is among releases.

    Args:
        bug: which.
        releases: of datasets, at least one, the oldest first.
        examinations: where its script is run.
        show: is given each release as it was measured.

    Raises:
        repro.sandbox.run.IsolationError: the script cannot be isolated on this machine.
    """
    # The run under a cap has no part in the verdict.
    alone = msgspec.structs.replace(bug, cap_bytes=None)
    measured: dict[int, Measured] = {}

    def probe(place: int) -> Verdict:
        measured[place] = measure(alone, releases[place], examinations)
        show(measured[place])
        return measured[place].verdict

    search([bug.expected_on(release.version) for release in releases], probe)
    return Bisection(bug, releases, measured)


def measure(bug: Bug, release: Release, examinations: Background) -> Measured:
    """Run the script of a bug on a release.

    With the newest packages that fit, as somebody has them who installs it today. Where that cannot
    be tested, since old releases name few upper bounds, again with those of its own day.

    Args:
        bug: which.
        release: of datasets.
        examinations: where it is run.

    Raises:
        repro.sandbox.run.IsolationError: it cannot be isolated on this machine.
    """
    untestable = []
    for pins in _pins(release):
        measured = _measure(bug, release.version, pins, examinations)
        if measured.verdict is not Verdict.UNTESTABLE:
            return measured
        untestable.append(measured)
    return untestable[0]


def _pins(release: Release) -> Iterator[Pins]:
    yield Pins(datasets=str(release.version))
    if release.uploaded is not None:
        yield Pins(datasets=str(release.version), before=release.uploaded + A_DAY)


def _measure(bug: Bug, version: Version, pins: Pins, examinations: Background) -> Measured:
    try:
        installation = install(pins)
    except InstallError as error:
        return Measured(version, Verdict.UNTESTABLE, shorten(str(error), LONGEST), pins, None)
    judgement = examinations.examine(bug, installation).result()
    folder = str(installation.python.parent.parent)  # nobody's business, but in tracebacks
    figure = judgement.figure.replace(folder, "")
    return Measured(version, judgement.verdict, figure, pins, installation)

"""Bugs examined with and without fixes, on one installation."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import msgspec
from packaging.version import Version

from repro.catalog.bugs import Bug
from repro.fixes.edits import Fix, find
from repro.fixes.overlay import Fixed, fixed
from repro.installs.installation import Installation
from repro.judge.examine import Background
from repro.judge.outcome import Verdict
from repro.judge.verdict import Judgement


class Judged(Protocol):
    """The judgement of a script, or as much of it as a document keeps."""

    @property
    def verdict(self) -> Verdict:
        """The verdict."""

    @property
    def figure(self) -> str:
        """The decisive figure."""


@dataclass(frozen=True)
class Trial:
    """A bug examined without and with a fix.

    Attributes:
        bug: The bug whose script ran.
        fix: The fix, of this bug or of another.
        before: The judgement without it; bugs that mask the fixed one are fixed already.
        after: The judgement with it.
    """

    bug: Bug
    fix: Fix
    before: Judged
    after: Judged

    @property
    def own(self) -> bool:
        """True if the fix is the bug's own."""
        return self.fix.bug == self.bug.id

    @property
    def flipped(self) -> bool:
        """True if the verdict changed."""
        return self.before.verdict is not self.after.verdict

    @property
    def cured(self) -> bool:
        """True if the bug was reproduced before and is absent after."""
        verdicts = (self.before.verdict, self.after.verdict)
        return verdicts == (Verdict.REPRODUCED, Verdict.ABSENT)

    @property
    def explanation(self) -> str:
        """The catalog's reason why a fix of another bug may change this verdict; empty if none."""
        return self.fix.flips.get(self.bug.id) or self.bug.masked_by.get(self.fix.bug, "")

    @property
    def agrees(self) -> bool:
        """True if the fix cures its own bug, or leaves another as it was, but for a reason."""
        return self.cured if self.own else not self.flipped or bool(self.explanation)


@dataclass(frozen=True)
class Fixable:
    """A live bug with its fix.

    Attributes:
        bug: The bug.
        fix: Its fix.
        base: The installation to compare with: of a masked bug, with the fixes of those masking it.
        fixed: The same with the fix.
    """

    bug: Bug
    fix: Fix
    base: Installation
    fixed: Fixed


def live(bugs: Sequence[Bug], installation: Installation) -> list[Bug]:
    """Return the bugs that are expected in an installation."""
    return [bug for bug in bugs if bug.expected_on(Version(installation.datasets))]


def prepare(
    bug: Bug, catalog: Sequence[Bug], installation: Installation, cache: Path | None = None
) -> Fixable | None:
    """Apply the fix of a bug; None if it has none.

    Raises:
        CatalogError: A fix cannot be read.
        EditError: An edit cannot be made on this installation.
        OSError: The cache cannot be written.
    """
    if (fix := find(bug)) is None:
        return None
    masking = live([other for other in catalog if other.id in bug.masked_by], installation)
    unmasking = [other for other in map(find, masking) if other is not None]
    base = fixed(installation, unmasking, cache).installation if unmasking else installation
    return Fixable(bug, fix, base, fixed(installation, [*unmasking, fix], cache))


def trials(
    fixables: Sequence[Fixable],
    bugs: Callable[[Fixable], Sequence[Bug]],
    examinations: Background,
) -> Iterator[Trial]:
    """Examine bugs with fixes, and yield the trials in the order of the fixes.

    A bug is examined once on each installation. The run under a memory cap has no part in it.

    Args:
        fixables: The fixes.
        bugs: The bugs to examine with a fix.
        examinations: The place to run their scripts.

    Raises:
        IsolationError: A script cannot be isolated on this machine.
    """
    coming: dict[tuple[str, Path, Path | None], Future[Judgement]] = {}

    def examine(bug: Bug, installation: Installation) -> Future[Judgement]:
        key = (bug.id, installation.python, installation.overlay)
        if key not in coming:
            alone = msgspec.structs.replace(bug, cap_bytes=None)
            coming[key] = examinations.examine(alone, installation)
        return coming[key]

    pairs = [
        (bug, one, examine(bug, one.base), examine(bug, one.fixed.installation))
        for one in fixables
        for bug in bugs(one)
    ]
    for bug, one, before, after in pairs:
        yield Trial(bug, one.fix, before.result(), after.result())

"""Negative controls: each script where its bug must be absent."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

import msgspec

from repro.catalog.bugs import Bug
from repro.fixes.matrix import prepare
from repro.installs.installation import Installation
from repro.judge.examine import Background
from repro.judge.outcome import Verdict
from repro.judge.verdict import Judgement

FIX = "fix"  # the control of a bug that no release is without


@dataclass(frozen=True)
class Control:
    """A script that was run where its bug must be absent.

    Attributes:
        bug: The bug.
        judgement: The judgement of its script there.
    """

    bug: Bug
    judgement: Judgement

    @property
    def agrees(self) -> bool:
        """True if the bug is absent."""
        return self.judgement.verdict is Verdict.ABSENT


def examine(
    bugs: Sequence[Bug],
    catalog: Sequence[Bug],
    newest: Installation,
    release: Callable[[str], Installation],
    examinations: Background,
    cache: Path | None = None,
) -> Iterator[Control]:
    """Run the controls of bugs, and yield them in their order; bugs without one are left out.

    Args:
        bugs: The bugs.
        catalog: All bugs, for those that mask others.
        newest: What fixes are applied to.
        release: Returns the installation of a release.
        examinations: The place to run scripts.
        cache: The folder to keep overlays in; None is the user's cache.

    Raises:
        EditError: A fix cannot be applied.
        InstallError: A release cannot be installed.
        IsolationError: A script cannot be isolated on this machine.
    """
    coming: list[tuple[Bug, Future[Judgement]]] = []
    for bug in bugs:
        if not bug.control:
            continue
        if bug.control == FIX:
            fixable = prepare(bug, catalog, newest, cache)
            if fixable is None:
                continue
            installation = fixable.fixed.installation
        else:
            installation = release(bug.control)
        alone = msgspec.structs.replace(bug, cap_bytes=None)
        coming.append((bug, examinations.examine(alone, installation)))
    for bug, judgement in coming:
        yield Control(bug, judgement.result())

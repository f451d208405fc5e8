"""Controls of bugs that are nobody's, without running a script."""

from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import cast

import msgspec
import pytest

from repro.catalog.bugs import Bug
from repro.fixes.controls import Control, examine
from repro.installs.installation import Installation
from repro.judge.examine import Background
from repro.judge.outcome import Verdict
from repro.judge.verdict import Judgement
from tests.support.repro import fakes

THIS = Installation.this()


class Recorder:
    """Examinations that run nothing, and find every bug absent."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    def examine(self, bug: Bug, installation: Installation) -> Future[Judgement]:
        self.asked.append((bug.id, installation.datasets))
        assert bug.cap_bytes is None
        future: Future[Judgement] = Future()
        judgement = fakes.judgement(bug, fakes.run())
        future.set_result(replace(judgement, verdict=Verdict.ABSENT))
        return future


def test_control_is_examined_on_its_release_without_a_cap(scripts: Path) -> None:
    older = msgspec.structs.replace(fakes.bug("older", cap_bytes=1), control="4.4.0")
    none, unfixed = fakes.bug("none"), msgspec.structs.replace(fakes.bug("unfixed"), control="fix")
    recorder = Recorder()
    controls = examine(
        [older, none, unfixed],
        [],
        THIS,
        lambda version: replace(THIS, environment={"datasets": version}),
        cast(Background, recorder),
    )
    assert [(control.bug.id, control.agrees) for control in controls] == [("older", True)]
    assert recorder.asked == [("older", "4.4.0")]


@pytest.mark.parametrize("verdict", [Verdict.REPRODUCED, Verdict.UNTESTABLE])
def test_control_agrees_only_if_the_bug_is_absent(verdict: Verdict) -> None:
    bug = fakes.bug()
    assert not Control(bug, replace(fakes.judgement(bug, fakes.run()), verdict=verdict)).agrees

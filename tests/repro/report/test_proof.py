"""Proofs, by what their runs ended with."""

import pytest

from repro.report.proof import Proof
from repro.sandbox.run import Exited, Killed, Run
from tests.support.repro import fakes

PASSED = fakes.run(Exited(0), "")
FAILED = fakes.run(Exited(1), "", "AssertionError")
UNTESTABLE = fakes.run(Exited(1), "", "ModuleNotFoundError: No module named 'pytest'")


@pytest.mark.parametrize(
    ("without", "shows"),
    [
        (FAILED, True),
        (PASSED, False),
        (UNTESTABLE, False),
        (fakes.run(Killed(9, "watchdog"), ""), False),
    ],
)
def test_core_shows_the_bug_if_it_fails_by_itself(without: Run, shows: bool) -> None:
    assert Proof("", "", without).shows is shows


@pytest.mark.parametrize(("fixed", "cured"), [(PASSED, True), (FAILED, False), (None, False)])
def test_core_is_cured_if_it_passes_with_the_fix(fixed: Run | None, cured: bool) -> None:
    assert Proof("", "", FAILED, fixed=fixed).cured is cured

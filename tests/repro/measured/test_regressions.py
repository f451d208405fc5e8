"""The regression tests for upstream fail on the installed release, and pass with the fixes."""

from __future__ import annotations

import pytest
from packaging.version import Version

from mockhub.server.process import Hub
from repro.catalog.bugs import BUGS, Bug
from repro.installs.installation import environment
from repro.report.regression import find
from tests.support.repro.regressions import passed, with_fixes

DATASETS = Version(environment()["datasets"])
HEAVY = {"cells-over-2gib-fail"}  # it takes 6 GiB of memory
LIVE = [bug for bug in BUGS if bug.expected_on(DATASETS) and find(bug) and bug.id not in HEAVY]

pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(Version("5.2.0") > DATASETS, reason="they are written for the newest one"),
]


def check(bugs: list[Bug], env: dict[str, str | None]) -> None:
    """Run the tests of bugs without and with all fixes."""
    assert passed(bugs, env) == set()
    variables, cured = with_fixes(bugs)
    assert {bug.id for bug in cured} <= passed(bugs, {**env, **variables})


def test_those_without_a_hub_fail_without_the_fixes_and_pass_with_them() -> None:
    check([bug for bug in LIVE if not bug.needs_hub], {})


@pytest.mark.repro
@pytest.mark.timeout(600)
def test_all_fail_without_the_fixes_and_pass_with_them(hub: Hub) -> None:
    check(LIVE, dict(hub.env()))

"""Run regression tests of bugs, as pytest does it in upstream's clone."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence

from repro.catalog import bugs as catalog
from repro.catalog.bugs import Bug
from repro.fixes.edits import find
from repro.fixes.overlay import fixed
from repro.installs.installation import Installation
from repro.report import regression
from tests.support.constants import ROOT

PLUGIN = "tests.support.repro.upstream_fixtures"
OUTCOME = re.compile(r"^(PASSED|FAILED|ERROR) .*/([\w-]+)\.py::", re.MULTILINE)


def passed(bugs: Iterable[Bug], env: Mapping[str, str | None]) -> set[str]:
    """Return the ids of bugs whose regression tests pass.

    Args:
        bugs: All have one.
        env: Changes to the environment; None removes a variable.
    """
    files = [str(file) for bug in bugs if (file := regression.find(bug)) is not None]
    own = {name: value for name, value in {**os.environ, **env}.items() if value is not None}
    path = [env.get("PYTHONPATH"), str(ROOT), str(ROOT / "src")]
    own["PYTHONPATH"] = os.pathsep.join(filter(None, path))
    options = ["-rA", "--tb=no", "--noconftest", "--import-mode=importlib", "-c", os.devnull]
    command = [sys.executable, "-m", "pytest", "-p", PLUGIN, "-p", "no:cacheprovider", *options]
    done = subprocess.run([*command, *files], env=own, cwd=ROOT, capture_output=True, text=True)
    outcomes = {match[2]: match[1] for match in OUTCOME.finditer(done.stdout)}
    assert outcomes.keys() == {bug.id for bug in bugs}, done.stdout[-3000:] + done.stderr
    assert "ERROR" not in outcomes.values(), done.stdout[-3000:]
    return {bug_id for bug_id, outcome in outcomes.items() if outcome == "PASSED"}


def with_fixes(bugs: Sequence[Bug]) -> tuple[dict[str, str], list[Bug]]:
    """Apply the fixes of bugs together; returns the variables to run with, and the cured bugs.

    A bug that the fix of another cures does without its own, whose anchors may be gone.
    """
    fixes = list(filter(None, map(find, bugs)))
    others = {bug_id for fix in fixes for bug_id in fix.flips}
    installation = fixed(Installation.this(), [fix for fix in fixes if fix.bug not in others])
    return installation.installation.variables, [catalog.find(fix.bug) for fix in fixes]

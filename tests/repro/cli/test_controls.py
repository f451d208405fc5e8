"""`python -m repro controls` on bugs that are nobody's, in a package of Python itself."""

from pathlib import Path

import msgspec
import pytest

from repro.__main__ import main
from repro.catalog import bugs as catalog
from repro.fixes.edits import file_of
from repro.installs import environments
from repro.installs.environments import Pins
from repro.installs.installation import Installation
from tests.support.repro import fakes

pytestmark = pytest.mark.processes  # its scripts run

SCRIPT = """
import json, sys
from wsgiref.util import guess_scheme
lost = 7 * (guess_scheme({}) == 'http')
print(json.dumps({"rows_lost": lost}))
sys.exit(lost > 0)
"""
FIX = """
summary = "Count them."

[[edits]]
module = "wsgiref.util"
function = "guess_scheme"
anchor = "return 'http'"
substitute = "return 'ftp'"
"""


@pytest.fixture
def installed(scripts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Bugs with each kind of control, and the releases that were installed for them."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    releases: list[str] = []

    def install(pins: Pins) -> Installation:
        releases.append(pins.datasets)
        return Installation.this()

    monkeypatch.setattr(environments, "install", install)
    controls = {"fixed": "fix", "older": "4.4.0", "redesigned": ""}
    bugs = [
        msgspec.structs.replace(fakes.bug(bug_id), control=control)
        for bug_id, control in controls.items()
    ]
    monkeypatch.setattr(catalog, "BUGS", tuple(bugs))
    fakes.write(scripts, "fixed", SCRIPT)
    fakes.write(scripts, "older", fakes.ABSENT)
    file_of(bugs[0]).write_text(FIX)
    return releases


def test_every_bug_is_absent_with_its_control(
    installed: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["controls"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "fixed: absent with fix (0 rows lost)",
        "older: absent with 4.4.0 (0 rows lost)",
        "redesigned: no control, no release is without it",
    ]
    assert installed == ["4.4.0"]


@pytest.mark.parametrize(
    ("script", "complaint"),
    [
        (fakes.REPRODUCED, "older: reproduced with 4.4.0 (7 rows lost)"),
        ("raise SystemExit(125)", "older: untestable with 4.4.0 (the script ended without"),
    ],
)
def test_script_that_does_not_find_its_bug_absent_fails(
    installed: list[str],
    scripts: Path,
    script: str,
    complaint: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    fakes.write(scripts, "older", script)
    assert main(["controls", "older"]) == 1
    assert capsys.readouterr().err.startswith(complaint)


def test_fixes_are_applied_to_the_release_that_is_named(installed: list[str]) -> None:
    assert main(["controls", "fixed", "--datasets", "5.2.0"]) == 0
    assert installed == ["5.2.0"]

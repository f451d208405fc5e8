"""One step of `git bisect run`: its exit status."""

import subprocess
import sys
from pathlib import Path

import pytest

from repro.bisect.step import ABORT, SKIP, main
from tests.support.repro import fakes


@pytest.fixture(autouse=True)
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A checkout of one commit, the working folder."""
    for command in (
        ["init", "-q"],
        ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "--allow-empty", "-m", "One"],
    ):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    monkeypatch.chdir(tmp_path)


def step(tmp_path: Path, code: str, old: str) -> int:
    script = tmp_path / "script.py"
    script.write_text(code)
    return main([str(script), "--python", sys.executable, "--old", old, "--timeout", "60"])


@pytest.mark.parametrize(
    ("code", "old", "status"),
    [
        (fakes.ABSENT, "absent", 0),
        (fakes.ABSENT, "reproduced", 1),
        (fakes.REPRODUCED, "reproduced", 0),
        (fakes.REPRODUCED, "absent", 1),
        ("raise SystemExit(125)", "absent", SKIP),
        ("1 / 0", "absent", SKIP),
    ],
)
def test_status_says_whether_the_commit_is_like_the_old_end(
    tmp_path: Path, code: str, old: str, status: int
) -> None:
    assert step(tmp_path, code, old) == status


def test_commit_is_shown_with_its_verdict(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    step(tmp_path, fakes.REPRODUCED, "absent")
    line = capsys.readouterr().out
    assert line.startswith("reproduced  ")
    assert line.endswith(" One\n")


def test_script_that_cannot_be_isolated_aborts_the_search(tmp_path: Path) -> None:
    assert step(tmp_path, "import os; os.kill(os.getppid(), 9)", "absent") == ABORT


def test_script_runs_on_the_sources_of_the_checkout(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "only_here.py").touch()
    assert step(tmp_path, f"import only_here\n{fakes.ABSENT}", "absent") == 0

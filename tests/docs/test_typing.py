"""The types of a user's script that imports the packages (`tox run -e types` has mypy)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
from pathlib import Path

import workaround
from mockhub.server import Hub

with Hub.start(xet=False) as hub:
    table = workaround.read_table(Path("subjects.csv"))
    problems: list[workaround.Problem] = workaround.check(table)
    try:
        workaround.push_to_hub(table, f"{hub.user}/data", num_shards=2)
    except workaround.CheckError as error:
        raise SystemExit(str(error)) from error
    hub.fail("POST", "/commit/", status=503)
    seen: list[str] = [request.path for request in hub.requests()]
"""


def check(folder: Path, script: str) -> subprocess.CompletedProcess[str]:
    """Run `mypy --strict` on a script, without the configuration of this project."""
    pytest.importorskip("mypy")
    (folder / "script.py").write_text(script)
    return subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--config-file=", "script.py"],
        cwd=folder,
        capture_output=True,
        text=True,
    )


def test_script_of_a_user_is_clean(tmp_path: Path) -> None:
    done = check(tmp_path, SCRIPT)
    assert done.returncode == 0, done.stdout + done.stderr


def test_wrong_call_is_reported(tmp_path: Path) -> None:
    wrong = SCRIPT.replace("num_shards=2", "num_shards='2'")
    done = check(tmp_path, wrong)
    assert '"num_shards"' in done.stdout
    assert "1 error" in done.stdout

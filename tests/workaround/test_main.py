"""`python -m workaround` is the command."""

from __future__ import annotations

import runpy
import subprocess
import sys

import pytest

from tests.support.constants import SOURCE
from tests.support.imports import SLOW


def test_module_runs_the_command(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["workaround", "--help"])
    with pytest.raises(SystemExit, match="0"):
        runpy.run_module("workaround", run_name="__main__")
    assert "usage: workaround" in capsys.readouterr().out


IMPORTS = """
import sys
from contextlib import suppress

import workaround
from workaround.cli.main import main

for line in ("--help", "push --help", "push", "plan missing.csv", "check . --column scan=dicom"):
    with suppress(SystemExit):
        main(line.split())
print(*sys.modules, file=sys.stderr)
assert {"plan", "push_to_hub"} <= {*dir(workaround)}
assert workaround.plan is workaround.plan
"""


def test_help_and_wrong_use_import_nothing_slow() -> None:
    run = subprocess.run(
        [sys.executable, "-c", IMPORTS],
        env={"PYTHONPATH": SOURCE},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.count("usage: workaround") == 2
    *usage, modules = run.stderr.splitlines()
    assert sum("error:" in line for line in usage) == 3
    assert "workaround.cli.main" in modules.split()
    assert not SLOW.intersection(modules.split())

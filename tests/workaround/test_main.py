"""`python -m workaround` is the command."""

from __future__ import annotations

import runpy
import sys

import pytest


def test_module_runs_the_command(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["workaround", "--help"])
    with pytest.raises(SystemExit, match="0"):
        runpy.run_module("workaround", run_name="__main__")
    assert "usage: workaround" in capsys.readouterr().out

"""The survival campaign, in short: `python benchmarks/survival.py --seconds 1800` goes on."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from tests.support.constants import ROOT


@pytest.mark.processes
def test_short_campaign_loses_nothing_and_leaves_nothing() -> None:
    command = [sys.executable, str(ROOT / "benchmarks" / "survival.py"), "--seconds", "15"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-5000:]
    counts = re.match(
        r"(\d+) kills of a push, (\d+) kills of the Hub, \d+ failing requests, (\d+) histories of"
        r" several writers, (\d+) kinds",
        done.stdout,
    )
    assert counts is not None
    assert all(int(count) > 0 for count in counts.groups())
    assert done.stdout.endswith(": nothing lost, nothing left, no traceback.\n")

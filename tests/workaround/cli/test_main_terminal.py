"""The command in a terminal: what the screen shows in the end."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import pytest

from mockhub.server.process import Hub
from tests.support.constants import REPO, SOURCE
from tests.support.terminal import run_in_terminal


@pytest.mark.processes
def test_screen_shows_a_bar_for_each_stage_and_each_line_once(
    hub: Hub, table: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HF_HUB_DISABLE_PROGRESS_BARS", raising=False)
    options = ["--num-shards", 4, "--num-proc", 2, "--verbose"]
    shown = run_in_terminal(
        sys.executable,
        *("-m", "workaround", "push", table, REPO, *options),
        env={**os.environ, "PYTHONPATH": SOURCE},
        cwd=Path("/"),
        columns=100,
    )
    assert shown.status == 0, shown.written
    text = "\n".join(shown.lines)
    bars = [line for line in shown.lines if "%|" in line]
    assert [bar.partition(":")[0] for bar in bars] == ["Checking", "Uploading", "Verifying"], text
    assert all(re.match(r"\w+: 100%", bar) for bar in bars)
    assert "shard 4/4" in bars[1]
    assert len({*shown.lines}) == len(shown.lines), text
    logged = [line for line in shown.lines if "workaround: " in line]
    assert all(line.startswith("workaround: ") for line in logged), text
    for number in range(4):
        path = f"data/train-0000{number}-of-00004.parquet"
        assert f"workaround: Writing {path}: rows {number} to {number}" in logged
        assert sum(line.startswith(f"workaround: Sent {path}: ") for line in logged) == 1
    assert shown.lines[-2] == f"{hub.url}/datasets/{REPO}"

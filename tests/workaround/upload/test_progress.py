"""The progress bar of an upload."""

from __future__ import annotations

import sys
from typing import Never

import pytest
from huggingface_hub.utils.tqdm import (
    are_progress_bars_disabled,
    disable_progress_bars,
    enable_progress_bars,
)

from tests.support.terminal import Terminal
from workaround.upload.progress import show_progress


def test_bar_counts_bytes_and_shards_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    with show_progress({"a": 1000, "b": 2000}) as progress:
        progress.add("a")
        progress.add("b")
    assert "Uploading: 100%" in terminal.getvalue()
    assert "3.00k/3.00k" in terminal.getvalue()
    assert "shard 2/2" in terminal.getvalue()


def test_bar_moves_within_a_shard_and_never_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", Terminal())
    with show_progress({"a": 100}) as progress:
        shown = []
        for nbytes in (40, 10, 60, 130):  # the second time it is sent again
            progress.report("a", nbytes)
            shown.append(progress._bar.n)
        progress.add("a")
        progress.report("a", 90)  # a worker's, on its way since before
        progress.report("b", 90)  # of an earlier plan
        assert [*shown, progress._bar.n] == [40, 40, 60, 100, 100]


def test_nothing_is_shown_where_no_terminal_is(capsys: pytest.CaptureFixture[str]) -> None:
    with show_progress({"a": 1}) as progress:
        progress.add("a")
    assert capsys.readouterr() == ("", "")


def test_bars_of_the_client_are_off_while_ours_is_shown() -> None:
    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert not are_progress_bars_disabled()


def interrupted() -> Never:
    with show_progress({"a": 1}):
        assert are_progress_bars_disabled()
        raise KeyboardInterrupt


def test_bars_that_the_user_disabled_remain_disabled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    disable_progress_bars()
    try:
        with show_progress({"a": 1}):
            pass
        assert are_progress_bars_disabled()
    finally:
        enable_progress_bars()
    assert terminal.getvalue() == ""

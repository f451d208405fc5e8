"""The progress bar of an upload."""

from __future__ import annotations

import io
import sys
from typing import Never

import pytest
from huggingface_hub.utils.tqdm import (
    are_progress_bars_disabled,
    disable_progress_bars,
    enable_progress_bars,
)

from workaround.upload.progress import show_progress


class Terminal(io.StringIO):
    """Standard error on a terminal."""

    def isatty(self) -> bool:
        return True


def test_bar_counts_bytes_and_shards_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    with show_progress(nbytes=3000, shards=2) as progress:
        progress.add(1000)
        progress.add(2000)
    assert "Uploading: 100%" in terminal.getvalue()
    assert "3.00k/3.00k" in terminal.getvalue()
    assert "shard 2/2" in terminal.getvalue()


def test_nothing_is_shown_where_no_terminal_is(capsys: pytest.CaptureFixture[str]) -> None:
    with show_progress(nbytes=1, shards=1) as progress:
        progress.add(1)
    assert capsys.readouterr() == ("", "")


def test_bars_of_the_client_are_off_while_ours_is_shown() -> None:
    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert not are_progress_bars_disabled()


def interrupted() -> Never:
    with show_progress(1, 1):
        assert are_progress_bars_disabled()
        raise KeyboardInterrupt


def test_bars_that_the_user_disabled_remain_disabled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    disable_progress_bars()
    try:
        with show_progress(1, 1):
            pass
        assert are_progress_bars_disabled()
    finally:
        enable_progress_bars()
    assert terminal.getvalue() == ""

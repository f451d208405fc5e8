"""Progress bars, and the places where they show."""

from __future__ import annotations

import io
import sys

import pytest

from tests.support.terminal import NotebookCell, Terminal
from workaround.hub.bars import show_bar


@pytest.mark.parametrize("stream", [Terminal, NotebookCell])
def test_bar_is_shown_on_terminals_and_in_notebooks(
    stream: type[io.StringIO], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stderr", shown := stream())
    with show_bar("Checking", 2, " files") as bar:
        bar.update(2)
    assert "Checking: 100%" in shown.getvalue()
    assert "2/2" in shown.getvalue()


def test_log_files_get_no_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", shown := io.StringIO())
    with show_bar("Checking", 2) as bar:
        bar.update(2)
    assert shown.getvalue() == ""


def test_first_bytes_alone_do_not_move_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", shown := Terminal())
    with show_bar("Uploading", 1000) as bar:
        bar.mininterval = 0
        bar.update(4)
        assert "4.00" not in shown.getvalue()
        bar.update(16)
        assert "20.0/1.00k" in shown.getvalue()


@pytest.mark.parametrize(("nbytes", "estimated"), [(0, False), (9, False), (10, True)])
def test_no_time_is_estimated_before_bytes_move(
    nbytes: int, estimated: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stderr", Terminal())
    with show_bar("Uploading", 1000) as bar:
        bar.update(nbytes)
        bar.start_t -= 3600  # an hour ago
        assert ("<?, ?B/s" not in str(bar)) is estimated

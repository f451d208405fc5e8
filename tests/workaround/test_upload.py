"""How shards are written and sent at the same time."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import constants

from mockhub.server import Hub
from tests.mockhub.modes import DEPRECATIONS
from tests.workaround.pushing import MakeNifti, contents, loaded, sessions
from workaround import push_to_hub, shards, upload

pytestmark = list(DEPRECATIONS)
REPO = "user/data"


class Watch:
    """Looks on as shards are written and sent.

    Attributes:
        files: Most of them at a time.
        sent: Most of them on their way at a time.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch, together: int) -> None:
        """No shard is sent before two are written and so many of them on their way."""
        self.files = self.sent = 0
        self._written = self._sending = 0
        self._two = threading.Event()
        self._barrier = threading.Barrier(together, timeout=30)
        self._lock = threading.Lock()
        self._write, self._send = shards.write, shards.send
        monkeypatch.setattr(upload, "write", self.write)
        monkeypatch.setattr(upload, "send", self.send)

    def write(self, job: Any, folder: Path) -> Any:
        written = self._write(job, folder)
        self.files = max(self.files, len(list(folder.iterdir())))
        self._written += 1
        if self._written == 2:
            self._two.set()
        return written

    def send(self, *arguments: Any) -> Any:
        with self._lock:
            self._sending += 1
            self.sent = max(self.sent, self._sending)
        try:
            assert self._two.wait(timeout=30)
            self._barrier.wait()
            return self._send(*arguments)
        finally:
            with self._lock:
                self._sending -= 1


@pytest.mark.parametrize(
    "together",
    [pytest.param(1, id="xet"), pytest.param(2, id="lfs", marks=pytest.mark.hub(xet=False))],
)
def test_next_shard_is_written_or_sent_too_and_there_are_two_files_at_most(
    hub: Hub, make_nifti: MakeNifti, monkeypatch: pytest.MonkeyPatch, together: int
) -> None:
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", together == 2)
    watch = Watch(monkeypatch, together)
    rows = sessions(make_nifti)
    push_to_hub(rows, REPO, num_shards=6)
    assert (watch.files, watch.sent) == (2, together)
    assert loaded(REPO) == contents(rows)

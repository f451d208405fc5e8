"""The progress bar of an upload: bytes, rate and time left."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from huggingface_hub.utils.tqdm import (
    are_progress_bars_disabled,
    disable_progress_bars,
    enable_progress_bars,
    tqdm,
)

from workaround.upload.shard import PendingShard

WITHOUT_BARS = "HF_HUB_DISABLE_PROGRESS_BARS"


class Progress:
    """A bar over the bytes of all shards; silent unless standard error is a terminal.

    Attributes:
        resumed: Number of shards that an interrupted call had uploaded already.
    """

    def __init__(self, bar: tqdm, shards: int) -> None:
        self.resumed = 0
        self._bar = bar
        self._shards = shards
        self._done = 0
        self._reported: dict[str, int] = {}
        self._lock = Lock()

    def report(self, pending: PendingShard, nbytes: int) -> None:
        """Show a part of a shard, from any thread.

        Args:
            pending: The shard.
            nbytes: Bytes of it so far, which are fewer again when it is sent again.
        """
        shard = pending.job.shard
        self._advance(shard.path, min(nbytes, shard.nbytes))

    def add(self, path: str, nbytes: int) -> None:
        """Count a shard as uploaded.

        Args:
            path: Its name.
            nbytes: Its planned size, before compression.
        """
        self._done += 1
        self._bar.set_postfix_str(f"shard {self._done}/{self._shards}", refresh=False)
        self._advance(path, nbytes)
        self._reported.pop(path, None)

    def resume(self, path: str, nbytes: int) -> None:
        """Count a shard that an interrupted call had uploaded already; as `add`."""
        self.resumed += 1
        self.add(path, nbytes)

    def _advance(self, path: str, position: int) -> None:
        with self._lock:
            before = self._reported.get(path, 0)
            if position >= before:
                self._reported[path] = position
                self._bar.update(position - before)


@contextmanager
def show_progress(nbytes: int, shards: int) -> Iterator[Progress]:
    """Show one bar while an upload lasts, in place of those of the client, one a file.

    ``HF_HUB_DISABLE_PROGRESS_BARS`` turns it off.

    Args:
        nbytes: Planned size of all shards.
        shards: Number of shards.
    """
    quiet = are_progress_bars_disabled()
    bar = tqdm(  # type: ignore[no-untyped-call]
        total=nbytes,
        unit="B",
        unit_scale=True,
        desc="Uploading",
        disable=quiet or not (sys.stderr.isatty() or _in_notebook()),
    )
    if not quiet:
        disable_progress_bars()
        os.environ[WITHOUT_BARS] = "1"  # for workers, whose bars would be in ours
    try:
        with bar:
            yield Progress(bar, shards)
    finally:
        if not quiet:
            os.environ.pop(WITHOUT_BARS)
            enable_progress_bars()


def _in_notebook() -> bool:
    """Return True if standard error is the cell of a notebook, which shows bars."""
    return type(sys.stderr).__module__ == "ipykernel.iostream"

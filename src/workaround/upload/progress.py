"""The progress bar of an upload: bytes, rate and time left."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import Lock

from huggingface_hub.utils.tqdm import (
    are_progress_bars_disabled,
    disable_progress_bars,
    enable_progress_bars,
    tqdm,
)

from workaround.hub.bars import show_bar

WITHOUT_BARS = "HF_HUB_DISABLE_PROGRESS_BARS"


class Progress:
    """A bar over the bytes of all shards; silent where no bar is shown.

    Args:
        bar: The bar.
        planned: Planned size of each shard, before compression.

    Attributes:
        resumed: Number of shards that an interrupted call had uploaded already.
    """

    def __init__(self, bar: tqdm, planned: Mapping[str, int]) -> None:
        self.resumed = 0
        self._bar = bar
        self._planned = planned
        self._done = 0
        self._positions: dict[str, int] = {}
        self._lock = Lock()

    def report(self, path: str, nbytes: int) -> None:
        """Show a part of a shard, from any thread and in any order.

        Args:
            path: Its name.
            nbytes: Bytes of it so far, which are fewer again when it is sent again.
        """
        position = min(nbytes, self._planned.get(path, 0))
        with self._lock:
            before = self._positions.get(path, 0)
            if position > before:
                self._positions[path] = position
                self._bar.update(position - before)

    def add(self, path: str) -> None:
        """Count a shard as uploaded."""
        self._done += 1
        self._bar.set_postfix_str(f"shard {self._done}/{len(self._planned)}", refresh=False)
        self.report(path, self._planned[path])

    def resume(self, path: str) -> None:
        """Count a shard that an interrupted call had uploaded already."""
        self.resumed += 1
        self.add(path)


@contextmanager
def show_progress(planned: Mapping[str, int]) -> Iterator[Progress]:
    """Show one bar while an upload lasts, in place of those of the client, one a file.

    Args:
        planned: Planned size of each shard, before compression.
    """
    quiet = are_progress_bars_disabled()
    bar = show_bar("Uploading", sum(planned.values()))
    if not quiet:
        disable_progress_bars()
        os.environ[WITHOUT_BARS] = "1"  # for workers, whose bars would be in ours
    try:
        with bar:
            yield Progress(bar, planned)
    finally:
        if not quiet:
            os.environ.pop(WITHOUT_BARS)
            enable_progress_bars()

"""Progress of an upload: bytes, rate and time left, on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from huggingface_hub.utils.tqdm import (
    are_progress_bars_disabled,
    disable_progress_bars,
    enable_progress_bars,
    tqdm,
)


class Progress:
    """A bar over the bytes of all shards; silent where nobody looks."""

    def __init__(self, bar: tqdm, shards: int) -> None:
        self._bar = bar
        self._shards = shards
        self._done = 0

    def add(self, nbytes: int) -> None:
        """One shard more is on the Hub."""
        self._done += 1
        self._bar.set_postfix_str(f"shard {self._done}/{self._shards}", refresh=False)
        self._bar.update(nbytes)


@contextmanager
def show_progress(nbytes: int, shards: int) -> Iterator[Progress]:
    """Show a bar while an upload lasts, in place of the client's own, one for each file.

    ``HF_HUB_DISABLE_PROGRESS_BARS`` turns it off.

    Args:
        nbytes: Of all shards.
        shards: Number of them.
    """
    quiet = are_progress_bars_disabled()
    bar = tqdm(  # type: ignore[no-untyped-call]
        total=nbytes,
        unit="B",
        unit_scale=True,
        desc="Uploading",
        disable=quiet or not sys.stderr.isatty(),
    )
    if not quiet:
        disable_progress_bars()
    try:
        with bar:
            yield Progress(bar, shards)
    finally:
        if not quiet:
            enable_progress_bars()

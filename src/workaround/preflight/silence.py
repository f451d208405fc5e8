"""The log of nibabel, which names no file: its remarks on a header are no use without."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_state = threading.local()


def _audible(_: logging.LogRecord) -> bool:
    return not getattr(_state, "silent", False)


logging.getLogger("nibabel.global").addFilter(_audible)


@contextmanager
def without_nibabel_log() -> Iterator[None]:
    """Drop what nibabel logs in this thread within a block.

    nibabel's own `LoggingOutputSuppressor` is for all threads, and leaves the handlers of last
    resort.
    """
    before = getattr(_state, "silent", False)
    _state.silent = True
    try:
        yield
    finally:
        _state.silent = before

"""Worker processes that write and send shards."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait


def processes_of(count: int) -> ProcessPoolExecutor:
    """Start processes as they are needed; all end with this one, also if it is killed."""
    spawn = get_context("spawn")  # the threads of hf_xet do not survive a fork
    return ProcessPoolExecutor(count, spawn, initializer=_end_with_parent)


def _end_with_parent() -> None:
    """End a worker whose parent was killed: it would wait for work for ever."""
    if (parent := parent_process()) is not None:
        threading.Thread(target=_end_after, args=(parent.sentinel,), daemon=True).start()


def _end_after(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)

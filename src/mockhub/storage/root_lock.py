"""The lock on a folder of data, so that only one server at a time writes to it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

LOCK = "mockhub.lock"
OWNER = "mockhub.pid"


class RootInUseError(RuntimeError):
    """Another server keeps its data in the folder."""


@contextmanager
def lock(root: Path) -> Iterator[Path]:
    """Lock a folder, which is created if it is missing, for the time of a ``with`` block.

    The kernel releases the lock when this process ends, even if it is killed.

    Raises:
        RootInUseError: Another server holds the lock.
        OSError: The folder cannot be created or written to.
    """
    root.mkdir(parents=True, exist_ok=True)
    file_lock, owner = FileLock(root / LOCK), root / OWNER
    try:
        file_lock.acquire(timeout=0)
    except Timeout:
        pid = owner.read_text() if owner.exists() else "unknown"
        raise RootInUseError(f"{root} is in use by another server, process {pid}") from None
    try:
        owner.write_text(str(os.getpid()))
        yield root
    finally:
        file_lock.release()

"""The folder that holds a server's data, of which only one server may write at a time."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LOCK = "mockhub.lock"


class RootInUseError(RuntimeError):
    """Another server keeps its data in the folder."""


@contextmanager
def lock(root: Path) -> Iterator[Path]:
    """Make a folder if need be, and keep other servers out of it.

    The kernel lets go of the lock when this process ends, however it ends.

    Raises:
        RootInUseError: Another server is in it.
        OSError: It cannot be made or written to.
    """
    root.mkdir(parents=True, exist_ok=True)
    with (root / LOCK).open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            owner = file.read().strip()
            raise RootInUseError(f"{root} is in use by another server, process {owner}") from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield root

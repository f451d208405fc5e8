"""Folders for temporary files that outlive no upload, however it ends.

A folder lies beside a lock file of its name, which its process holds. When a process is killed, the
system releases the lock, and the next call of the same user removes the folder.
"""

from __future__ import annotations

import logging
import os
import re
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

_NAME = re.compile(r"workaround-[0-9a-f]{16}\.lock")

log = logging.getLogger("workaround")


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Create a folder for temporary files, and remove those that killed processes left."""
    base = Path(tempfile.gettempdir())
    remove_leftovers(base)
    folder = base / f"workaround-{secrets.token_hex(8)}"
    with FileLock(folder.with_suffix(".lock"), mode=0o600) as lock:
        folder.mkdir(mode=0o700)  # after the lock: it is never without
        try:
            yield folder
        finally:
            _remove(folder, Path(lock.lock_file))


def remove_leftovers(base: Path) -> None:
    """Remove the folders of killed processes.

    Args:
        base: Folder that holds them. Only what has a name of ours, belongs to this user and is
            locked by no process is removed.
    """
    for file in base.glob("workaround-*.lock"):
        if not _NAME.fullmatch(file.name) or file.is_symlink() or not _is_own(file):
            continue
        with suppress(OSError, Timeout), FileLock(file, timeout=0, mode=0o600):
            _remove(file.with_suffix(""), file)


def _is_own(path: Path) -> bool:
    try:
        return path.lstat().st_uid == os.getuid()
    except OSError:  # removed meanwhile
        return False


def _remove(folder: Path, lock: Path) -> None:
    if folder.is_dir() and not folder.is_symlink() and _is_own(folder):
        shutil.rmtree(folder, onerror=_warn)
    if not folder.exists():
        lock.unlink(missing_ok=True)


def _warn(_function: object, path: str, failure: tuple[type, BaseException, object]) -> None:
    log.warning("%s cannot be removed (%s): remove it by hand", path, failure[1])

"""Files of this machine: their versions, and the content of small ones."""

from __future__ import annotations

import hashlib
import os
from stat import S_ISREG

from workaround.arrow.paths import is_local, normal

SMALL = 64 << 10
"""Most bytes of a file that is read at once."""

OPENING = os.O_RDONLY
"""Flags to open a file with: a pipe is not waited for."""
for _flag in ("O_NONBLOCK", "O_CLOEXEC", "O_BINARY"):
    OPENING |= getattr(os, _flag, 0)


def read_small(path: str, size: int, version: int) -> bytes | None:
    """Return the content of a small file on this machine, read at once.

    Args:
        path: Path or URL.
        size: Its size in bytes when it was checked.
        version: Its version at that time.

    Returns:
        None for a file that is large, elsewhere or not as it was: `Files.blocks` has the reason.
    """
    if size > SMALL or not is_local(path):
        return None
    try:
        descriptor = os.open(normal(path), OPENING)
        try:
            content = os.read(descriptor, size + 1)
            status = os.fstat(descriptor)
        finally:
            os.close(descriptor)
    except (OSError, ValueError):
        return None
    # A change of the content before or while it was read would have changed the version.
    same = S_ISREG(status.st_mode) and version_of(status) == version
    return content if same and len(content) == size == status.st_size else None


def version_of(status: os.stat_result) -> int:
    """Return the version of a file on this machine, which changes with its content."""
    # The time of change (ctime) moves with every write and replacement, whatever is done to the
    # time of modification. No inode: FUSE file systems (sshfs) number their files anew.
    return hash_of(status.st_mtime_ns, status.st_ctime_ns)


def hash_of(*values: object) -> int:
    """Return a 64-bit hash of the representations of some values."""
    digest = hashlib.blake2b(repr(values).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little", signed=True)

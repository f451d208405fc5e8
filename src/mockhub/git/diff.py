"""Differences of two trees as a patch for ``git apply``."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator

from mockhub.git.tree import Entry, Tree, changes_between, lfs_pointer

LARGEST_TEXT = 100_000
"""Bytes up to which regular files are compared line by line: difflib is slow."""

Read = Callable[[Entry], bytes]
"""Returns the content of a regular file."""


def diff(old: Tree, new: Tree, read: Read) -> str:
    """Return the differences of two trees; LFS files are compared by their pointers.

    Args:
        old: Tree before the changes.
        new: Tree after the changes.
        read: Reads regular files of at most `LARGEST_TEXT` bytes.
    """
    paths = sorted(changes_between(old, new))
    return "".join(line for path in paths for line in _file(path, old, new, read))


def _file(path: str, old: Tree, new: Tree, read: Read) -> Iterator[str]:
    before, after = old.get(path), new.get(path)
    yield f"diff --git a/{path} b/{path}\n"
    if before is None:
        yield "new file mode 100644\n"
    if after is None:
        yield "deleted file mode 100644\n"
    zero = "0" * 40
    yield f"index {before.oid if before else zero}..{after.oid if after else zero}\n"
    names = f"a/{path}" if before else "/dev/null", f"b/{path}" if after else "/dev/null"
    old_lines, new_lines = _lines(before, read), _lines(after, read)
    if old_lines is None or new_lines is None:
        yield f"Binary files {names[0]} and {names[1]} differ\n"
        return
    for line in difflib.unified_diff(old_lines, new_lines, *names):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _lines(entry: Entry | None, read: Read) -> list[str] | None:
    """Return the lines of a file with their ends; None if it is too large or not text."""
    if entry is None:
        return []
    if not entry.lfs and entry.size > LARGEST_TEXT:
        return None
    content = lfs_pointer(entry.sha256, entry.size) if entry.lfs else read(entry)
    try:
        *whole, rest = content.decode().split("\n")
    except UnicodeDecodeError:
        return None
    return [f"{line}\n" for line in whole] + ([rest] if rest else [])

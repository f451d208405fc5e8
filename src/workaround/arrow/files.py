"""Source files, on this machine or behind a URL that fsspec opens (``hf://``, ``s3://``, ...)."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby, islice
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import Any, BinaryIO, TypeVar

from fsspec.core import url_to_fs

from workaround.errors import SourceChangedError
from workaround.hub.retry import persist

BLOCK = 4 << 20
READERS = 16  # enough to hide the latency of a network file system
AT_ONCE = 1000  # waiting for a reader

T = TypeVar("T")


@dataclass(frozen=True)
class Files:
    """How to reach source files.

    Attributes:
        token: For ``hf://`` files that are private; None for the one that is logged in.
        endpoint: Hub that ``hf://`` means.
    """

    token: str | None = None
    endpoint: str | None = None

    def __repr__(self) -> str:
        """Without the token."""
        return f"Files(endpoint={self.endpoint!r})"

    def size(self, path: str) -> int:
        """Size of a file in bytes.

        Raises:
            OSError: It cannot be reached, or is not a file.
            ValueError: Nothing can have this name.
            ImportError: What opens such URLs is not installed.
            RefusedError: Its server refuses.
            UnreachableError: Its server does not answer, for minutes.
        """
        if is_local(path):
            status = Path(path).stat()
            if S_ISDIR(status.st_mode):
                raise IsADirectoryError("a directory, not a file")
            if not S_ISREG(status.st_mode):
                raise OSError("not a regular file")
            return status.st_size
        system, inner = self._system(path)
        found = persist(f"Looking up {path}", lambda: system.info(inner))
        if found["type"] == "directory":
            raise IsADirectoryError("a directory, not a file")
        if found["size"] is None:
            raise OSError("its server does not tell its size; download it first")
        return int(found["size"])

    def identity(self, path: str) -> tuple[object, ...]:
        """What changes when the file does: its size and time of change, or what its server says."""
        if is_local(path):
            status = Path(path).stat()
            return path, status.st_size, status.st_mtime_ns
        system, inner = self._system(path)
        return path, system.ukey(inner)

    def map(self, look: Callable[[str], T], paths: Iterable[str]) -> Iterator[T]:
        """Look at files in parallel; at those in a folder on the Hub one after the other.

        There the first look lists the folder, and each thread remembers its own listings: one
        request for many files, which the Hub counts.

        Args:
            look: What to do with each.
            paths: Sorted, so that the files of a folder follow each other.

        Yields:
            What `look` returned, in the order of the paths.
        """

        def look_at(folder: list[str]) -> list[T]:
            return [look(path) for path in folder]

        folders = groupby(paths, key=_folder)
        with ThreadPoolExecutor(READERS) as pool:
            while some := [list(folder) for _, folder in islice(folders, AT_ONCE)]:
                for looks in pool.map(look_at, some):
                    yield from looks

    def open(self, path: str) -> BinaryIO:
        """Open a file for reading, unbuffered where it is local."""
        if is_local(path):
            return Path(path).open("rb", buffering=0)
        system, inner = self._system(path)
        stream: BinaryIO = system.open(inner, "rb")
        return stream

    def blocks(self, path: str, size: int) -> Iterator[memoryview]:
        """The content of a file, in blocks that are overwritten by the next.

        Raises:
            OSError: It cannot be read.
            SourceChangedError: It is shorter or longer than `size`, or written to meanwhile.
        """
        block = memoryview(bytearray(min(BLOCK, size + 1)))
        left = size
        with self.open(path) as stream:
            before = _last_change(stream) if is_local(path) else None
            while count := stream.readinto(block):  # type: ignore[attr-defined]
                left -= count
                if left < 0:
                    break
                yield block[:count]
            changed = is_local(path) and _last_change(stream) != before
        if left:
            reason = "is longer than" if left < 0 else f"ends {left} bytes before"
            raise SourceChangedError(path, f"{reason} the {size} bytes it had")
        if changed:
            raise SourceChangedError(path, "was written to while it was read")

    def _system(self, path: str) -> tuple[Any, str]:
        options = {"hf": {"token": self.token, "endpoint": self.endpoint}}
        system, inner = url_to_fs(path, **(options if "hf://" in path else {}))
        return system, inner


def is_local(path: str) -> bool:
    """Whether a path is one of this machine; ``::`` is a part of a local name like any other."""
    return "://" not in path


def _last_change(stream: BinaryIO) -> int:
    """In nanoseconds."""
    return os.fstat(stream.fileno()).st_mtime_ns


def _on_hub(path: str) -> bool:
    return path.startswith("hf://")


def _folder(path: str) -> str:
    """What files share that one request is about; local files share none."""
    return posixpath.dirname(path) if _on_hub(path) else path

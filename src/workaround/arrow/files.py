"""Source files: on this machine, or behind a URL that fsspec opens (``hf://``, ``s3://``, ...)."""

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
from workaround.hub.retry import retry

BLOCK = 4 << 20
READERS = 16  # threads: enough to hide the latency of a network file system
QUEUED = 1000  # folders that wait for a thread

T = TypeVar("T")


@dataclass(frozen=True)
class Files:
    """Access to source files.

    Attributes:
        token: Token for private ``hf://`` files; None for the one that is logged in.
        endpoint: URL of the Hub of ``hf://``.
    """

    token: str | None = None
    endpoint: str | None = None

    def __repr__(self) -> str:
        """Leave out the token."""
        return f"Files(endpoint={self.endpoint!r})"

    def size(self, path: str) -> int:
        """Return the size of a file in bytes.

        Raises:
            OSError: The file cannot be reached, or is not a regular file.
            ValueError: The path is not a possible name.
            ImportError: The package that opens such URLs is not installed.
            RefusedError: The server of the file refuses.
            UnreachableError: The server does not answer, for minutes.
        """
        if is_local(path):
            status = Path(path).stat()
            if S_ISDIR(status.st_mode):
                raise IsADirectoryError("a directory, not a file")
            if not S_ISREG(status.st_mode):
                raise OSError("not a regular file")
            return status.st_size
        system, inner = self._system(path)
        info = retry(f"Looking up {path}", system.info, inner)
        if info["type"] == "directory":
            raise IsADirectoryError("a directory, not a file")
        if info["size"] is None:
            raise OSError("its server does not report its size; download it first")
        return int(info["size"])

    def identity(self, path: str) -> tuple[object, ...]:
        """Return values that change with the file: size and time, or a server's version."""
        if is_local(path):
            status = Path(path).stat()
            return path, status.st_size, status.st_mtime_ns
        system, inner = self._system(path)
        return path, system.ukey(inner)

    def map(self, action: Callable[[str], T], paths: Iterable[str]) -> Iterator[T]:
        """Apply a function to files in parallel, but in sequence within a folder on the Hub.

        The first file of such a folder lists it, and each thread caches its own listings: one
        request for many files, since the Hub limits requests.

        Args:
            action: Function of a path.
            paths: Sorted, so that the files of a folder follow each other.

        Yields:
            Results of `action`, in the order of the paths.
        """

        def run(folder: list[str]) -> list[T]:
            return [action(path) for path in folder]

        folders = groupby(paths, key=_folder)
        with ThreadPoolExecutor(READERS) as pool:
            while batch := [list(folder) for _, folder in islice(folders, QUEUED)]:
                for results in pool.map(run, batch):
                    yield from results

    def open(self, path: str) -> BinaryIO:
        """Open a file for reading; local ones unbuffered."""
        if is_local(path):
            return Path(path).open("rb", buffering=0)
        system, inner = self._system(path)
        stream: BinaryIO = system.open(inner, "rb")
        return stream

    def blocks(self, path: str, size: int) -> Iterator[memoryview]:
        """Yield the content of a file, in blocks that the next one overwrites.

        Raises:
            OSError: The file cannot be read.
            SourceChangedError: It is shorter or longer than `size`, or changes while it is read.
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
    """Return True for a path of this machine; ``::`` is legal in a local name."""
    return "://" not in path


def _last_change(stream: BinaryIO) -> int:
    """Return the change time of an open file in nanoseconds."""
    return os.fstat(stream.fileno()).st_mtime_ns


def _on_hub(path: str) -> bool:
    return path.startswith("hf://")


def _folder(path: str) -> str:
    """Return the folder of a file on the Hub, which one request lists; other paths as they are."""
    return posixpath.dirname(path) if _on_hub(path) else path

"""Files below a folder, compared with those that exist, and written atomically."""

from __future__ import annotations

import io
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Literal, Protocol

from filelock import FileLock, Timeout

from workaround.errors import Problem, RestoreError, TargetBusyError
from workaround.restoration.paths import parents

BLOCK = 1 << 20
LOCK = ".workaround-restore.lock"
PART = ".{}.part"
"""Name of a file until it is whole; the next call replaces that of a killed one."""

DIFFERENT = "another file is there: move it away, or overwrite it (--overwrite)"
TWICE = "the dataset has two different files of this path"

Outcome = Literal["written", "equal"]


class Content(Protocol):
    """Bytes that are read once.

    Attributes:
        size: Their number.
    """

    size: int

    def read(self, count: int) -> bytes:
        """Return the next bytes; fewer at the end."""


class Text:
    """The content of a text file."""

    def __init__(self, data: bytes) -> None:
        self.size = len(data)
        self.read = io.BytesIO(data).read


class OccupiedError(Exception):
    """An obstacle in the way of a file; the message says what, and what to do."""


class UnwritableError(Exception):
    """The file system refuses; the message says why."""


class _Reader:
    """A content, and whether reading it failed: that is no failure of the file system."""

    def __init__(self, content: Content) -> None:
        self.size, self._content, self.failed = content.size, content, False

    def read(self, count: int) -> bytes:
        try:
            return self._content.read(count)
        except BaseException:
            self.failed = True
            raise


@dataclass
class Folder:
    """A folder that files are written below.

    Attributes:
        root: The folder.
        overwrite: Replace files that differ.
        outcomes: Outcome of each path so far.
    """

    root: Path
    overwrite: bool = False
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    _checked: set[str] = field(default_factory=set)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Make the folder, and keep other processes from restoring into it meanwhile.

        Raises:
            RestoreError: It cannot be written to.
            TargetBusyError: Another process restores into it.
        """
        file = self.root / LOCK
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            if file.is_symlink():
                file.unlink()  # a lock is never opened through a link
            lock = FileLock(file, timeout=0)
            lock.acquire()
        except Timeout as error:
            raise TargetBusyError(f"Another process restores into {self.root}") from error
        except OSError as error:
            reason = f"cannot be written to: {error.strerror or error}"
            raise RestoreError([Problem(None, None, str(self.root), reason)]) from error
        try:
            yield
        finally:
            file.unlink(missing_ok=True)
            lock.release()

    def obstacle(self, path: str) -> str | None:
        """Return the reason why a path cannot be written; None if it can."""
        for parent in parents(path):
            if parent in self._checked:
                continue
            mode = _mode(self.root / parent)
            if mode is None:
                return None
            if stat.S_ISLNK(mode):
                return f"{self.root / parent} is a link: nothing is written through links"
            if not stat.S_ISDIR(mode):
                return f"{self.root / parent} is not a folder"
            self._checked.add(parent)
        mode = _mode(self.root / path)
        if mode is not None and stat.S_ISLNK(mode):
            return "a link is there: remove it"
        if mode is not None and not stat.S_ISREG(mode):
            return "something is there that is no regular file"
        return None

    def exists(self, path: str) -> bool:
        """Return True if there is a file of a path."""
        return _mode(self.root / path) is not None

    def write(self, path: str, content: Content) -> Outcome:
        """Write a file, unless an equal one exists.

        Args:
            path: Path from the root, which `path_problem` accepts.
            content: Its content. Memory: a block.

        Raises:
            OccupiedError: Something is in the way, or another file exists and is not replaced.
            UnwritableError: The file cannot be written.
        """
        reader = _Reader(content)
        try:
            return self._write(path, reader)
        except OSError as error:
            if reader.failed:
                raise
            reason = error.strerror or str(error)
            raise UnwritableError(f"cannot be written: {reason}") from error

    def make(self, path: str, data: bytes) -> bool:
        """Write a file that is made of columns, unless there is one already.

        Returns:
            False if another file is there.

        Raises:
            UnwritableError: The file cannot be written.
        """
        try:
            Folder(self.root).write(path, Text(data))
        except OccupiedError:
            return False
        return True

    def _write(self, path: str, content: Content) -> Outcome:
        if (reason := self.obstacle(path)) is not None:
            raise OccupiedError(reason)
        again = path in self.outcomes
        target = self.root / path
        outcome: Outcome = "written"
        if self.exists(path):
            same, block = _compare(target, content)
            if same == content.size == target.stat().st_size:
                outcome = "equal"
            elif again or not self.overwrite:
                raise OccupiedError(TWICE if again else DIFFERENT)
            else:
                _replace(target, content, same, block)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            _replace(target, content, 0, b"")
        return self.outcomes.setdefault(path, outcome)


def _mode(path: Path) -> int | None:
    """Return the mode of what is at a path, itself if it is a link; None if nothing is."""
    try:
        return path.lstat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return None


def _compare(target: Path, content: Content) -> tuple[int, bytes]:
    """Return the size of the equal beginning, and the block of the content that follows it."""
    same = 0
    if target.stat().st_size != content.size:
        return same, b""
    with target.open("rb") as file:
        while block := content.read(BLOCK):
            if file.read(len(block)) != block:
                return same, block
            same += len(block)
    return same, b""


def _replace(target: Path, content: Content, same: int, block: bytes) -> None:
    """Write a file beside its place, then move it there.

    Args:
        target: Its place.
        content: The rest of its content.
        same: Size of the beginning that the file in its place has too.
        block: What follows that, and was read already.
    """
    part = target.with_name(PART.format(target.name))
    part.unlink(missing_ok=True)
    try:
        with part.open("xb") as file:  # never through a link
            if same:
                with target.open("rb") as existing:
                    _copy(existing, file, same)
            file.write(block)
            while block := content.read(BLOCK):
                file.write(block)
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _copy(source: BinaryIO, sink: BinaryIO, size: int) -> None:
    while size and (block := source.read(min(size, BLOCK))):
        sink.write(block)
        size -= len(block)

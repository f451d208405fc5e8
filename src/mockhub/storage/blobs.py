"""File contents on disk, named by their SHA-256."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from mockhub.errors import HubError

READ_SIZE = 1 << 20
SEND_SIZE = 1 << 18  # smaller, because a piece waits in memory for each of many readers


class Spool:
    """Bytes being received.

    Args:
        file: Where they go.
        path: The name of that file; None when the bytes are thrown away.
    """

    def __init__(self, file: IO[bytes], path: Path | None) -> None:
        self.path = path
        self.size = 0
        self._file = file

    def write(self, data: bytes) -> None:
        """Append bytes."""
        self.size += len(data)
        self._file.write(data)

    def flush(self) -> None:
        """Make what was written visible to readers of `path`."""
        self._file.flush()

    def move_to(self, target: Path) -> None:
        """Give the file its place, in one step."""
        assert self.path is not None  # noqa: S101 - discarded contents have no place
        self.flush()
        target.parent.mkdir(parents=True, exist_ok=True)
        self.path.replace(target)


class Incoming(Spool):
    """A content being received, hashed as it is written."""

    def __init__(self, file: IO[bytes], path: Path | None) -> None:
        super().__init__(file, path)
        self._sha256 = hashlib.sha256()

    @property
    def sha256(self) -> str:
        """Hash of what was written so far, 64 hex digits."""
        return self._sha256.hexdigest()

    def write(self, data: bytes) -> None:
        """Append bytes."""
        super().write(data)
        self._sha256.update(data)


class BlobStore:
    """Contents below one folder.

    Args:
        root: The folder; made if missing.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self.incoming = root / "incoming"
        if self.incoming.exists():  # parts of uploads that died with the server
            shutil.rmtree(self.incoming)
        self.incoming.mkdir(parents=True)

    @contextmanager
    def receive(self, *, discard: bool = False) -> Iterator[Incoming]:
        """A content to be hashed as it comes; removed at the end of the block unless it was kept.

        Args:
            discard: Hash and count the bytes, and throw them away.
        """
        with self._open(discard) as (file, path):
            yield Incoming(file, path)

    @contextmanager
    def spool(self, *, discard: bool = False) -> Iterator[Spool]:
        """As `receive`, for bytes whose SHA-256 nobody needs."""
        with self._open(discard) as (file, path):
            yield Spool(file, path)

    @contextmanager
    def _open(self, discard: bool) -> Iterator[tuple[IO[bytes], Path | None]]:
        if discard:
            with Path(os.devnull).open("wb") as null:
                yield null, None
            return
        with tempfile.NamedTemporaryFile(dir=self.incoming, delete=False) as file:
            path = Path(file.name)
            try:
                yield file, path
            finally:
                path.unlink(missing_ok=True)

    def keep(self, incoming: Incoming) -> None:
        """Store a received content under its hash; of a discarded one, the size alone."""
        incoming.flush()
        self.adopt(incoming.path, incoming.sha256, incoming.size)

    def adopt(self, path: Path | None, sha256: str, size: int) -> None:
        """Store a file under its hash; where there is none, the size alone."""
        target = self.path(sha256)
        target.parent.mkdir(parents=True, exist_ok=True)
        if path is None:
            write_whole(target.with_suffix(".size"), str(size).encode())
        else:
            path.replace(target)

    def path(self, sha256: str) -> Path:
        """Where a content lies if its bytes are stored."""
        return self._root / sha256[:2] / sha256

    def size(self, sha256: str) -> int | None:
        """Size in bytes of a known content, None for an unknown one."""
        path = self.path(sha256)
        try:
            return path.stat().st_size
        except FileNotFoundError:
            pass
        try:
            return int(path.with_suffix(".size").read_text())
        except FileNotFoundError:
            return None

    def read(self, sha256: str, start: int, stop: int) -> Iterator[bytes]:
        """The bytes from `start` up to `stop`, exclusive, in pieces.

        Raises:
            HubError: 410, the content was discarded on arrival.
        """
        try:
            file = self.path(sha256).open("rb")
        except FileNotFoundError:
            raise discarded(sha256) from None
        return _pieces(file, start, stop)


def write_whole(path: Path, data: bytes) -> None:
    """Write a small file in one step, for this user alone: readers see all of it or nothing."""
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(data)
    Path(file.name).replace(path)


def discarded(sha256: str) -> HubError:
    """The refusal to read a content of which only hash and size were kept."""
    return HubError(410, f"The bytes of {sha256} were discarded: the server runs with --discard")


def _pieces(file: IO[bytes], start: int, stop: int) -> Iterator[bytes]:
    with file:
        file.seek(start)
        while start < stop:
            piece = file.read(min(SEND_SIZE, stop - start))
            if not piece:
                raise EOFError(f"{file.name} ends {stop - start} bytes early")
            start += len(piece)
            yield piece

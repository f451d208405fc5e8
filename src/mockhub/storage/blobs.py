"""Blobs: file contents on disk, named by their SHA-256."""

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
SEND_SIZE = 1 << 18  # smaller: each of many readers has a piece in memory


class Spool:
    """A temporary file of received bytes.

    Args:
        file: The open file.
        path: Its path; None if the bytes are discarded.
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
        """Make the written bytes visible to readers of `path`."""
        self._file.flush()

    def move_to(self, target: Path) -> None:
        """Move the file to its final path, in one step."""
        assert self.path is not None  # noqa: S101 - discarded contents have no file
        self.flush()
        target.parent.mkdir(parents=True, exist_ok=True)
        self.path.replace(target)


class Incoming(Spool):
    """A temporary file of a received content, hashed as it is written."""

    def __init__(self, file: IO[bytes], path: Path | None) -> None:
        super().__init__(file, path)
        self._sha256 = hashlib.sha256()

    @property
    def sha256(self) -> str:
        """Return the hash of the bytes so far, 64 hex digits."""
        return self._sha256.hexdigest()

    def write(self, data: bytes) -> None:
        """Append bytes."""
        super().write(data)
        self._sha256.update(data)


class BlobStore:
    """File contents below one folder.

    Args:
        root: The folder; created if it is missing.

    Attributes:
        incoming: Folder of temporary files.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self.incoming = root / "incoming"
        if self.incoming.exists():  # from uploads that a killed server left
            shutil.rmtree(self.incoming)
        self.incoming.mkdir(parents=True)

    @contextmanager
    def receive(self, *, discard: bool = False) -> Iterator[Incoming]:
        """Open a temporary file of a content, which is removed at the end unless it was kept.

        Args:
            discard: Only hash and count the bytes.
        """
        with self._open(discard) as (file, path):
            yield Incoming(file, path)

    @contextmanager
    def spool(self, *, discard: bool = False) -> Iterator[Spool]:
        """Open a temporary file as `receive` does, for bytes whose SHA-256 is not needed."""
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
        """Store a received content by its hash; of a discarded one, only the size."""
        incoming.flush()
        self.adopt(incoming.path, incoming.sha256, incoming.size)

    def adopt(self, path: Path | None, sha256: str, size: int) -> None:
        """Store a file by its hash; without a path, only the size."""
        target = self.path(sha256)
        target.parent.mkdir(parents=True, exist_ok=True)
        if path is None:
            write_whole(target.with_suffix(".size"), str(size).encode())
        else:
            path.replace(target)

    def path(self, sha256: str) -> Path:
        """Return the path of a content, stored or not."""
        return self._root / sha256[:2] / sha256

    def size(self, sha256: str) -> int | None:
        """Return the bytes of a content; None if it is unknown."""
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
        """Return the bytes from `start` up to `stop`, exclusive, in pieces.

        Raises:
            HubError: 410, the content was discarded on arrival.
        """
        try:
            file = self.path(sha256).open("rb")
        except FileNotFoundError:
            raise discarded(sha256) from None
        return _pieces(file, start, stop)


def write_whole(path: Path, data: bytes) -> None:
    """Write a small file in one step, readable by this user only."""
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(data)
    Path(file.name).replace(path)


def discarded(sha256: str) -> HubError:
    """Return the refusal to read a content of which only hash and size were kept."""
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

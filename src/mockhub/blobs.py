"""File contents on disk, named by their SHA-256."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from mockhub.errors import HubError

READ_SIZE = 1 << 20


class Incoming:
    """A content being received, hashed as it is written.

    Args:
        file: Where the bytes go.
        path: The name of that file; None when the bytes are thrown away.
    """

    def __init__(self, file: IO[bytes], path: Path | None) -> None:
        self.path = path
        self.size = 0
        self._file = file
        self._sha256 = hashlib.sha256()

    @property
    def sha256(self) -> str:
        """Hash of what was written so far, 64 hex digits."""
        return self._sha256.hexdigest()

    def write(self, data: bytes) -> None:
        """Append bytes."""
        self.size += len(data)
        self._sha256.update(data)
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


class BlobStore:
    """Contents below one folder.

    Args:
        root: The folder; made if missing.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self.incoming = root / "incoming"
        self.incoming.mkdir(parents=True, exist_ok=True)

    @contextmanager
    def receive(self, *, discard: bool = False) -> Iterator[Incoming]:
        """A temporary file to write to; removed at the end of the block unless it was kept.

        Args:
            discard: Hash and count the bytes, and throw them away.
        """
        if discard:
            with Path(os.devnull).open("wb") as null:
                yield Incoming(null, None)
            return
        with tempfile.NamedTemporaryFile(dir=self.incoming, delete=False) as file:
            path = Path(file.name)
            try:
                yield Incoming(file, path)
            finally:
                path.unlink(missing_ok=True)

    def keep(self, incoming: Incoming) -> None:
        """Store a received content under its hash; of a discarded one, the size alone."""
        target = self.path(incoming.sha256)
        if incoming.path is None:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.with_suffix(".size").write_text(str(incoming.size))
        else:
            incoming.move_to(target)

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


def discarded(sha256: str) -> HubError:
    """The refusal to read a content of which only hash and size were kept."""
    return HubError(410, f"The bytes of {sha256} were discarded: the server runs with --discard")


def _pieces(file: IO[bytes], start: int, stop: int) -> Iterator[bytes]:
    with file:
        file.seek(start)
        while start < stop:
            piece = file.read(min(READ_SIZE, stop - start))
            if not piece:
                raise EOFError(f"{file.name} ends {stop - start} bytes early")
            start += len(piece)
            yield piece

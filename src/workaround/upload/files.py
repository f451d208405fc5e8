"""Shards by way of files on disk: LFS needs size and hash before the bytes, older Xet clients too.

A file is removed as soon as it is uploaded.
"""

from __future__ import annotations

import errno
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Event
from typing import BinaryIO

from workaround.errors import DiskFullError
from workaround.hub.repository import Repository
from workaround.upload.additions import addition_of_file
from workaround.upload.shard import PendingShard, Report, ShardJob, ShardResult, write_shard

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
BATCH_BYTES = 64 << 20
"""Most bytes of files that are sent together, unless a single one has more."""
BATCH_FILES = 256
"""Most files that are sent together: those of one request before the bytes."""


@dataclass(frozen=True)
class ShardFile:
    """A shard as a Parquet file on disk.

    Attributes:
        file: Path of the file.
        sha256: Of its content, in hex.
        size: In bytes.
    """

    file: Path
    sha256: str
    size: int


def write(job: ShardJob, folder: Path) -> ShardFile:
    """Write a shard to a file in a folder; on failure the file is removed.

    Raises:
        OSError: The file cannot be written.
        DiskFullError: The folder has no room for it.
        SourceChangedError: A source file is not the one that was checked.
        SourceDamagedError: A source file cannot be decompressed.
        UnreachableError: The server of a source file does not answer.
    """
    name = folder / f"{secrets.token_hex(8)}.parquet"
    try:
        with name.open("wb") as file:
            sink = _HashingSink(file)
            write_shard(job, sink, compress=True)
        return ShardFile(name, sink.digest.hexdigest(), name.stat().st_size)
    except BaseException as error:
        name.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.errno in FULL:
            raise DiskFullError(str(folder.parent), job.shard.nbytes) from error
        raise


class FileBatch:
    """Shards that are written to files, and sent together.

    Args:
        repository: Repository to upload to.
        folder: For the files.
        report: Called with the path of a shard and the number of its bytes that were sent.
        stop: Once it is set, the first failure is raised: no more attempts.
    """

    def __init__(
        self, repository: Repository, folder: Path, report: Report, stop: Event | None = None
    ) -> None:
        self._repository = repository
        self._folder = folder
        self._report = report
        self._stop = stop
        self._nbytes = 0
        self._files: list[tuple[PendingShard, ShardFile]] = []

    def has_room(self, nbytes: int) -> bool:
        """Return whether another shard of a planned size may be written."""
        if not self._files:
            return True
        return len(self._files) < BATCH_FILES and self._nbytes + nbytes <= BATCH_BYTES

    def write(self, pending: PendingShard) -> None:
        """Write a shard; the errors are those of `write`."""
        self._nbytes += pending.job.shard.nbytes
        self._files.append((pending, write(pending.job, self._folder)))

    def send(self) -> Sequence[ShardResult]:
        """Upload the files, and remove them.

        Returns:
            The shards, in the order in which they were written.

        Raises:
            RefusedError: The Hub refuses one.
            UnreachableError: The Hub does not answer.
        """
        additions = [
            addition_of_file(
                pending.job.shard.path,
                file.sha256,
                file.size,
                file.file,
                partial(self._report, pending.job.shard.path),
            )
            for pending, file in self._files
        ]
        try:
            self._repository.preupload(additions, self._stop)
        finally:
            for _, file in self._files:  # their folder is removed after an interruption
                file.file.unlink(missing_ok=True)
        return [
            ShardResult(pending.uploaded(file.sha256, file.size)) for pending, file in self._files
        ]

    def abort(self) -> None:
        """Do nothing: a request of the client cannot be interrupted."""


class _HashingSink:
    """A binary file whose bytes are hashed on the way."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def write(self, data: bytes | memoryview) -> None:
        self._file.write(data)
        self.digest.update(data)

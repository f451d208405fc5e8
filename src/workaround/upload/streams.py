"""Shards that are sent to Xet while they are written, without files on disk."""

from __future__ import annotations

import time
from collections.abc import Sequence
from threading import Event

from workaround.errors import UploadError
from workaround.hub.repository import Repository, some
from workaround.hub.retry import retry_until
from workaround.hub.xet import StreamError, XetUpload
from workaround.upload.shard import PendingShard, Report, ShardResult, write_shard

BATCH_BYTES = 128 << 20
"""Bytes after which an upload is closed, so that its shards count as sent: what a kill costs."""
BATCH_SECONDS = 30.0
"""Seconds after which it is closed: at 10 Mbit/s a kill costs 40 MB."""


class StreamBatch:
    """Shards that are sent together, each while it is written.

    When the network fails, all of them are written and sent again.

    Args:
        repository: Repository to upload to.
        report: Called with the path of a shard and the number of its bytes that were written.
        stop: Once it is set, the first failure is raised: no more attempts.
    """

    def __init__(self, repository: Repository, report: Report, stop: Event | None = None) -> None:
        self._repository = repository
        self._report = report
        self._stop = stop
        self._begin = time.monotonic()
        self._shards: list[PendingShard] = []
        self._results: list[ShardResult] = []
        self._upload: XetUpload | None = None
        self._failure: Exception | None = None
        self._aborted = False

    def has_room(self, nbytes: int) -> bool:
        """Return whether another shard of a planned size may be written."""
        if not self._shards:
            return True
        planned = sum(pending.job.shard.nbytes for pending in self._shards) + nbytes
        in_time = time.monotonic() - self._begin < BATCH_SECONDS
        return self._failure is None and in_time and planned <= BATCH_BYTES

    def write(self, pending: PendingShard) -> None:
        """Write a shard into the stream; failures of the network show in `send`.

        Raises:
            SourceChangedError: A source file is not the one that was checked.
            SourceDamagedError: A source file cannot be decompressed.
            UnreachableError: The server of a source file does not answer.
        """
        try:
            self._write(pending)
        except StreamError as error:
            self._failure = _cause(error)
        self._shards.append(pending)

    def send(self) -> Sequence[ShardResult]:
        """Wait until the shards are sent.

        Returns:
            The shards, in the order in which they were written.

        Raises:
            RefusedError: The Hub refuses one.
            UnreachableError: The Hub does not answer.
        """
        paths = some(pending.job.shard.path for pending in self._shards)
        return retry_until(self._stop, f"Uploading {paths}", self._send)

    def abort(self) -> None:
        """Give up what is under way."""
        self._aborted = True
        if (upload := self._upload) is not None:
            upload.abort()

    def _send(self) -> list[ShardResult]:
        try:
            return self._attempt()
        except BaseException as error:
            upload, self._upload, self._failure = self._upload, None, None
            self._results = []
            if upload is not None:
                upload.abort()
            if isinstance(error, StreamError):
                raise _cause(error) from None
            raise

    def _attempt(self) -> list[ShardResult]:
        """Write what is not written yet, and wait."""
        if self._failure is not None:
            raise self._failure
        for pending in self._shards[len(self._results) :]:
            self._write(pending)
        if self._upload is not None:
            self._upload.wait()
        return self._results

    def _write(self, pending: PendingShard) -> None:
        if self._aborted:
            raise UploadError("The upload was interrupted")
        if self._upload is None:
            try:
                self._upload = self._repository.xet_upload()
            except Exception as error:
                raise StreamError from error
        path, written = pending.job.shard.path, 0

        def report(nbytes: int) -> None:
            nonlocal written
            written += nbytes
            self._report(path, written)

        stream = self._upload.file(path, report)
        try:
            write_shard(pending.job, stream, compress=False)
        except StreamError:
            raise
        except BaseException:
            stream.finish()  # an unfinished file fails the others; this one is in no commit
            raise
        self._results.append(ShardResult(pending.uploaded(*stream.finish())))


def _cause(error: StreamError) -> Exception:
    """Return the failure of hf_xet itself."""
    return error.__cause__ if isinstance(error.__cause__, Exception) else error

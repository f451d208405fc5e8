"""The pipeline of shards: the next one is written while the last one is on its way."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    Executor,
    Future,
    ThreadPoolExecutor,
    wait,
)
from threading import Event

from huggingface_hub import constants

from workaround.errors import WorkersLostError
from workaround.hub.repository import Repository
from workaround.upload.journal import Journal, UploadedShard
from workaround.upload.progress import Progress
from workaround.upload.shard import ShardJob, fingerprint, make, send, write

AHEAD = 2
"""Shards given to each worker of an executor before its first is done. Without an executor it is
the number of files: one being written and one on its way, or both on their way."""

WORKERS = 8
"""Assumed number of workers of an executor that does not say."""
GRACE = 10.0
"""Seconds for what is on its way after Ctrl-C; what takes longer is sent again by the next call."""

log = logging.getLogger("workaround")

Sent = tuple[UploadedShard, bytes | None]
Start = Callable[[ShardJob, str], Future[Sent]]


def upload_shards(
    jobs: Iterable[ShardJob],
    journal: Journal,
    repository: Repository,
    executor: Executor | None,
    progress: Progress,
) -> list[UploadedShard]:
    """Upload the shards that the journal has not.

    Args:
        jobs: All shards, in order.
        journal: Remembers each shard as soon as the Hub has it, whatever happens to the others.
        repository: Repository to upload to.
        executor: Workers that write and send; None to write here, and send in threads.
        progress: Counts the shards.

    Returns:
        All shards, in order.

    Raises:
        OSError: A source file cannot be read, or the disk is full.
        SourceChangedError: A source file changes meanwhile.
        RefusedError: The Hub refuses a shard.
        UnreachableError: The Hub does not answer.
        WorkersLostError: The executor has no workers any more.
    """
    if executor is not None:
        # Executors have no public way to ask.
        workers = getattr(executor, "_max_workers", None)

        def make_in_worker(job: ShardJob, key: str) -> Future[Sent]:
            try:
                return executor.submit(make, job, key, repository, journal.folder)
            except RuntimeError as error:  # it was shut down, or has lost its workers
                raise WorkersLostError(str(error)) from error

        try:
            limit = AHEAD * (workers if isinstance(workers, int) else WORKERS)
            return _upload(jobs, _Pending(journal, progress, make_in_worker, limit, Event()))
        except BrokenExecutor as error:
            raise WorkersLostError(str(error)) from error

    # hf_xet sends a shard over several connections by itself, and takes memory for each shard.
    senders = AHEAD if constants.HF_HUB_DISABLE_XET else 1
    pool, stop = ThreadPoolExecutor(senders, thread_name_prefix="upload"), Event()

    def write_here(job: ShardJob, key: str) -> Future[Sent]:
        written = write(job, journal.folder)
        return pool.submit(send, written, job.shard.path, key, repository, stop)

    try:
        return _upload(jobs, _Pending(journal, progress, write_here, AHEAD, stop))
    finally:
        pool.shutdown(wait=False)


def _upload(jobs: Iterable[ShardJob], pending: _Pending) -> list[UploadedShard]:
    keys = []
    with pending:
        for job in jobs:
            keys.append((job.shard.path, fingerprint(job)))
            pending.take(job, keys[-1][1])
        pending.drain()
    return [pending.journal.get(path, key) for path, key in keys]


class _Pending:
    """Shards that are being written or sent; only this thread writes the journal."""

    def __init__(
        self, journal: Journal, progress: Progress, start: Start, limit: int, stop: Event
    ) -> None:
        self.journal = journal
        self._progress = progress
        self._start = start
        self._limit = limit
        self._stop = stop
        self._pending: dict[Future[Sent], ShardJob] = {}

    def __enter__(self) -> _Pending:
        return self

    def take(self, job: ShardJob, key: str) -> None:
        if self.journal.find(job.shard.path, key) is not None:
            log.info("%s is on the Hub already", job.shard.path)
            self._progress.add(job.shard.nbytes)
            return
        while len(self._pending) >= self._limit:
            self._collect()
        self._pending[self._start(job, key)] = job

    def _collect(self, timeout: float | None = None) -> bool:
        """Record the finished shards; return False if none finished within the timeout."""
        done, _ = wait(self._pending, timeout, return_when=FIRST_COMPLETED)
        jobs = [(self._pending.pop(future), future) for future in done]
        failed = [error for _, future in jobs if (error := future.exception()) is not None]
        for job, future in jobs:
            if future.exception() is None:
                self.journal.add(*future.result())
                self._progress.add(job.shard.nbytes)
        if failed:
            raise failed[0]
        return bool(done)

    def drain(self) -> None:
        """Wait for all shards."""
        while self._pending:
            self._collect()

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Record what is still sent after a failure or Ctrl-C."""
        if kind is None:
            return
        self._abandon()
        timeout = None if issubclass(kind, Exception) else GRACE
        while self._pending:
            try:
                if not self._collect(timeout):
                    return
            except Exception as error:  # what is raised is the first failure
                log.info("Another shard failed: %s", error)

    def _abandon(self) -> None:
        """Start no more shards, and let those on their way end without another attempt."""
        self._stop.set()
        for future in [future for future in self._pending if future.cancel()]:
            del self._pending[future]

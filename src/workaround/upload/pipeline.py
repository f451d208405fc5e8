"""The pipeline of shards: the next one is written while the last one is on its way."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    wait,
)
from threading import Event

from workaround.errors import ArgumentError, WorkersLostError
from workaround.hub.repository import Repository
from workaround.hub.upload_modes import UploadModes
from workaround.planning.plan import format_bytes
from workaround.upload.batches import BatchThreads, open_batch
from workaround.upload.journal import Journal, UploadedShard
from workaround.upload.progress import Progress
from workaround.upload.remote import run, task
from workaround.upload.shard import PendingShard, ShardJob, ShardResult, fingerprint
from workaround.upload.workers import WorkerProcesses

AHEAD = 2
"""Shards given to each worker of an executor before its first is done."""
QUEUED = 512
"""Shards given to the threads of this process: written and sent, or waiting for their batch."""
WORKERS = 8
"""Assumed number of workers of an executor that does not say."""
GRACE = 1.0
"""Seconds for shards on their way after Ctrl-C; the next call sends the others again."""

log = logging.getLogger("workaround")

Start = Callable[[PendingShard], Future[ShardResult]]


def upload_shards(
    jobs: Iterable[ShardJob],
    journal: Journal,
    repository: Repository,
    modes: UploadModes,
    executor: Executor | None,
    progress: Progress,
) -> list[UploadedShard]:
    """Upload the shards that the journal has not.

    Args:
        jobs: All shards, in order.
        journal: Remembers each shard as soon as the Hub has it, whatever happens to the others.
        repository: Repository to upload to.
        modes: Storage that the Hub wants each shard in.
        executor: Workers that write and send; None to do so in threads.
        progress: Counts the shards.

    Returns:
        All shards, in order.

    Raises:
        ArgumentError: The executor does not return futures of `concurrent.futures`.
        OSError: A source file cannot be read, or the disk is full.
        SourceChangedError: A source file changes meanwhile.
        RefusedError: The Hub refuses a shard.
        UnreachableError: The Hub does not answer.
        WorkersLostError: The executor has no workers any more.
    """
    stop = Event()
    threads = BatchThreads(lambda: open_batch(repository, journal.folder, progress.report, stop))
    start: Start
    if executor is None:
        start, limit = threads.submit, QUEUED
    else:
        start, limit = _submitter(executor, journal, repository), AHEAD * _count(executor)
    if isinstance(executor, WorkerProcesses):
        executor.report = progress.report
    pending = _Pending(journal, progress, start, limit, stop)
    try:
        return _upload(jobs, modes, pending)
    except (KeyboardInterrupt, SystemExit):
        threads.abort(GRACE)
        raise
    except (BrokenExecutor, CancelledError) as error:
        reason = str(error) or "they gave up a shard"
        advice = executor.advice() if isinstance(executor, WorkerProcesses) else None
        raise WorkersLostError(reason, advice) from error


def _submitter(executor: Executor, journal: Journal, repository: Repository) -> Start:
    """Return a function that lets a worker write and send a shard."""

    def submit(pending: PendingShard) -> Future[ShardResult]:
        try:
            future = executor.submit(run, task(pending, repository, journal.folder, executor))
        except BrokenExecutor:
            raise
        except RuntimeError as error:  # it was shut down
            raise WorkersLostError(str(error)) from error
        if not isinstance(future, Future):
            raise ArgumentError(
                f"{type(executor).__name__}.submit returns {type(future).__name__}, no future of"
                " concurrent.futures: wrap the executor in workaround.executors.from_submit"
            )
        return future

    return submit


def _count(executor: Executor) -> int:
    """Return the number of workers: executors have no public way to ask."""
    workers = getattr(executor, "_max_workers", None)
    return workers if isinstance(workers, int) and workers > 0 else WORKERS


def _upload(jobs: Iterable[ShardJob], modes: UploadModes, pending: _Pending) -> list[UploadedShard]:
    keys = []
    with pending:
        for job in jobs:
            path, key = job.shard.path, fingerprint(job)
            keys.append((path, key))
            if not pending.is_sent(job, key):
                pending.take(PendingShard(job, key, modes.of(path)))
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
        self._pending: dict[Future[ShardResult], ShardJob] = {}

    def __enter__(self) -> _Pending:
        return self

    def is_sent(self, job: ShardJob, key: str) -> bool:
        """Return whether a shard is on the Hub already."""
        if self.journal.find(job.shard.path, key) is None:
            return False
        log.info("%s is on the Hub already", job.shard.path)
        self._progress.resume(job.shard.path)
        return True

    def take(self, pending: PendingShard) -> None:
        """Start a shard, once fewer than the limit are pending."""
        if failures := self._collect([future for future in self._pending if future.done()]):
            raise failures[0]
        self._wait_while(self._limit)
        self._pending[self._start(pending)] = pending.job

    def drain(self) -> None:
        """Wait for all shards."""
        self._wait_while(1)

    def _wait_while(self, count: int) -> None:
        while len(self._pending) >= count:
            if failures := self._collect(self._wait(None)):
                raise failures[0]

    def _wait(self, timeout: float | None) -> set[Future[ShardResult]]:
        return wait(self._pending, timeout, return_when=FIRST_COMPLETED).done

    def _collect(self, done: Iterable[Future[ShardResult]]) -> list[BaseException]:
        """Record the finished shards, and return the failures of the others."""
        failures: list[BaseException] = []
        for future in done:
            job = self._pending.pop(future)
            failure = CancelledError() if future.cancelled() else future.exception()
            if failure is not None:
                failures.append(failure)
                continue
            result = future.result()
            for record in result.records:
                if log.isEnabledFor(record.levelno):
                    log.handle(record)
            log.info("Sent %s: %s", job.shard.path, format_bytes(result.shard.size))
            self.journal.add(result.shard, result.content)
            self._progress.add(job.shard.path)
        return failures

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Start no more shards after a failure or Ctrl-C, and record those that are still sent."""
        if kind is None:
            return
        self._stop.set()
        for future in [future for future in self._pending if future.cancel()]:
            del self._pending[future]
        deadline = None if issubclass(kind, Exception) else time.monotonic() + GRACE
        while self._pending:
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            done = self._wait(left)
            if not done:
                return
            for failure in self._collect(done):  # the first one is raised
                log.info("Another shard failed: %s", failure)

"""Uploading shards: the next one is written while the last one is on its way."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait

from workaround.journal import Journal, Uploaded
from workaround.progress import Progress
from workaround.shards import Destination, Job, fingerprint, make, send, write

AHEAD = 2
"""Shards given to each worker of an executor before its first is done."""

log = logging.getLogger("workaround")

Sent = tuple[Uploaded, bytes | None]


def upload(
    jobs: Iterable[Job],
    journal: Journal,
    to: Destination,
    executor: Executor | None,
    progress: Progress,
) -> list[Uploaded]:
    """Upload the shards that the journal has not.

    Args:
        jobs: All shards, in order.
        journal: Remembers each as soon as the Hub has it, whatever happens to the others.
        to: Where.
        executor: Workers that write and send; None to write here, and send in a thread.
        progress: Hears of every shard.

    Returns:
        All shards, in order.

    Raises:
        OSError: A source file cannot be read, or the disk is full.
        SourceChangedError: A source file changes meanwhile.
        RefusedError: The Hub refuses a shard.
        UnreachableError: The Hub does not answer.
    """
    keys = []
    workers: _Here | _There
    if executor is None:
        workers = _Here(journal, to, progress)
    else:
        workers = _There(journal, to, progress, executor)
    with workers:
        for job in jobs:
            key = fingerprint(job)
            keys.append((job.shard.path, key))
            if journal.find(*keys[-1]) is None:
                workers.take(job, key)
            else:
                log.info("%s is on the Hub already", job.shard.path)
                progress.add(job.shard.nbytes)
    return [journal.get(path, key) for path, key in keys]


class _Here:
    """At most two files at a time: one being written, one being sent."""

    def __init__(self, journal: Journal, to: Destination, progress: Progress) -> None:
        self._journal = journal
        self._to = to
        self._progress = progress
        self._sender = ThreadPoolExecutor(1, thread_name_prefix="upload")
        self._pending: tuple[Job, Future[Sent]] | None = None

    def __enter__(self) -> _Here:
        return self

    def take(self, job: Job, key: str) -> None:
        written = write(job, self._journal.folder)
        self._collect()
        self._pending = job, self._sender.submit(send, written, job.shard.path, key, self._to)

    def _collect(self) -> None:
        if self._pending is not None:
            (job, future), self._pending = self._pending, None
            self._journal.add(*future.result())
            self._progress.add(job.shard.nbytes)

    def __exit__(self, *_: object) -> None:
        try:
            self._collect()  # after an error too: what was sent need not be sent again
        finally:
            self._sender.shutdown()


class _There:
    """Workers of an executor write and send; the journal stays here."""

    def __init__(
        self, journal: Journal, to: Destination, progress: Progress, executor: Executor
    ) -> None:
        self._journal = journal
        self._to = to
        self._progress = progress
        self._executor = executor
        self._limit = AHEAD * int(getattr(executor, "_max_workers", 8))
        self._pending: dict[Future[Sent], Job] = {}

    def __enter__(self) -> _There:
        return self

    def take(self, job: Job, key: str) -> None:
        while len(self._pending) >= self._limit:
            self._collect()
        future = self._executor.submit(make, job, key, self._to, self._journal.folder)
        self._pending[future] = job

    def _collect(self) -> None:
        done, _ = wait(self._pending, return_when=FIRST_COMPLETED)
        jobs = [(self._pending.pop(future), future) for future in done]
        failed = [error for _, future in jobs if (error := future.exception()) is not None]
        for job, future in jobs:
            if future.exception() is None:
                self._journal.add(*future.result())
                self._progress.add(job.shard.nbytes)
        if failed:
            raise failed[0]

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        failure: Exception | None = None
        if kind is not None:
            self._abandon()
        while self._pending:
            try:
                self._collect()
            except Exception as error:  # what others sent must still come into the journal
                failure = failure or error
                self._abandon()
        if failure is not None and kind is None:
            raise failure

    def _abandon(self) -> None:
        """Let those that run end, and start no other."""
        for future in [future for future in self._pending if future.cancel()]:
            del self._pending[future]

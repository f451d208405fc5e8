"""Uploading shards: the next one is written while the last one is on its way."""

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

from huggingface_hub import constants

from workaround.errors import UploadError
from workaround.journal import Journal, Uploaded
from workaround.progress import Progress
from workaround.shards import Destination, Job, fingerprint, make, send, write

AHEAD = 2
"""Shards given to each worker of an executor before its first is done. Without an executor it is
the number of files: one being written and one on its way, or both on their way."""

WORKERS = 8
"""Of an executor that does not tell how many it has."""

log = logging.getLogger("workaround")

Sent = tuple[Uploaded, bytes | None]
Start = Callable[[Job, str], Future[Sent]]


class WorkersLostError(UploadError):
    """The workers of the executor are gone, or take no more work."""

    def __str__(self) -> str:
        """Why, and what to do."""
        (reason,) = self.args
        return (
            f"The workers are gone ({reason}): a system kills what takes too much memory. Use fewer"
            " processes or smaller shards; the same call goes on where it was."
        )


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
        executor: Workers that write and send; None to write here, and send in threads.
        progress: Hears of every shard.

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

        def make_there(job: Job, key: str) -> Future[Sent]:
            try:
                return executor.submit(make, job, key, to, journal.folder)
            except RuntimeError as error:  # it was shut down, or has lost its workers
                raise WorkersLostError(str(error)) from error

        try:
            limit = AHEAD * (workers if isinstance(workers, int) else WORKERS)
            return _upload(jobs, journal, progress, make_there, limit)
        except BrokenExecutor as error:
            raise WorkersLostError(str(error)) from error

    # hf_xet sends a shard over several connections by itself, and takes memory for each shard.
    senders = AHEAD if constants.HF_HUB_DISABLE_XET else 1
    with ThreadPoolExecutor(senders, thread_name_prefix="upload") as pool:

        def write_here(job: Job, key: str) -> Future[Sent]:
            written = write(job, journal.folder)
            return pool.submit(send, written, job.shard.path, key, to)

        return _upload(jobs, journal, progress, write_here, AHEAD)


def _upload(
    jobs: Iterable[Job], journal: Journal, progress: Progress, start: Start, limit: int
) -> list[Uploaded]:
    keys = []
    with _Pending(journal, progress, start, limit) as pending:
        for job in jobs:
            key = fingerprint(job)
            keys.append((job.shard.path, key))
            if journal.find(*keys[-1]) is None:
                pending.take(job, key)
            else:
                log.info("%s is on the Hub already", job.shard.path)
                progress.add(job.shard.nbytes)
    return [journal.get(path, key) for path, key in keys]


class _Pending:
    """Shards that others are working on; the journal stays here."""

    def __init__(self, journal: Journal, progress: Progress, start: Start, limit: int) -> None:
        self._journal = journal
        self._progress = progress
        self._start = start
        self._limit = limit
        self._pending: dict[Future[Sent], Job] = {}

    def __enter__(self) -> _Pending:
        return self

    def take(self, job: Job, key: str) -> None:
        while len(self._pending) >= self._limit:
            self._collect()
        self._pending[self._start(job, key)] = job

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

"""Shards sent in batches by threads of this process.

A thread writes the shards that wait, as many as a batch has room for, and another sends them
together; meanwhile the first writes the next ones. So a batch is as large as the network is slow,
and the first shard waits for none.

All are written by one thread: hf_xet copies what it gets in the thread that gives it, and glibc
keeps memory that was freed for the threads that allocated it, a block of 64 MiB for each.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from threading import Event
from typing import Protocol

from workaround.errors import WorkersLostError
from workaround.hub.repository import Repository
from workaround.hub.xet import has_streams
from workaround.upload.files import FileBatch
from workaround.upload.shard import PendingShard, Report, ShardResult, regular_shard
from workaround.upload.streams import StreamBatch

AHEAD = 2
"""Batches at a time: one being written and one on its way, or both on their way."""
_THREADS = "Raise `ulimit -u`, or use fewer processes"


class Batch(Protocol):
    """Shards that are sent together."""

    def has_room(self, nbytes: int) -> bool:
        """Return whether another shard of a planned size may be written."""

    def write(self, pending: PendingShard) -> None:
        """Write a shard; raises what is wrong with its source files."""

    def send(self) -> Sequence[ShardResult]:
        """Wait until all shards are sent; raises what is wrong with the Hub."""

    def abort(self) -> None:
        """Give up what is under way, if that is possible."""


def open_batch(
    repository: Repository, folder: Path, report: Report, stop: Event | None = None
) -> Batch:
    """Begin a batch: streams where the client has them, files where it has not, and for LFS.

    Args:
        repository: Repository to upload to.
        folder: For temporary files.
        report: Called with the path of a shard and the number of its bytes so far.
        stop: Once it is set, the first failure is raised: no more attempts.
    """
    if has_streams():
        return StreamBatch(repository, report, stop)
    return FileBatch(repository, folder, report, stop)


class BatchThreads:
    """Threads that send shards; Python does not wait for them at exit.

    Args:
        new_batch: Begins a batch.
    """

    def __init__(self, new_batch: Callable[[], Batch]) -> None:
        self._new_batch = new_batch
        self._queue: deque[tuple[PendingShard, Future[ShardResult]]] = deque()
        self._lock = threading.Lock()
        self._slots = threading.Semaphore(AHEAD)
        self._writing = False
        self._threads: set[threading.Thread] = set()
        self._batches: set[Batch] = set()

    def submit(self, pending: PendingShard) -> Future[ShardResult]:
        """Send a shard with those that wait already.

        Raises:
            WorkersLostError: The system allows no more threads.
        """
        future: Future[ShardResult] = Future()
        with self._lock:
            self._queue.append((pending, future))
            if self._writing:
                return future
            self._writing = True
        self._start(self._write_all)
        return future

    def abort(self, timeout: float) -> None:
        """Give up what is under way, and wait for the threads for so many seconds."""
        end = time.monotonic() + timeout
        with self._lock:
            waiting, batches = list(self._queue), list(self._batches)
            self._queue.clear()
        for _, future in waiting:
            future.cancel()
        for batch in batches:
            batch.abort()
        while (threads := self._alive()) and (left := end - time.monotonic()) > 0:
            threads.pop().join(left)

    def _alive(self) -> set[threading.Thread]:
        with self._lock:
            return {thread for thread in self._threads if thread.is_alive()}

    def _start(self, target: Callable[[], None]) -> None:
        thread = threading.Thread(target=target, name="upload", daemon=True)
        try:
            thread.start()
        except RuntimeError as error:
            raise WorkersLostError(str(error), _THREADS) from error
        with self._lock:
            self._threads = {thread, *filter(threading.Thread.is_alive, self._threads)}

    def _write_all(self) -> None:
        """Write what waits, batch by batch, until nothing does."""
        while True:
            self._slots.acquire()
            batch, futures = self._write()
            try:
                self._start(partial(self._send, batch, futures))
            except WorkersLostError as error:
                _fail(futures, error)
                self._forget(batch)
            with self._lock:
                if not self._queue:
                    self._writing = False
                    return

    def _send(self, batch: Batch, futures: Sequence[Future[ShardResult]]) -> None:
        """Send a batch, and give each shard its result."""
        try:
            if futures:
                for future, result in zip(futures, batch.send(), strict=True):
                    future.set_result(result)
        except BaseException as error:
            _fail(futures, error)
        finally:
            self._forget(batch)

    def _forget(self, batch: Batch) -> None:
        with self._lock:
            self._batches.discard(batch)
        self._slots.release()

    def _write(self) -> tuple[Batch, list[Future[ShardResult]]]:
        """Write the shards that wait to a batch, up to the first that cannot be written."""
        batch, futures = self._new_batch(), list[Future[ShardResult]]()
        with self._lock:
            self._batches.add(batch)
        while (waiting := self._take(batch)) is not None:
            pending, future = waiting
            if not future.set_running_or_notify_cancel():
                continue
            try:
                if pending.mode == "regular":
                    future.set_result(regular_shard(pending))
                    continue
                batch.write(pending)
            except BaseException as error:
                future.set_exception(error)
                break
            futures.append(future)
        return batch, futures

    def _take(self, batch: Batch) -> tuple[PendingShard, Future[ShardResult]] | None:
        """Return the next shard, if there is one that the batch has room for."""
        with self._lock:
            if self._queue and batch.has_room(self._queue[0][0].job.shard.nbytes):
                return self._queue.popleft()
        return None


def _fail(futures: Sequence[Future[ShardResult]], error: BaseException) -> None:
    for future in futures:
        if not future.done():
            future.set_exception(error)

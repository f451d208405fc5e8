"""A shard that a worker writes and sends, in a process of this machine or of another one."""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
from datasets import Dataset, DatasetInfo, Features
from datasets.table import InMemoryTable
from huggingface_hub import get_token

from workaround.hub.repository import Repository
from workaround.upload.batches import open_batch
from workaround.upload.shard import PendingShard, ShardResult, regular_shard
from workaround.upload.temporary import temporary_folder
from workaround.upload.workers import report_position

log = logging.getLogger("workaround")


@dataclass(frozen=True)
class ShardTask:
    """A pending shard as it travels to a worker.

    Attributes:
        pending: The shard; without its rows if these are `rows`.
        rows: Its rows as an Arrow stream, where they do not travel as a dataset; else empty.
        repository: Repository to upload to.
        folder: For temporary files, where the worker sees it.
        origin: Process of the caller.
        level: Level of the caller's log.
    """

    pending: PendingShard
    rows: bytes
    repository: Repository
    folder: Path
    origin: tuple[str, int]
    level: int

    def __repr__(self) -> str:
        """Return the shard alone: executors log and show the arguments of a task."""
        return f"ShardTask({self.pending.job.shard.path})"

    def shard(self) -> PendingShard:
        """Return the shard with its rows."""
        if not self.rows:
            return self.pending
        job = self.pending.job
        rows = _dataset(pa.ipc.open_stream(self.rows).read_all(), job.rows.features)
        return replace(self.pending, job=replace(job, rows=rows))


def task(
    pending: PendingShard, repository: Repository, folder: Path, executor: Executor
) -> ShardTask:
    """Prepare a shard for the workers of an executor.

    Workers that may be on another machine get the rows themselves, not the path of their cache
    file, and the token of this machine: of the caller's disk they see the source files alone.
    """
    local = isinstance(executor, ProcessPoolExecutor | ThreadPoolExecutor)
    if not local:
        token = repository.token or get_token()
        repository = replace(repository, token=token)
        files = pending.job.files
        files = replace(files, token=files.token or token)
        pending = replace(pending, job=replace(pending.job, files=files))
    rows, stream = pending.job.rows, b""
    if not local or (isinstance(executor, ProcessPoolExecutor) and not rows.cache_files):
        # A dataset in memory is pickled with all that it is a part of, by some releases twice.
        table: pa.Table = rows.with_format("arrow")[:]
        stream = _stream_of(table)
        none = _dataset(table.schema.empty_table(), rows.features)
        pending = replace(pending, job=replace(pending.job, rows=none))
    return ShardTask(pending, stream, repository, folder, _process(), log.getEffectiveLevel())


def _stream_of(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    return bytes(sink.getvalue())


def _dataset(table: pa.Table, features: Features) -> Dataset:
    info = DatasetInfo(features=features)
    return Dataset(InMemoryTable(table), info=info, fingerprint="rows of a shard")


def run(task: ShardTask) -> ShardResult:
    """Write and send a shard in a worker."""
    with _recorded(task) as records:
        if task.folder.is_dir():
            result = _run(task, task.folder)
        else:
            with temporary_folder() as folder:
                result = _run(task, folder)
    return replace(result, records=tuple(records))


def _run(task: ShardTask, folder: Path) -> ShardResult:
    pending = task.shard()
    if pending.mode == "regular":
        return regular_shard(pending)
    batch = open_batch(task.repository, folder, report_position)
    batch.write(pending)
    (result,) = batch.send()
    return result


def _process() -> tuple[str, int]:
    return socket.gethostname(), os.getpid()


@contextmanager
def _recorded(task: ShardTask) -> Iterator[list[logging.LogRecord]]:
    """Collect the log of this thread for the caller, unless this is the caller's process."""
    handler = _Records()
    if task.origin == _process():
        yield handler.records
        return
    level = log.level
    log.setLevel(task.level)
    log.addHandler(handler)
    try:
        yield handler.records
    finally:
        log.removeHandler(handler)
        log.setLevel(level)


class _Records(logging.Handler):
    """Keeps the records of one thread."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []
        self._thread = threading.get_ident()

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record as text, for its arguments may not travel."""
        if record.thread == self._thread:
            record.msg, record.args, record.exc_info = record.getMessage(), None, None
            self.records.append(record)

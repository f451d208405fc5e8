"""Shards sent in batches by threads."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import workaround
from workaround.errors import RefusedError, SourceChangedError, WorkersLostError
from workaround.hub.repository import Repository
from workaround.upload import batches as module
from workaround.upload.batches import BatchThreads, open_batch
from workaround.upload.files import FileBatch
from workaround.upload.shard import PendingShard, ShardResult
from workaround.upload.streams import StreamBatch

SOURCE = str(Path(workaround.__file__).parents[1])


def shard(name: str, mode: str = "lfs") -> Any:
    return SimpleNamespace(
        mode=mode, job=SimpleNamespace(shard=SimpleNamespace(path=name, nbytes=1))
    )


class Recorded:
    """Batches that send once they may."""

    def __init__(self, room: int = 10) -> None:
        self.batches: list[list[str]] = []
        self.writers: list[threading.Thread] = []
        self.may_write = threading.Event()
        self.may_write.set()
        self.sending = threading.Event()
        self.may_send = threading.Event()
        self.room = room
        self.failing = ""
        self.refused = False

    def __call__(self) -> Any:
        self.batches.append([])
        return _Batch(self, self.batches[-1])


class _Batch:
    def __init__(self, recorded: Recorded, shards: list[str]) -> None:
        self._recorded = recorded
        self._shards = shards

    def has_room(self, _: int) -> bool:
        return len(self._shards) < self._recorded.room

    def write(self, pending: PendingShard) -> None:
        if pending.job.shard.path == self._recorded.failing:
            raise SourceChangedError("a.nii", "changed")
        assert self._recorded.may_write.wait(30)
        self._recorded.writers.append(threading.current_thread())
        self._shards.append(pending.job.shard.path)

    def send(self) -> Sequence[ShardResult]:
        self._recorded.sending.set()
        assert self._recorded.may_send.wait(30)
        if self._recorded.refused:
            raise RefusedError("No")
        return [ShardResult(name) for name in self._shards]  # type: ignore[arg-type]

    def abort(self) -> None:
        self._recorded.refused = True
        self._recorded.may_send.set()


def names(futures: Sequence[Future[ShardResult]]) -> list[Any]:
    return [future.result(timeout=30).shard for future in futures]


def submitted(threads: BatchThreads, count: int) -> list[Future[ShardResult]]:
    return [threads.submit(shard(str(number))) for number in range(count)]


def test_each_shard_gets_its_result() -> None:
    recorded = Recorded(room=3)
    recorded.may_send.set()
    threads = BatchThreads(recorded)
    assert names(submitted(threads, 20)) == [str(number) for number in range(20)]
    assert max(map(len, recorded.batches)) <= 3


def test_one_thread_writes_all_batches() -> None:
    recorded = Recorded(room=2)
    recorded.may_send.set()
    recorded.may_write.clear()
    futures = submitted(BatchThreads(recorded), 20)
    recorded.may_write.set()
    names(futures)
    assert len(recorded.batches) > 1
    assert len(set(recorded.writers)) == 1


def test_shards_that_wait_go_together() -> None:
    recorded = Recorded(room=100)
    threads = BatchThreads(recorded)
    futures = submitted(threads, 40)
    recorded.may_send.set()
    assert len(names(futures)) == 40
    assert len([batch for batch in recorded.batches if batch]) < 20


def test_shard_that_cannot_be_written_does_not_hold_up_those_before_it() -> None:
    recorded = Recorded()
    recorded.failing = "2"
    recorded.may_send.set()
    futures = submitted(BatchThreads(recorded), 3)
    assert names(futures[:2]) == ["0", "1"]
    with pytest.raises(SourceChangedError):
        futures[2].result(timeout=30)


def test_all_shards_of_a_refused_batch_fail() -> None:
    recorded = Recorded()
    recorded.refused = True
    recorded.may_send.set()
    for future in submitted(BatchThreads(recorded), 3):
        with pytest.raises(RefusedError):
            future.result(timeout=30)


def test_interruption_gives_up_what_is_under_way() -> None:
    recorded = Recorded(room=1)
    threads = BatchThreads(recorded)
    futures = submitted(threads, 10)
    assert recorded.sending.wait(30)
    threads.abort(30)
    assert isinstance(futures[0].exception(timeout=30), RefusedError)
    assert futures[-1].cancelled()
    assert not [thread for thread in threading.enumerate() if thread.name == "upload"]


def test_regular_shard_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "regular_shard", lambda _: ShardResult("regular"))  # type: ignore[arg-type]
    recorded = Recorded()
    assert names([BatchThreads(recorded).submit(shard("a", "regular"))]) == ["regular"]
    assert recorded.batches == [[]]


def test_system_without_threads_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def start(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", start)
    with pytest.raises(WorkersLostError, match="ulimit -u"):
        BatchThreads(Recorded()).submit(shard("a"))


@pytest.mark.parametrize(("streams", "kind"), [(True, StreamBatch), (False, FileBatch)])
def test_client_decides_between_streams_and_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, streams: bool, kind: Callable[..., Any]
) -> None:
    monkeypatch.setattr(module, "has_streams", lambda: streams)
    batch = open_batch(Repository("https://hub", "user/data"), tmp_path, lambda *_: None)
    assert type(batch) is kind


STUCK = """
import time
from types import SimpleNamespace as N
from workaround.upload.batches import BatchThreads
class Batch(N):
    __hash__ = object.__hash__
batch = Batch(has_room=lambda _: True, write=lambda _: None, send=lambda: time.sleep(600))
BatchThreads(lambda: batch).submit(N(mode="lfs", job=N(shard=N(nbytes=1))))
"""


def test_thread_that_is_stuck_does_not_hold_up_the_exit() -> None:
    command = [sys.executable, "-c", STUCK]
    subprocess.run(command, env={**os.environ, "PYTHONPATH": SOURCE}, timeout=60, check=True)

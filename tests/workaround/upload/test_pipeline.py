"""Shards written and sent at the same time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from huggingface_hub import constants

from tests.support.constants import REPO
from workaround.errors import RefusedError, WorkersLostError
from workaround.hub.repository import Repository
from workaround.hub.upload_modes import Mode, UploadModes
from workaround.upload import pipeline as upload
from workaround.upload.journal import Journal, UploadedShard, open_journal
from workaround.upload.progress import show_progress
from workaround.upload.shard import ShardResult


class Answers(Executor):
    """An executor that has its answers ready: shards, errors, and None for work not begun."""

    def __init__(self, *answers: UploadedShard | Exception | None, workers: int | None = 4) -> None:
        self._answers = iter(answers)
        self._max_workers = workers
        self.futures: list[Future[Any]] = []

    def submit(self, *_: Any, **__: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self.futures.append(future)
        match next(self._answers):
            case UploadedShard() as sent:
                future.set_result(ShardResult(sent, None))
            case Exception() as error:
                future.set_exception(error)
        return future


@pytest.fixture
def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Journal]:
    monkeypatch.setattr(constants, "HF_HOME", str(tmp_path))
    monkeypatch.setattr(upload, "fingerprint", lambda job: f"key of {job.shard.path}")
    monkeypatch.setattr(upload, "task", lambda pending, *_: pending)
    with open_journal("somewhere") as journal:
        yield journal


class Lfs(UploadModes):
    """Modes that no Hub is asked for."""

    def __init__(self) -> None:
        super().__init__(Repository("https://hub", REPO), {})

    def of(self, _: str) -> Mode:
        return "lfs"


def job(number: int) -> Any:
    return SimpleNamespace(shard=SimpleNamespace(path=f"data/{number}", nbytes=1))


def sent(number: int) -> UploadedShard:
    return UploadedShard(f"data/{number}", f"key of data/{number}", "0" * 64, 1, None)


def upload_with(executor: Executor | None, journal: Journal, count: int) -> list[UploadedShard]:
    repository = Repository("https://hub", REPO)
    with show_progress({f"data/{number}": 1 for number in range(count)}) as progress:
        return upload.upload_shards(
            map(job, range(count)), journal, repository, Lfs(), executor, progress
        )


@pytest.mark.parametrize("workers", [1, 4, None])
def test_shards_of_workers_come_in_order(journal: Journal, workers: int | None) -> None:
    shards = [sent(number) for number in range(5)]
    assert upload_with(Answers(*shards, workers=workers), journal, 5) == shards


def test_shard_sent_while_another_failed_is_remembered(journal: Journal) -> None:
    with pytest.raises(RefusedError, match="No"):
        upload_with(Answers(sent(0), RefusedError("No")), journal, 2)
    assert journal.get("data/0", "key of data/0") == sent(0)


@pytest.mark.timeout(20)
def test_work_that_has_not_begun_is_cancelled_once_a_shard_failed(journal: Journal) -> None:
    executor = Answers(None, None, RefusedError("No"))
    with pytest.raises(RefusedError):
        upload_with(executor, journal, 3)
    assert [future.cancelled() for future in executor.futures] == [True, True, False]


def test_killed_worker_is_reported(journal: Journal) -> None:
    with pytest.raises(WorkersLostError, match="terminated"):
        upload_with(Answers(BrokenExecutor("terminated abruptly")), journal, 1)


def test_busy_hub_is_not_waited_for_once_a_shard_failed(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped = []
    both = threading.Barrier(2, timeout=30)

    class OneShard:
        def __init__(self, stop: threading.Event) -> None:
            self.stop = stop
            self.path = ""

        def has_room(self, _: int) -> bool:
            return not self.path

        def write(self, pending: Any) -> None:
            self.path = pending.job.shard.path

        def send(self) -> list[ShardResult]:
            both.wait()
            if self.path == "data/0":
                raise RefusedError("No")
            stopped.append(self.stop.wait(30))
            return [ShardResult(sent(1))]

    monkeypatch.setattr(upload, "open_batch", lambda *arguments: OneShard(arguments[-1]))
    with pytest.raises(RefusedError):
        upload_with(None, journal, 2)
    assert stopped == [True]
    assert journal.get("data/1", "key of data/1") == sent(1)


def test_executor_that_was_shut_down_is_reported(journal: Journal) -> None:
    executor = ThreadPoolExecutor(1)
    executor.shutdown()
    with pytest.raises(WorkersLostError, match="after shutdown"):
        upload_with(executor, journal, 1)

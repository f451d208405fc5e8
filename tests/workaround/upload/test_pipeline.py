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

from mockhub.server.process import Hub
from tests.support.constants import REPO
from tests.support.workaround.pushing import MakeNifti, contents, loaded, sessions
from workaround import push_to_hub
from workaround.errors import RefusedError, WorkersLostError
from workaround.hub.repository import Repository
from workaround.upload import pipeline as upload
from workaround.upload import shard as shards
from workaround.upload.journal import Journal, UploadedShard, open_journal
from workaround.upload.progress import show_progress
from workaround.upload.remote import ShardResult


class Watch:
    """Looks on as shards are written and sent.

    Attributes:
        files: Most of them at a time.
        sent: Most of them on their way at a time.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch, together: int) -> None:
        """No shard is sent before two are written and so many of them on their way."""
        self.files = self.sent = 0
        self._written = self._sending = 0
        self._two = threading.Event()
        self._barrier = threading.Barrier(together, timeout=30)
        self._lock = threading.Lock()
        self._write, self._send = shards.write, shards.send
        monkeypatch.setattr(upload, "write", self.write)
        monkeypatch.setattr(upload, "send", self.send)

    def write(self, job: Any, folder: Path) -> Any:
        written = self._write(job, folder)
        self.files = max(self.files, len(list(folder.iterdir())))
        self._written += 1
        if self._written == 2:
            self._two.set()
        return written

    def send(self, *arguments: Any) -> Any:
        with self._lock:
            self._sending += 1
            self.sent = max(self.sent, self._sending)
        try:
            assert self._two.wait(timeout=30)
            self._barrier.wait()
            return self._send(*arguments)
        finally:
            with self._lock:
                self._sending -= 1


@pytest.mark.parametrize(
    "together",
    [pytest.param(1, id="xet"), pytest.param(2, id="lfs", marks=pytest.mark.hub(xet=False))],
)
def test_next_shard_is_written_or_sent_too_and_there_are_two_files_at_most(
    hub: Hub, make_nifti: MakeNifti, monkeypatch: pytest.MonkeyPatch, together: int
) -> None:
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", together == 2)
    watch = Watch(monkeypatch, together)
    rows = sessions(make_nifti)
    push_to_hub(rows, REPO, num_shards=6)
    assert (watch.files, watch.sent) == (2, together)
    assert loaded(REPO) == contents(rows)


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
    monkeypatch.setattr(upload, "task", lambda job, *_: job)
    with open_journal("somewhere") as journal:
        yield journal


def job(number: int) -> Any:
    return SimpleNamespace(shard=SimpleNamespace(path=f"data/{number}", nbytes=1))


def sent(number: int) -> UploadedShard:
    return UploadedShard(f"data/{number}", f"key of data/{number}", "0" * 64, 1, None)


def upload_with(executor: Executor | None, journal: Journal, count: int) -> list[UploadedShard]:
    repository = Repository("https://hub", REPO)
    with show_progress(count, count) as progress:
        return upload.upload_shards(map(job, range(count)), journal, repository, executor, progress)


@pytest.mark.parametrize("workers", [1, 4, None])
def test_shards_of_workers_come_in_order(journal: Journal, workers: int | None) -> None:
    shards = [sent(number) for number in range(5)]
    assert upload_with(Answers(*shards, workers=workers), journal, 5) == shards


def test_shard_sent_while_another_failed_is_remembered(journal: Journal) -> None:
    with pytest.raises(RefusedError, match="No"):
        upload_with(Answers(RefusedError("No"), sent(1)), journal, 2)
    assert journal.get("data/1", "key of data/1") == sent(1)


@pytest.mark.timeout(20)
def test_work_that_has_not_begun_is_cancelled_once_a_shard_failed(journal: Journal) -> None:
    executor = Answers(RefusedError("No"), None, None)
    with pytest.raises(RefusedError):
        upload_with(executor, journal, 3)
    assert [future.cancelled() for future in executor.futures] == [False, True, True]


def test_killed_worker_is_reported(journal: Journal) -> None:
    with pytest.raises(WorkersLostError, match="terminated"):
        upload_with(Answers(BrokenExecutor("terminated abruptly")), journal, 1)


def test_busy_hub_is_not_waited_for_once_a_shard_failed(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped = []
    both = threading.Barrier(2, timeout=30)

    def send(_: Any, path: str, key: str, __: Repository, stop: threading.Event) -> Any:
        both.wait()
        if path == "data/0":
            raise RefusedError("No")
        stopped.append(stop.wait(30))
        return sent(1), None

    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
    monkeypatch.setattr(upload, "write", lambda *_: None)
    monkeypatch.setattr(upload, "send", send)
    with pytest.raises(RefusedError):
        upload_with(None, journal, 2)
    assert stopped == [True]
    assert journal.get("data/1", "key of data/1") == sent(1)


def test_executor_that_was_shut_down_is_reported(journal: Journal) -> None:
    executor = ThreadPoolExecutor(1)
    executor.shutdown()
    with pytest.raises(WorkersLostError, match="after shutdown"):
        upload_with(executor, journal, 1)

"""Shards in workers of other processes and machines."""

from __future__ import annotations

import logging
import os
import pickle
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from datasets import Dataset

from tests.support.constants import REPO
from tests.support.workaround.pushing import MakeNifti, sessions
from workaround.arrow.files import Files
from workaround.hub.repository import Repository
from workaround.planning.plan import plan
from workaround.upload import remote
from workaround.upload.journal import UploadedShard
from workaround.upload.remote import ShardTask, run, task
from workaround.upload.shard import PendingShard, ShardJob, ShardResult

SECRET = "hf_5EC2E7"
UPLOADED = UploadedShard("data/a", "key", "0" * 64, 1, None)


def shard_job(rows: Dataset) -> ShardJob:
    (split,) = plan(rows).splits
    (shard,) = split.shards
    return ShardJob("train", shard, rows, Files(SECRET), fill=True, embed=True)


def shard_task(rows: Dataset, executor: Executor, folder: Path) -> ShardTask:
    repository = Repository("https://hub", REPO, token=SECRET)
    return task(PendingShard(shard_job(rows), "key", "lfs"), repository, folder, executor)


def test_rows_travel_without_their_cache_file(make_nifti: MakeNifti, tmp_path: Path) -> None:
    rows = sessions(make_nifti)
    rows.save_to_disk(tmp_path / "cache")
    mapped = Dataset.load_from_disk(tmp_path / "cache")
    expected = mapped[:]
    sent = pickle.dumps(shard_task(mapped, Executor(), tmp_path / "elsewhere"))
    assert str(tmp_path / "cache").encode() not in sent
    for file in (tmp_path / "cache").iterdir():
        file.unlink()
    received: ShardTask = pickle.loads(sent)
    assert received.shard().job.rows[:] == expected
    assert received.shard().job.rows.features == rows.features


def test_rows_for_workers_of_this_machine_are_not_copied(
    make_nifti: MakeNifti, tmp_path: Path
) -> None:
    rows = sessions(make_nifti)
    with ThreadPoolExecutor(1) as executor:
        assert shard_task(rows, executor, tmp_path).shard().job.rows is rows


def test_token_is_in_no_representation(make_nifti: MakeNifti, tmp_path: Path) -> None:
    made = shard_task(sessions(make_nifti), Executor(), tmp_path)
    assert made.repository.token == made.pending.job.files.token == SECRET
    assert SECRET not in repr(made) + str(made) + repr(made.pending.job) + repr(made.repository)


def test_token_of_this_machine_travels_to_others(
    make_nifti: MakeNifti, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, "get_token", lambda: SECRET)
    job = replace(shard_job(sessions(make_nifti)), files=Files())
    pending = PendingShard(job, "key", "lfs")
    made = task(pending, Repository("https://hub", REPO), tmp_path, Executor())
    assert made.repository.token == made.pending.job.files.token == SECRET


@pytest.fixture
def folders(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Folders that shards were written to; nothing is sent."""
    folders: list[Path] = []

    class Unsent:
        def write(self, _: PendingShard) -> None:
            logging.getLogger("workaround").info("writing %s", "a shard")

        def send(self) -> list[ShardResult]:
            return [ShardResult(UPLOADED)]

    def open_batch(_: Repository, folder: Path, *__: object) -> Unsent:
        folders.append(folder)
        assert folder.is_dir()
        return Unsent()

    monkeypatch.setattr(remote, "open_batch", open_batch)
    return folders


def test_worker_that_does_not_see_the_folder_uses_one_of_its_own(
    make_nifti: MakeNifti, tmp_path: Path, folders: list[Path]
) -> None:
    made = shard_task(sessions(make_nifti), Executor(), tmp_path)
    assert run(made).shard == UPLOADED
    run(replace(made, folder=tmp_path / "none"))
    assert folders[0] == tmp_path
    assert folders[1] != tmp_path / "none"
    assert not folders[1].exists()


def test_log_of_another_process_comes_with_the_result(
    make_nifti: MakeNifti, tmp_path: Path, folders: list[Path]
) -> None:
    made = shard_task(sessions(make_nifti), Executor(), tmp_path)
    elsewhere = replace(made, origin=("another", 1), level=logging.INFO)
    (record,) = pickle.loads(pickle.dumps(run(elsewhere).records))
    assert record.getMessage() == "writing a shard"
    assert run(replace(elsewhere, level=logging.WARNING)).records == ()
    assert run(replace(made, level=logging.INFO)).records == ()


def test_worker_gets_its_own_rows_only(tmp_path: Path) -> None:
    rows = Dataset.from_dict({"content": [os.urandom(1000) for _ in range(100)]}).select(range(10))
    with ProcessPoolExecutor(1) as executor:
        sent = pickle.dumps(shard_task(rows, executor, tmp_path))
    assert 10 * 1000 < len(sent) < 20 * 1000
    assert pickle.loads(sent).shard().job.rows[:] == rows[:]

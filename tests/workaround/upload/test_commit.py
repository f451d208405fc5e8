"""The commit: conflicts, busy moments, lost answers and uploads too large for one."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from datasets import Dataset, DatasetDict, load_dataset
from huggingface_hub import CommitOperationAdd, HfApi, get_repo_discussions

from mockhub.server.process import Hub
from tests.support.constants import REPO
from tests.support.workaround.pushing import (
    MakeNifti,
    contents,
    loaded,
    parquet_files,
    sessions,
    tree,
)
from workaround import push_to_hub
from workaround.errors import CheckError, RefusedError
from workaround.planning import hub_limits as limits
from workaround.upload import commit
from workaround.upload.commit import split_parts
from workaround.upload.journal import UploadedShard


@pytest.fixture
def numbers() -> Dataset:
    return Dataset.from_dict({"n": list(range(100))})


@pytest.mark.parametrize("status", [409, 412, 429, 500, 502, 503, 504])
def test_busy_moment_of_the_hub_is_waited_out(hub: Hub, numbers: Dataset, status: int) -> None:
    hub.fail("POST", "/commit/", status=status, count=2, headers={"Retry-After": "0"})
    push_to_hub(numbers, REPO)
    commits = [request.status for request in hub.requests() if "/commit/" in request.path]
    assert commits == [status, status, 200]
    assert len(load_dataset(REPO, split="train")) == 100


def test_card_that_somebody_else_changed_meanwhile_is_merged(
    hub: Hub, numbers: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    push_to_hub(numbers, REPO)
    original = HfApi.create_commit
    done = threading.Event()

    def commit_after_somebody_else(api: HfApi, *args: Any, **kwargs: Any) -> Any:
        if not done.is_set():
            done.set()
            push_to_hub(numbers.select(range(5)), REPO, "other")
        return original(api, *args, **kwargs)

    monkeypatch.setattr(HfApi, "create_commit", commit_after_somebody_else)
    push_to_hub(numbers.select(range(7)), REPO, split="test")
    monkeypatch.undo()
    statuses = [request.status for request in hub.requests() if "/commit/" in request.path]
    assert 412 in statuses
    assert len(load_dataset(REPO, "other", split="train")) == 5
    assert {name: len(rows) for name, rows in load_dataset(REPO).items()} == {
        "train": 100,
        "test": 7,
    }


def test_refusal_ends_the_push_at_once_and_keeps_the_shards(hub: Hub, numbers: Dataset) -> None:
    hub.fail("POST", "/commit/", status=403)
    with pytest.raises(RefusedError, match="write access"):
        push_to_hub(numbers, REPO)
    assert sum("/commit/" in request.path for request in hub.requests()) == 1
    sent = sum("/shards" in request.path for request in hub.requests())
    push_to_hub(numbers, REPO)
    assert sum("/shards" in request.path for request in hub.requests()) == sent


def shard(number: int, size: int, oid: str | None) -> UploadedShard:
    return UploadedShard(f"data/{number}", "key", "0" * 64, size, oid)


def test_parts_hold_what_one_commit_can_take(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commit, "MAX_OPERATIONS", 3)
    monkeypatch.setattr(commit, "MAX_PAYLOAD", 100)
    lfs = [shard(number, 10**9, None) for number in range(7)]
    assert [len(part) for part in split_parts(lfs)] == [3, 3, 1]
    regular = [shard(number, 60, "oid") for number in range(2)]
    assert [len(part) for part in split_parts([*lfs[:2], *regular])] == [3, 1]
    assert list(split_parts([])) == []
    full = [shard(number, size, "oid") for number, size in enumerate((60, 40, 41, 1))]
    assert [len(part) for part in split_parts(full)] == [2, 2]
    uneven = [shard(number, size, "oid") for number, size in enumerate((60, 41, 41))]
    assert [len(part) for part in split_parts(uneven)] == [1, 2]


@pytest.mark.parametrize(
    (),
    [
        pytest.param(id="xet"),
        pytest.param(id="regular", marks=pytest.mark.hub(upload_mode="regular")),
    ],
)
def test_too_many_shards_for_one_commit_appear_in_one_step(
    hub: Hub, make_nifti: MakeNifti, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = sessions(make_nifti)
    push_to_hub(rows.select([1]), REPO)
    monkeypatch.setattr(commit, "MAX_OPERATIONS", 4)
    push_to_hub(rows, REPO, num_shards=6, commit_message="All of it")
    assert len(parquet_files(REPO)) == 6
    assert loaded(REPO) == contents(rows)
    history = HfApi().list_repo_commits(REPO, repo_type="dataset")
    trees = [parquet_files(REPO, commit.commit_id) for commit in history]
    assert [len(files) for files in trees] == [6, 1, 0]
    (discussion,) = get_repo_discussions(REPO, repo_type="dataset")
    assert (discussion.status, discussion.title) == ("merged", "All of it")


def test_too_many_shards_for_one_commit_in_a_pull_request(
    hub: Hub, make_nifti: MakeNifti, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = sessions(make_nifti)
    push_to_hub(rows.select([1]), REPO)
    before = tree(REPO)
    monkeypatch.setattr(commit, "MAX_OPERATIONS", 4)
    info = push_to_hub(rows, REPO, num_shards=6, create_pr=True)
    assert info.pr_num == 1
    assert loaded(REPO, revision="refs/pr/1") == contents(rows)
    assert tree(REPO) == before


def test_pull_request_whose_answer_is_lost_is_not_opened_twice(hub: Hub, numbers: Dataset) -> None:
    push_to_hub(numbers, REPO)
    hub.fail("POST", "/commit/", lose_answer=True)
    info = push_to_hub(numbers.select(range(3)), REPO, create_pr=True)
    (discussion,) = get_repo_discussions(REPO, repo_type="dataset")
    assert (info.pr_num, discussion.status) == (1, "open")
    assert info.oid == HfApi().repo_info(REPO, repo_type="dataset", revision="refs/pr/1").sha
    assert push_to_hub(numbers.select(range(4)), REPO, create_pr=True).pr_num == 2
    assert push_to_hub(numbers.select(range(3)), REPO, create_pr=True).pr_num == 1
    HfApi().change_discussion_status(REPO, 1, "closed", repo_type="dataset")
    assert push_to_hub(numbers.select(range(3)), REPO, create_pr=True).pr_num == 3


def test_pull_request_with_another_card_is_not_taken_for_this(hub: Hub, numbers: Dataset) -> None:
    push_to_hub(numbers, REPO, split="test")
    push_to_hub(numbers, REPO, create_pr=True)
    card = HfApi().hf_hub_download(REPO, "README.md", repo_type="dataset", revision="refs/pr/1")
    HfApi().create_commit(
        REPO,
        [CommitOperationAdd("README.md", Path(card).read_bytes() + b"More.\n")],
        commit_message="More",
        repo_type="dataset",
        revision="refs/pr/1",
    )
    assert push_to_hub(numbers, REPO, create_pr=True).pr_num == 2


def test_pull_request_that_leaves_a_stale_shard_is_not_taken_for_this(
    hub: Hub, numbers: Dataset
) -> None:
    push_to_hub(numbers, REPO)
    (stale,) = parquet_files(REPO)
    assert push_to_hub(numbers, REPO, num_shards=2, create_pr=True).pr_num == 1
    HfApi().create_commit(
        REPO,
        [CommitOperationAdd(stale, b"back again")],
        commit_message="Mine",
        repo_type="dataset",
        revision="refs/pr/1",
    )
    assert push_to_hub(numbers, REPO, num_shards=2, create_pr=True).pr_num == 2


def test_files_that_stay_count_for_the_limits_of_the_hub(
    hub: Hub, numbers: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "FOLDER_FILES", 5)
    push_to_hub(numbers, REPO, split="train", num_shards=3)
    push_to_hub(numbers, REPO, split="train", num_shards=5)  # in place of the three
    push_to_hub(numbers, REPO, split="train", num_shards=3)
    before = tree(REPO)
    hub.clear_requests()
    with pytest.raises(CheckError, match="data: 6 files are over the 5"):
        push_to_hub(numbers, REPO, split="test", num_shards=3)
    assert tree(REPO) == before
    assert not hub.requests("POST", "lfs|commit")


def test_pull_request_that_cannot_be_merged_is_closed_and_opened_again(
    hub: Hub, make_nifti: MakeNifti, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = sessions(make_nifti)
    monkeypatch.setattr(commit, "MAX_OPERATIONS", 4)
    hub.fail("POST", "/merge", status=409, headers={"Retry-After": "0"})
    push_to_hub(rows, REPO, num_shards=6)
    assert loaded(REPO) == contents(rows)
    statuses = {pull.num: pull.status for pull in get_repo_discussions(REPO, repo_type="dataset")}
    assert statuses == {1: "closed", 2: "merged"}


def test_pull_request_that_may_not_be_merged_is_closed(
    hub: Hub, make_nifti: MakeNifti, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commit, "MAX_OPERATIONS", 4)
    hub.fail("POST", "/merge", status=403)
    with pytest.raises(RefusedError):
        push_to_hub(sessions(make_nifti), REPO, num_shards=6)
    (discussion,) = get_repo_discussions(REPO, repo_type="dataset")
    assert discussion.status == "closed"
    assert parquet_files(REPO) == []


def test_request_that_the_hub_does_not_accept_is_sent_once(hub: Hub, numbers: Dataset) -> None:
    hub.fail("POST", "/commit/", status=400)
    with pytest.raises(RefusedError):
        push_to_hub(numbers, REPO)
    assert len(hub.requests("POST", "/commit/")) == 1


def test_files_in_folders_below_stay(hub: Hub, numbers: Dataset) -> None:
    others = ["data/train-old/a.parquet", "data/old/train-00000-of-00001.parquet"]
    push_to_hub(numbers, REPO)
    HfApi().create_commit(
        REPO,
        [CommitOperationAdd(path, b"PAR1") for path in others],
        commit_message="Others",
        repo_type="dataset",
    )
    push_to_hub(numbers, REPO, num_shards=2)
    assert set(others) < tree(REPO).keys()
    push_to_hub(DatasetDict({"train": numbers}), REPO)
    assert set(others) < tree(REPO).keys()


@pytest.mark.parametrize("options", [{}, {"status": 504}])
def test_commit_whose_answer_is_lost_is_not_made_twice(
    hub: Hub, numbers: Dataset, options: dict[str, int]
) -> None:
    hub.fail("POST", "/commit/", lose_answer=True, **options)
    info = push_to_hub(numbers, REPO)
    history = HfApi().list_repo_commits(REPO, repo_type="dataset")
    assert [commit.title for commit in history] == ["Upload dataset", "initial commit"]
    assert info.oid == history[0].commit_id
    assert len(load_dataset(REPO, split="train")) == 100


@pytest.mark.parametrize(
    "fault",
    [
        {"reset_after": 1000},
        {"lose_answer": True},
        {"status": 429, "headers": {"Retry-After": "0"}},
        {"corrupt": "request"},
    ],
)
@pytest.mark.parametrize(
    "route",
    [
        "/xorbs/",
        "/shards",
        pytest.param("/lfs-storage/", marks=pytest.mark.hub(xet=False)),
        pytest.param("/batch", marks=pytest.mark.hub(xet=False)),
    ],
)
def test_broken_connection_while_shards_are_sent(
    hub: Hub, make_nifti: MakeNifti, fault: dict[str, Any], route: str
) -> None:
    if route == "/batch" and "corrupt" in fault:
        pytest.skip("no hash tells the Hub that such a request is damaged")
    hub.fail("*", route, **fault)
    rows = sessions(make_nifti)
    push_to_hub(rows, REPO, num_shards=2)
    assert loaded(REPO) == contents(rows)


def test_merge_whose_answer_is_lost_is_not_made_twice(
    hub: Hub, make_nifti: MakeNifti, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = sessions(make_nifti)
    monkeypatch.setattr(commit, "MAX_OPERATIONS", 4)
    hub.fail("POST", "/merge", lose_answer=True)
    push_to_hub(rows, REPO, num_shards=6)
    assert loaded(REPO) == contents(rows)
    (discussion,) = get_repo_discussions(REPO, repo_type="dataset")
    assert discussion.status == "merged"


def test_file_added_meanwhile_stays(hub: Hub, numbers: Dataset) -> None:
    push_to_hub(numbers, REPO)
    HfApi().create_commit(
        REPO,
        [CommitOperationAdd("notes.txt", b"Hello")],
        commit_message="Notes",
        repo_type="dataset",
    )
    push_to_hub(numbers.select(range(3)), REPO)
    assert "notes.txt" in tree(REPO)

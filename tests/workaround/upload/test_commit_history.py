"""Commits to a repository that others write to: a push takes away only what a push has brought."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from datasets import Dataset, DatasetDict, load_dataset
from huggingface_hub import HfApi, hf_hub_download

from mockhub.server.process import Hub
from tests.support.constants import REPO
from tests.support.workaround.pushing import parquet_files, tree
from tests.support.workaround.stored import upload
from workaround import CardConflictError, ForeignFilesError, push_to_hub
from workaround.upload import commit

NUMBERS = Dataset.from_dict({"n": [1, 2, 3]})


def card() -> bytes:
    return Path(hf_hub_download(REPO, "README.md", repo_type="dataset")).read_bytes()


def another_writer_before(
    monkeypatch: pytest.MonkeyPatch, method: str, action: Callable[[], object]
) -> None:
    """Let another writer act once, right before the next call of a method of the client."""
    original = getattr(HfApi, method)
    pending = [action]

    def call(api: HfApi, *args: Any, **kwargs: Any) -> Any:
        while pending:
            pending.pop()()
        return original(api, *args, **kwargs)

    monkeypatch.setattr(HfApi, method, call)


@pytest.mark.parametrize(
    ("config_name", "path"),
    [
        ("default", "data/participants.tsv"),
        ("default", "data/other-00000-of-00001.parquet"),
        ("anat", "anat/sub-1_T1w.nii.gz"),
    ],
)
def test_dataset_dict_leaves_the_files_of_others(hub: Hub, config_name: str, path: str) -> None:
    push_to_hub(DatasetDict({"train": NUMBERS, "old": NUMBERS}), REPO, config_name)
    upload(REPO, {path: b"by hand"})
    oid = tree(REPO)[path]
    push_to_hub(DatasetDict({"train": NUMBERS.select([0])}), REPO, config_name)
    assert tree(REPO)[path] == oid
    assert load_dataset(REPO, config_name)["train"]["n"] == [1]
    assert [name for name in parquet_files(REPO) if "old" in name] == []


@pytest.mark.parametrize("dataset", [NUMBERS, DatasetDict({"train": NUMBERS})])
def test_file_that_would_be_loaded_as_data_is_refused_before_a_byte_goes_out(
    hub: Hub, dataset: Any
) -> None:
    upload(REPO, {"data/train-notes.tsv": b"n\n1\n"})
    before = tree(REPO)
    hub.clear_requests()
    with pytest.raises(ForeignFilesError, match=r"data/train-notes\.tsv: would be loaded as data"):
        push_to_hub(dataset, REPO)
    assert tree(REPO) == before
    assert not hub.requests("*", "lfs|xet|preupload|commit/")


def test_file_that_comes_in_the_way_meanwhile_is_not_lost(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    push_to_hub(NUMBERS, REPO)
    path = "data/train-notes.tsv"
    another_writer_before(monkeypatch, "create_commit", lambda: upload(REPO, {path: b"n\n1\n"}))
    with pytest.raises(ForeignFilesError, match="train-notes"):
        push_to_hub(NUMBERS.select([0]), REPO)
    assert path in tree(REPO)


def test_second_config_in_one_folder_is_refused(hub: Hub) -> None:
    push_to_hub(NUMBERS, REPO)
    with pytest.raises(CardConflictError, match="Config 'default' has its shards in the folder"):
        push_to_hub(NUMBERS, REPO, "other", data_dir="data", split="test")


@pytest.mark.filterwarnings("ignore:Warnings while validating metadata")
def test_card_with_a_byte_order_mark_keeps_one_block(hub: Hub) -> None:
    upload(REPO, {"README.md": b"\xef\xbb\xbf---\nlicense: mit\n---\n# Hello\n"})
    push_to_hub(NUMBERS, REPO)
    assert card().startswith(b"---\nlicense: mit\ndataset_info:")
    assert card().count(b"---\n") == 2
    assert load_dataset(REPO, split="train")["n"] == [1, 2, 3]


def test_card_that_is_a_large_file_is_read_and_written_once(hub: Hub) -> None:
    attributes = b"*.md filter=lfs diff=lfs merge=lfs -text\n*.parquet filter=lfs -text\n"
    upload(REPO, {".gitattributes": attributes})
    upload(REPO, {"README.md": b"---\nlicense: mit\n---\n# Hello\n"})
    first = push_to_hub(NUMBERS, REPO)
    assert card().startswith(b"---\nlicense: mit\n")
    assert push_to_hub(NUMBERS, REPO).oid == first.oid


def test_card_that_is_a_folder_is_refused(hub: Hub) -> None:
    upload(REPO, {"README.md/a.txt": b"a"})
    with pytest.raises(CardConflictError, match=r"README\.md of the repository is a folder"):
        push_to_hub(NUMBERS, REPO)


@pytest.mark.parametrize("method", ["create_commit", "create_pull_request", "merge_pull_request"])
def test_card_that_changes_while_parts_are_committed_is_merged(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    push_to_hub(NUMBERS, REPO)
    monkeypatch.setattr(commit, "MAX_OPERATIONS", 2)

    def edit() -> None:
        upload(REPO, {"README.md": card().replace(b"---\n", b"---\nlicense: mit\n", 1)})

    another_writer_before(monkeypatch, method, edit)
    push_to_hub(NUMBERS.select([2]), REPO, num_shards=3)
    assert b"license: mit" in card()
    assert load_dataset(REPO, split="train")["n"] == [3]


def test_card_of_a_branch_that_changes_while_parts_are_committed_is_merged(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    push_to_hub(NUMBERS, REPO, revision="dev")
    monkeypatch.setattr(commit, "MAX_OPERATIONS", 2)

    def edit() -> None:
        path = hf_hub_download(REPO, "README.md", repo_type="dataset", revision="dev")
        text = Path(path).read_bytes().replace(b"---\n", b"---\nlicense: mit\n", 1)
        upload(REPO, {"README.md": text}, revision="dev")

    another_writer_before(monkeypatch, "create_commit", edit)
    push_to_hub(NUMBERS.select([2]), REPO, num_shards=3, revision="dev")
    after = hf_hub_download(REPO, "README.md", repo_type="dataset", revision="dev")
    assert b"license: mit" in Path(after).read_bytes()
    assert load_dataset(REPO, split="train", revision="dev")["n"] == [3]

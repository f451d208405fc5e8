"""Rows that are appended to a split on the Hub."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from datasets import Dataset, DatasetDict, Features, List, Value, load_dataset
from huggingface_hub import DatasetCard, HfApi, constants
from huggingface_hub.hf_api import RepoFile

from mockhub.server.process import Hub
from tests.support.constants import REPO
from tests.support.workaround.pushing import (
    IMAGE,
    MakeNifti,
    contents,
    in_every_mode,
    loaded,
    parquet_files,
    preuploads,
    tree,
)
from tests.support.workaround.stored import upload as upload_files
from workaround import CardConflictError, CheckError, RefusedError, plan, push_to_hub, verify
from workaround.errors import ArgumentError

FEATURES = Features({"subject_id": Value("string"), "age": Value("int64"), "t1w": IMAGE})
Sessions = Callable[..., Dataset]


@pytest.fixture
def sessions(make_nifti: MakeNifti) -> Sessions:
    def make(*subjects: int, version: str = "a") -> Dataset:
        files = [make_nifti(f"sub-{n}{version}_T1w.nii", 20_000 + 100 * n) for n in subjects]
        table = {
            "subject_id": [f"sub-{n}" for n in subjects],
            "age": [n + ord(version) for n in subjects],
            "t1w": list(map(str, files)),
        }
        return Dataset.from_dict(table, features=FEATURES)

    return make


def info() -> Any:
    return DatasetCard.load(REPO, repo_type="dataset").data["dataset_info"]


def elsewhere(rows: Dataset) -> None:
    """Append rows on another machine, which has its own journal."""
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as home:
        patch.setattr(constants, "HF_HOME", home)
        push_to_hub(rows, REPO, append=True)


def shard_bytes() -> int:
    items = HfApi().list_repo_tree(REPO, "data", repo_type="dataset")
    return sum(item.size for item in items if isinstance(item, RepoFile))


def before_the_commit(monkeypatch: pytest.MonkeyPatch, action: Callable[[], object]) -> None:
    """Let another writer act once, right before the next commit."""
    original, pending = HfApi.create_commit, [action]

    def call(api: HfApi, *args: Any, **kwargs: Any) -> Any:
        while pending:
            pending.pop()()
        return original(api, *args, **kwargs)

    monkeypatch.setattr(HfApi, "create_commit", call)


@in_every_mode
def test_rows_follow_those_on_the_hub_whose_shards_remain(hub: Hub, sessions: Sessions) -> None:
    push_to_hub(sessions(0, 1, 2), REPO, num_shards=2)
    before, sent = tree(REPO), preuploads(hub)
    push_to_hub(sessions(3, 4), REPO, append=True, num_shards=2)
    assert parquet_files(REPO) == [
        "data/train-00000-of-00002.parquet",
        "data/train-00001-of-00002.parquet",
        "data/train-00002-of-00004.parquet",
        "data/train-00003-of-00004.parquet",
    ]
    after = tree(REPO)
    assert {path: after[path] for path in before if path != "README.md"} == {
        path: oid for path, oid in before.items() if path != "README.md"
    }
    assert preuploads(hub) - sent == 1 + 1  # all shards at once, and the commit's card
    assert not list((hub.home / "workaround").glob("*.sqlite"))
    everything = sessions(0, 1, 2, 3, 4)
    assert loaded(REPO) == contents(everything)
    verify(REPO, everything, level="full")
    assert info()["splits"][0]["num_examples"] == 5
    assert info()["download_size"] == shard_bytes()
    assert info()["dataset_size"] == plan(everything).splits[0].num_bytes


def test_push_after_an_append_replaces_all_shards(hub: Hub, sessions: Sessions) -> None:
    push_to_hub(sessions(0), REPO)
    push_to_hub(sessions(1), REPO, append=True)
    push_to_hub(sessions(5), REPO)
    assert parquet_files(REPO) == ["data/train-00000-of-00001.parquet"]


def test_push_of_upstream_after_an_append_replaces_all_shards(hub: Hub) -> None:
    rows = Dataset.from_dict({"n": [1, 2]})
    push_to_hub(rows, REPO)
    push_to_hub(rows, REPO, append=True)
    rows.push_to_hub(REPO)
    assert parquet_files(REPO) == ["data/train-00000-of-00001.parquet"]
    assert load_dataset(REPO, split="train")["n"] == [1, 2]


def test_append_goes_behind_an_upload_of_upstream(hub: Hub) -> None:
    Dataset.from_dict({"n": [1, 2]}).push_to_hub(REPO, num_shards=2)
    push_to_hub(Dataset.from_dict({"n": [3]}), REPO, append=True)
    assert load_dataset(REPO, split="train")["n"] == [1, 2, 3]


def test_splits_that_do_not_exist_begin(hub: Hub, sessions: Sessions) -> None:
    push_to_hub(sessions(0), REPO, split="old")
    both = DatasetDict({"train": sessions(1), "test": sessions(2)})
    push_to_hub(both, REPO, append=True)
    push_to_hub(DatasetDict({"test": sessions(3)}), REPO, append=True)
    result = {name: rows["subject_id"] for name, rows in load_dataset(REPO).items()}
    assert result == {"old": ["sub-0"], "train": ["sub-1"], "test": ["sub-2", "sub-3"]}


def test_rows_on_the_hub_are_refused_by_name(hub: Hub, sessions: Sessions) -> None:
    push_to_hub(sessions(0, 1, 2), REPO, num_shards=3)
    before = tree(REPO)
    with pytest.raises(CheckError) as caught:
        push_to_hub(sessions(3, 1), REPO, append=True)
    (problem,) = caught.value.problems
    assert (problem.row, problem.column) == (1, "subject_id")
    assert "sub-1 is on the Hub already, in data/train-00001-of-00003.parquet" in problem.reason
    with pytest.raises(CheckError, match="key of 2 of these rows"):
        push_to_hub(sessions(3, 3), REPO, append=True)
    assert tree(REPO) == before


def test_update_rewrites_only_the_shards_of_the_rows(hub: Hub, sessions: Sessions) -> None:
    push_to_hub(sessions(0, 1, 2, 3, 4, 5), REPO, num_shards=3)
    before, sent = tree(REPO), preuploads(hub)
    new = Dataset.from_list(
        [*sessions(9), *sessions(3, version="b"), *sessions(8)], features=FEATURES
    )
    push_to_hub(new, REPO, append=True, update=True, verify="full")
    after = tree(REPO)
    changed = {path for path in after if after[path] != before.get(path)}
    assert changed == {
        "README.md",
        "data/train-00001-of-00003.parquet",
        "data/train-00003-of-00004.parquet",
    }
    assert preuploads(hub) - sent == 1 + 1
    result = [*sessions(0, 1, 2), *sessions(3, version="b"), *sessions(4, 5, 9, 8)]
    everything = Dataset.from_list(result, features=FEATURES)
    assert loaded(REPO) == contents(everything)
    verify(REPO, everything, level="full")
    assert info()["splits"][0]["num_examples"] == 8
    assert info()["download_size"] == shard_bytes()
    planned = plan(everything).splits[0].num_bytes
    assert info()["dataset_size"] == pytest.approx(planned, rel=0.05)  # an estimate: Arrow pads
    push_to_hub(sessions(0, version="b"), REPO, append=True, update=True)  # no new shard
    assert len(parquet_files(REPO)) == 4
    assert loaded(REPO)[:2] == contents([*sessions(0, version="b"), *sessions(1)])


def test_key_is_of_the_columns_that_were_named(hub: Hub, sessions: Sessions) -> None:
    push_to_hub(sessions(0), REPO)
    push_to_hub(sessions(0, version="b"), REPO, append=True, key=["subject_id", "age"])
    with pytest.raises(CheckError, match="key of 2 rows on the Hub"):
        push_to_hub(sessions(0, version="c"), REPO, append=True, update=True)
    with pytest.raises(ArgumentError, match="names 'site'"):
        push_to_hub(sessions(1), REPO, append=True, key="site")
    with pytest.raises(ArgumentError, match="no texts or numbers"):
        push_to_hub(sessions(1), REPO, append=True, key="t1w")
    with pytest.raises(ArgumentError, match="update needs a key"):
        push_to_hub(Dataset.from_dict({"n": [1]}), "user/n", append=True, update=True)


def test_other_features_are_refused_by_column(hub: Hub, sessions: Sessions) -> None:
    push_to_hub(sessions(0), REPO)
    new = sessions(1).rename_column("t1w", "t2w").cast_column("age", Value("float64"))
    with pytest.raises(CheckError) as caught:
        push_to_hub(new, REPO, append=True)
    assert [problem.column for problem in caught.value.problems] == ["t2w"]
    new = sessions(1).cast_column("age", Value("string"))
    with pytest.raises(CheckError, match="'age': is string here, and int64 on the Hub"):
        push_to_hub(new, REPO, append=True)
    order = ["t1w", "age", "subject_id"]
    push_to_hub(sessions(1).select_columns(order), REPO, append=True)
    assert loaded(REPO) == contents(sessions(0, 1))


def test_rows_take_the_features_of_the_hub(hub: Hub, sessions: Sessions) -> None:
    both = DatasetDict({"train": sessions(0), "test": sessions(1)})
    push_to_hub(both.cast_column("age", Value("float64")), REPO)
    push_to_hub(sessions(2).remove_columns("t1w"), REPO, append=True, verify="full")
    push_to_hub(sessions(3).cast_column("age", Value("int32")), REPO, append=True, verify="full")
    rows = load_dataset(REPO, split="train")
    assert rows.features["age"] == Value("float64")
    assert rows["age"][:] == [97.0, 99.0, 100.0]
    assert [row["bytes"] is None if row else True for row in rows.data["t1w"].to_pylist()] == [
        False,
        True,
        False,
    ]
    with pytest.raises(CheckError, match="'subject_id': is missing, and identifies rows"):
        push_to_hub(sessions(4).remove_columns("subject_id"), REPO, append=True)
    with pytest.raises(CheckError, match="'t1w': is missing, and the rows that are replaced"):
        push_to_hub(sessions(2).remove_columns("t1w"), REPO, append=True, update=True)


def test_image_goes_into_a_list_on_the_hub(hub: Hub, make_nifti: MakeNifti) -> None:
    images = [str(make_nifti(f"{name}.nii", 20_000)) for name in "abc"]
    features = Features({"t1w": List(IMAGE), "t1w_run": List(Value("int64"))})
    lists = Dataset.from_dict({"t1w": [images[:2]], "t1w_run": [[1, 2]]}, features=features)
    single = Dataset.from_dict({"t1w": [images[2], None]}, features=Features({"t1w": IMAGE}))
    push_to_hub(lists, REPO)
    push_to_hub(single, REPO, append=True, verify="full")
    rows = load_dataset(REPO, split="train")
    assert rows.data["t1w_run"].to_pylist() == [[1, 2], [None], []]
    result = {"t1w": [images[:2], images[2:], []], "t1w_run": [[1, 2], [None], []]}
    assert loaded(REPO) == contents(Dataset.from_dict(result, features=features))
    push_to_hub(single.select([0]), "user/single")
    with pytest.raises(CheckError, match="'t1w': is list of Nifti here, and Nifti on the Hub"):
        push_to_hub(lists.remove_columns("t1w_run"), "user/single", append=True)


def test_killed_append_with_a_cast_sends_nothing_again(hub: Hub, sessions: Sessions) -> None:
    push_to_hub(sessions(0).cast_column("age", Value("float64")), REPO)
    rows = sessions(1, 2)
    hub.fail("POST", "/commit/", status=403)
    with pytest.raises(RefusedError):
        push_to_hub(rows, REPO, append=True, num_shards=2)
    sent = preuploads(hub)
    push_to_hub(rows, REPO, append=True, num_shards=2)
    assert preuploads(hub) - sent == 1  # the card
    assert load_dataset(REPO, split="train")["age"][:] == [97.0, 98.0, 99.0]


def test_split_with_files_of_others_is_refused(hub: Hub, sessions: Sessions) -> None:
    push_to_hub(sessions(0), REPO)
    card = f"{DatasetCard.load(REPO, repo_type='dataset')}"
    extra = card.replace("path: data/train-*", "path:\n    - data/train-*\n    - more/*")
    upload_files(REPO, {"README.md": extra.encode(), "more/x.parquet": b"by hand"})
    with pytest.raises(CardConflictError, match=r"names more/x\.parquet"):
        push_to_hub(sessions(1), REPO, append=True)
    upload_files(REPO, {"README.md": card.encode()})
    with pytest.raises(CardConflictError, match="pass the data_dir of its shards"):
        push_to_hub(sessions(1), REPO, append=True, data_dir="elsewhere")


def test_killed_append_sends_nothing_again(hub: Hub, sessions: Sessions) -> None:
    push_to_hub(sessions(0), REPO)
    rows, other = sessions(2, 3), sessions(1)
    hub.fail("POST", "/commit/", status=403)
    with pytest.raises(RefusedError):
        push_to_hub(rows, REPO, append=True, num_shards=2)
    elsewhere(other)
    sent = preuploads(hub)
    push_to_hub(rows, REPO, append=True, num_shards=2)
    assert preuploads(hub) - sent == 1  # the card
    assert parquet_files(REPO)[2:] == [
        "data/train-00002-of-00004.parquet",
        "data/train-00003-of-00004.parquet",
    ]
    assert loaded(REPO) == contents(sessions(0, 1, 2, 3))


@pytest.mark.parametrize("others", [(), (5,)])
def test_append_whose_answer_was_lost_is_not_repeated(
    hub: Hub, sessions: Sessions, monkeypatch: pytest.MonkeyPatch, others: tuple[int, ...]
) -> None:
    push_to_hub(sessions(0), REPO)
    rows, original = sessions(1, 2), HfApi.create_commit

    def killed(api: HfApi, *args: Any, **kwargs: Any) -> Any:
        original(api, *args, **kwargs)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(HfApi, "create_commit", killed)
        with pytest.raises(KeyboardInterrupt):
            push_to_hub(rows, REPO, append=True)
    for subject in others:
        elsewhere(sessions(subject))
    head = HfApi().repo_info(REPO, repo_type="dataset").sha
    assert push_to_hub(rows, REPO, append=True).oid == head
    assert loaded(REPO) == contents(sessions(0, 1, 2, *others))


def test_appends_of_two_writers_come_one_after_the_other(
    hub: Hub, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    push_to_hub(sessions(0), REPO)
    other = sessions(1)
    before_the_commit(monkeypatch, lambda: elsewhere(other))
    push_to_hub(sessions(2), REPO, append=True)
    assert loaded(REPO) == contents(sessions(0, 1, 2))
    assert info()["splits"][0]["num_examples"] == 3


def test_row_that_another_writer_appends_meanwhile_is_refused(
    hub: Hub, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    push_to_hub(sessions(0), REPO)
    other = sessions(1)
    before_the_commit(monkeypatch, lambda: elsewhere(other))
    with pytest.raises(CheckError, match="sub-1 is on the Hub already"):
        push_to_hub(sessions(1, version="b"), REPO, append=True)
    assert loaded(REPO) == contents(sessions(0, 1))


def test_pull_request_holds_only_the_new_shards(hub: Hub, sessions: Sessions) -> None:
    push_to_hub(sessions(0), REPO)
    opened = push_to_hub(sessions(1), REPO, append=True, create_pr=True)
    again = push_to_hub(sessions(1), REPO, append=True, create_pr=True)
    assert opened.pr_url == again.pr_url
    assert loaded(REPO) == contents(sessions(0))
    assert loaded(REPO, revision="refs/pr/1") == contents(sessions(0, 1))


@pytest.mark.parametrize(
    ("column", "reason"),
    [
        (
            pa.array([1], pa.int32()),
            "'n', data/train-00000.*: is int32 in the file, and int64",
        ),
        (None, "data/train-00000.*: has other columns than the card says"),
    ],
)
def test_shard_that_is_not_as_the_card_says_is_refused(
    hub: Hub, column: pa.Array | None, reason: str
) -> None:
    push_to_hub(Dataset.from_dict({"n": [1], "m": [2]}), REPO)
    shard = pa.table({"m": [2]} if column is None else {"n": column, "m": [2]})
    sink = io.BytesIO()
    pq.write_table(shard, sink)
    upload_files(REPO, {"data/train-00000-of-00001.parquet": sink.getvalue()})
    with pytest.raises(CheckError, match=reason):
        push_to_hub(Dataset.from_dict({"n": [3], "m": [4]}), REPO, append=True)


def test_row_without_a_key_is_refused(hub: Hub, sessions: Sessions) -> None:
    push_to_hub(sessions(0), REPO)
    rows = Dataset.from_list([{**sessions(1)[0], "subject_id": None}], features=FEATURES)
    with pytest.raises(CheckError, match="row 0, column 'subject_id': has no subject_id: fill"):
        push_to_hub(rows, REPO, append=True)


@pytest.mark.parametrize("option", [{"update": True}, {"key": "n"}])
def test_key_and_update_are_for_append(option: dict[str, Any]) -> None:
    with pytest.raises(ArgumentError, match="append=True"):
        push_to_hub(Dataset.from_dict({"n": [1]}), REPO, **option)

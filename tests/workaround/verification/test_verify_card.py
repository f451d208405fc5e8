"""The card, as `load_dataset` follows it, is verified too."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from datasets import (
    Array2D,
    ClassLabel,
    Dataset,
    DatasetDict,
    Features,
    LargeList,
    List,
    Value,
    load_dataset,
)
from huggingface_hub import (
    CommitOperationCopy,
    CommitOperationDelete,
    HfApi,
)

from tests.support.workaround.nested import shard_of
from tests.support.workaround.pushing import MakeNifti, sessions
from tests.support.workaround.stored import IMAGE, PATHS, ROWS, commit, problems, upload
from workaround import push_to_hub
from workaround.verification.verify import verify

pytestmark = pytest.mark.hub(xet=False)


@pytest.fixture
def dataset(make_nifti: MakeNifti) -> Dataset:
    """Rows of files that a push takes."""
    return sessions(make_nifti, ROWS, 2000).add_column("age", [20.5] * ROWS)


@pytest.fixture
def carded(repo_id: str, dataset: Dataset) -> str:
    """A repository with the dataset in two shards, and a card."""
    push_to_hub(dataset, repo_id, num_shards=2)
    return repo_id


def edit(repo_id: str, old: str, new: str) -> None:
    """Change the card behind the uploader's back."""
    path = HfApi().hf_hub_download(repo_id, "README.md", repo_type="dataset")
    text = Path(path).read_text(encoding="utf-8")
    assert old in text
    upload(repo_id, {"README.md": text.replace(old, new).encode()})


@pytest.mark.parametrize(
    ("old", "new", "split", "column", "reason"),
    [
        (
            "t1w\n    dtype:\n      nifti:",
            "t1w\n    dtype:\n      image:",
            None,
            "t1w",
            "is Image in the card instead of Nifti",
        ),
        ("float64", "string", None, "age", "is string in the card instead of number"),
        ("name: age", "name: years", None, "age", "is not in the card"),
        ("num_examples: 6", "num_examples: 5", "train", None, "5 rows in the card, and 6 on"),
        ("name: train", "name: tr", "tr", None, "not in the configs of the card, only in its data"),
        ("split: train", "split: tr", "tr", None, "not in the dataset_info of the card, only in"),
        ("split: train", "split: tr", "train", None, "load_dataset does not find it"),
        ("data/train-*", "train-*", "train", None, "load_dataset does not find it"),
        ("config_name: default", "config_name: a", None, None, "has no config 'default', but a"),
        ("float64", "no_such_type", None, None, "cannot be read"),
    ],
)
def test_a_card_that_load_dataset_stumbles_over(
    carded: str,
    dataset: Dataset,
    old: str,
    new: str,
    split: str | None,
    column: str | None,
    reason: str,
) -> None:
    edit(carded, old, new)
    differences = problems(carded, dataset, "footers")
    places = [
        (problem.split, problem.column, problem.path)
        for problem in differences
        if reason in problem.reason
    ]
    assert places == [(split, column, "README.md")]


def test_a_split_of_the_card_without_files(carded: str, dataset: Dataset) -> None:
    push_to_hub(dataset, carded, split="test")
    commit(carded, CommitOperationDelete("data/test-00000-of-00001.parquet"))
    (problem,) = problems(carded, dataset, "footers")
    assert str(problem) == "split 'test', README.md: names files that are not on the Hub"


def test_files_that_no_card_leads_to(repo_id: str, dataset: Dataset) -> None:
    """Without a card, load_dataset looks in "data", and for names such as train and test."""
    path = "data/scans-00000-of-00001.parquet"
    upload(repo_id, {path: shard_of(dataset)})
    assert verify(repo_id, dataset, split="scans").rows == ROWS
    commit(
        repo_id,
        CommitOperationCopy(path, "big/scans-00000-of-00001.parquet"),
    )
    (problem,) = problems(repo_id, dataset, "footers", split="scans", config_name="big")
    assert problem.reason == "has no config 'big', but default"
    commit(repo_id, CommitOperationDelete(path))
    differences = problems(repo_id, dataset, "footers", split="scans")
    assert [problem.split for problem in differences] == ["scans"]


def test_a_folder_that_is_named_comes_before_the_card(carded: str, dataset: Dataset) -> None:
    other = dataset.select([0, 1])
    upload(carded, {"other/train-00000-of-00001.parquet": shard_of(other)})
    assert verify(carded, other, data_dir="other").rows == 2
    assert problems(carded, other, "footers")


def test_a_card_of_several_splits_and_configs(carded: str, dataset: Dataset) -> None:
    push_to_hub(dataset.select([2]), carded, split="test")
    push_to_hub(DatasetDict({"train2": dataset, "train": dataset}), carded, "other")
    assert verify(carded, dataset).rows == ROWS
    for split in ("train", "train2"):
        assert verify(carded, dataset, config_name="other", split=split).rows == ROWS
    assert verify(carded, dataset.select([2]), split="test").rows == 1


FEW: dict[str, tuple[Any, list[Any]]] = {
    "label": (ClassLabel(names=["no", "yes"]), [0, 1]),
    "map": (Array2D((2, 2), "float32"), [[[1, 2], [3, 4]]] * 2),
    "lists": (List(LargeList({"x": Value("int8"), "y": [Value("bool")]})), [[], None]),
    "text": (Value("large_string"), ["a", None]),
    "when": (Value("timestamp[us]"), [1, 2]),
    "nothing": (Value("null"), [None, None]),
}


@pytest.mark.parametrize("columns", [["scan"], list(FEW)])
@pytest.mark.parametrize("push", [Dataset.push_to_hub, push_to_hub])
def test_the_cards_of_upstream_and_ours_pass(
    repo_id: str, dataset: Dataset, columns: list[str], push: Callable[..., Any]
) -> None:
    """Files are in the rows already, for 4.4.0 embeds none."""
    cells = [{"bytes": Path(row["t1w"]["path"]).read_bytes(), "path": "a"} for row in dataset]
    some = FEW | {"scan": ({"nii": IMAGE}, [{"nii": cell} for cell in cells[:2]])}
    kinds = Features({name: some[name][0] for name in columns})
    rows = Dataset.from_dict({name: some[name][1] for name in columns}, features=kinds)
    push(rows, repo_id)
    assert verify(repo_id, rows, level="full").rows == 2
    assert load_dataset(repo_id, split="train").num_rows == 2


CARD = """---
configs:
- config_name: default
  data_files:
  - split: train
    path: {}
---
"""


def test_old_cards_without_dataset_info_pass(pushed: str, dataset: Dataset) -> None:
    for path in ('"data/train-*"', '"data/**"', '"**/*.parquet"', '"**"', PATHS):
        upload(pushed, {"README.md": CARD.format(path).encode()})
        assert verify(pushed, dataset).rows == ROWS
    upload(pushed, {"README.md": b"---\nlicense: mit\n---\n# Only text"})
    assert verify(pushed, dataset).rows == ROWS
    folder = CARD.replace("  data_files", "  data_dir: data\n  data_files").format("train-*")
    upload(pushed, {"README.md": folder.encode()})
    assert verify(pushed, dataset).rows == ROWS


def test_shards_come_in_the_order_of_the_card(pushed: str, dataset: Dataset) -> None:
    upload(pushed, {"README.md": CARD.format(PATHS[::-1]).encode()})
    assert problems(pushed, dataset, "full")
    assert verify(pushed, dataset.select([3, 4, 5, 0, 1, 2]), level="full").rows == ROWS


@pytest.mark.parametrize("arguments", [{}, {"data_dir": "data"}])
def test_a_folder_whose_name_begins_as_the_split_is_none_of_its_files(
    carded: str, dataset: Dataset, arguments: dict[str, Any]
) -> None:
    names = ["notes.txt", "x-00000-of-00002.parquet"]
    upload(carded, {f"data/train-old/{name}": b"old" for name in names})
    assert load_dataset(carded, split="train").num_rows == ROWS
    assert verify(carded, dataset, **arguments).shards == 2
    push_to_hub(dataset, carded, num_shards=3)
    assert verify(carded, dataset, **arguments).shards == 3

"""Single arguments: the values that are taken, and what is said about the others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from datasets import Dataset, DatasetDict, IterableDataset, Split

from workaround.errors import ArgumentError
from workaround.preflight.source import (
    Source,
    data_folder,
    processes,
    shard_counts,
    shard_limit,
    source_of,
    usable_token,
)

ROWS = Dataset.from_dict({"n": [1, 2]})


def made(dataset: Any, split: Any = None) -> Source:
    return source_of(dataset, split, embed=True, token=None)


def test_one_split_has_its_own_name_or_is_train() -> None:
    assert list(made(ROWS).splits) == ["train"]
    assert list(made(ROWS, Split.TEST).splits) == ["test"]
    source = made(DatasetDict({"a": ROWS, "b": ROWS}))
    assert (list(source.splits), source.whole_config) == (["a", "b"], True)


@pytest.mark.parametrize(
    ("dataset", "split", "message"),
    [
        (IterableDataset.from_generator(lambda: iter([{"n": 1}])), None, "not IterableDataset"),
        ({"train": ROWS}, None, "Pass a Dataset or a DatasetDict, not dict"),
        (DatasetDict({"train": ROWS}), "train", "leave `split` out"),
        (DatasetDict(), None, "no splits"),
        (DatasetDict({"a": ROWS, "b": ROWS.rename_column("n", "m")}), None, "different features"),
        (ROWS, "a/b", "Not the name of a split"),
        (ROWS, "all", "No split can be named 'all'"),
    ],
)
def test_datasets_that_cannot_be_uploaded_are_refused(
    dataset: Any, split: Any, message: str
) -> None:
    with pytest.raises(ArgumentError, match=message):
        made(dataset, split)


@pytest.mark.parametrize("data_dir", ["a/b", "/a/b/", "a//b", "./a/b", "a/c/../b"])
def test_folder_is_named_as_the_hub_does(data_dir: str) -> None:
    assert data_folder("default", data_dir) == "a/b"


def test_folder_is_by_default_that_of_the_config() -> None:
    assert (data_folder("default", None), data_folder("raw", None)) == ("data", "raw")


def counts(num_shards: Any, max_shard_size: Any = None) -> dict[str, int | None]:
    return shard_counts(made(DatasetDict({"a": ROWS, "b": ROWS})), num_shards, max_shard_size)


def test_shards_may_be_counted_for_some_splits_only() -> None:
    assert counts({"a": 2}) == {"a": 2, "b": None}
    assert counts({"a": None}, "1GB") == {"a": None, "b": None}


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: data_folder("data", None), "folder of the default config"),
        (lambda: data_folder("", None), "config_name is ''"),
        (lambda: data_folder("a/b", None), "config_name is 'a/b', which `load_dataset` refuses"),
        (lambda: data_folder("a*", None), "config_name is 'a\\*', which"),
        (lambda: data_folder("default", "."), "data_dir has to be a folder in the repository"),
        (lambda: data_folder("default", "a/../../b"), "data_dir has to be a folder"),
        (lambda: data_folder("default", "a*"), "data_dir has to be a folder"),
        (lambda: counts(2), "num_shards for each split"),
        (lambda: counts({"a": 0}), "num_shards has to be a whole number of 1 or more, not 0"),
        (lambda: counts({"a": "2"}), "not '2'"),
        (lambda: counts({"a": 2}, "1GB"), "not both"),
        (lambda: processes(-1), "num_proc has to be a whole number of 0 or more, not -1"),
        (lambda: shard_limit("much"), "'much'"),
        (lambda: shard_limit(-1), "-1"),
        (lambda: shard_limit(1.5e4), "15000.0"),  # type: ignore[arg-type]
        (lambda: usable_token("hf_a hf_b"), "token is not valid"),
    ],
)
def test_other_values_are_refused(call: Callable[[], object], message: str) -> None:
    with pytest.raises(ArgumentError, match=message) as caught:
        call()
    assert "hf_a" not in str(caught.value)


def test_values_that_mean_the_default() -> None:
    assert shard_limit(None) == shard_limit(0) == shard_limit("500MB") == 500_000_000
    assert processes(None) == processes(0) == 1
    assert usable_token(None) is None
    assert usable_token("hf_a\n") == "hf_a"

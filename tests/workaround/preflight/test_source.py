"""Datasets as named splits, and the number of shards of each."""

from __future__ import annotations

from typing import Any

import pytest
from datasets import Dataset, DatasetDict, IterableDataset, Split

from workaround.errors import ArgumentError
from workaround.preflight.source import Source, shard_counts, source_of

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


def counts(num_shards: Any, max_shard_size: Any = None) -> dict[str, int | None]:
    return shard_counts(made(DatasetDict({"a": ROWS, "b": ROWS})), num_shards, max_shard_size)


def test_shards_may_be_counted_for_some_splits_only() -> None:
    assert counts({"a": 2}) == {"a": 2, "b": None}
    assert counts({"a": None}, "1GB") == {"a": None, "b": None}


@pytest.mark.parametrize(
    ("num_shards", "max_shard_size", "message"),
    [
        (2, None, "num_shards for each split"),
        ({"a": 0}, None, "num_shards has to be a whole number of 1 or more, not 0"),
        ({"a": "2"}, None, "not '2'"),
        ({"a": 2}, "1GB", "not both"),
        ({"c": 2}, None, "num_shards names 'c', but the splits are 'a', 'b'"),
        ({"a": 1_000_000}, None, "num_shards is 1000000: the Hub takes 10000 files"),
    ],
)
def test_counts_that_do_not_fit_the_splits_are_refused(
    num_shards: Any, max_shard_size: Any, message: str
) -> None:
    with pytest.raises(ArgumentError, match=message):
        counts(num_shards, max_shard_size)

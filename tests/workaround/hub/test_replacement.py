"""Files of a repository that an upload replaces, and those in its way."""

from __future__ import annotations

import re

import pytest

from workaround.errors import CardConflictError, ForeignFilesError
from workaround.hub.card import ConfigTarget
from workaround.hub.replacement import Patterns, require_room, sharded_splits, stale_shards

SHARD = "data/train-00000-of-00001.parquet"
NEW = {"train": ["data/train-00000-of-00002.parquet", "data/train-00001-of-00002.parquet"]}


def target(
    config_name: str = "default", data_dir: str = "data", *, whole: bool = False
) -> ConfigTarget:
    return ConfigTarget(config_name, data_dir, None, whole)


@pytest.mark.parametrize(
    ("path", "stale"),
    [
        (SHARD, True),
        ("data/train-00000-of-00001-0123456789abcdef.parquet", True),  # before 2.14
        ("data/train-100000-of-100001.parquet", True),
        ("data/train-notes.tsv", False),
        ("data/train-00000.parquet", False),
        ("data/train-00000-of-00001.tsv", False),
        ("data/train-00000-of-00001.parquet.bak", False),
        ("data/train2-00000-of-00001.parquet", False),
        ("data/my-train-00000-of-00001.parquet", False),
        ("data/old/train-00000-of-00001.parquet", False),
        ("train-00000-of-00001.parquet", False),
    ],
)
def test_shards_have_the_names_that_pushes_give(path: str, stale: bool) -> None:
    assert stale_shards([path], target(), ["train"], {}) == {"train": [path] if stale else []}


def test_whole_config_replaces_the_splits_that_the_card_lists_and_no_other_file() -> None:
    old, unlisted = "data/old-00000-of-00001.parquet", "data/other-00000-of-00001.parquet"
    patterns = {"default": {"old": ["data/old-*"], "notes": ["data/notes.csv"]}}
    paths = [SHARD, old, unlisted, "data/participants.tsv", "data/notes.csv"]
    stale = stale_shards(paths, target(whole=True), ["train"], patterns)
    assert stale == {"train": [SHARD], "old": [old], "notes": []}
    assert stale_shards(paths, target(), ["train"], patterns) == {"train": [SHARD]}


def test_shards_in_an_earlier_folder_are_replaced_unless_others_name_them() -> None:
    moved = "before/train-00000-of-00001.parquet"
    patterns: dict[str, dict[str, list[str]]] = {"default": {"train": ["before/train-*"]}}
    assert stale_shards([moved], target(), ["train"], patterns) == {"train": [moved]}
    patterns["raw"] = {"all": ["before/*.parquet"]}
    assert stale_shards([moved], target(), ["train"], patterns) == {"train": []}


def test_splits_of_a_repository_without_configs() -> None:
    paths = [
        "data/b-00000-of-00001.parquet",
        SHARD,
        "data/notes-1.txt",
        "x/a-00000-of-00001.parquet",
    ]
    assert sharded_splits(paths) == ["b", "train"]


@pytest.mark.parametrize(
    ("paths", "config_name", "whole", "patterns", "error", "message"),
    [
        (
            ["data/train-notes.tsv", "data/train-old.parquet"],
            "default",
            True,
            {},
            ForeignFilesError,
            "data/train-notes.tsv, data/train-old.parquet: would be loaded as data of split",
        ),
        (["data"], "default", False, {}, ForeignFilesError, "data: is a file"),
        (
            [],
            "default",
            True,
            {"other": {"test": ["./data/test-*"]}},
            CardConflictError,
            "Config 'other' has its shards in the folder 'data' already",
        ),
        (
            [],
            "default",
            False,
            {"other": {"train": ["**/*.parquet"]}},
            CardConflictError,
            "for config 'other', would take in the shards",
        ),
        (
            [],
            "default",
            False,
            {"default": {"all": ["data/*"]}},
            CardConflictError,
            "for split 'all' of the same config, would take in the shards",
        ),
        (
            ["test.csv"],
            "default",
            False,
            {"default": {"test": ["*.csv"]}},
            CardConflictError,
            "The files of split 'test' of the same config are no Parquet, such as test.csv",
        ),
    ],
)
def test_upload_that_mixes_with_the_files_of_others_is_refused(
    paths: list[str],
    config_name: str,
    whole: bool,
    patterns: Patterns,
    error: type[Exception],
    message: str,
) -> None:
    place = target(config_name, whole=whole)
    stale = stale_shards(paths, place, ["train"], patterns)
    with pytest.raises(error, match=re.escape(message)):
        require_room(paths, place, NEW, stale, patterns)


@pytest.mark.parametrize(
    ("paths", "patterns"),
    [
        (["data/participants.tsv", "data/train/a.txt", "README.md"], {}),
        ([SHARD], {"default": {"train": ["data/train-*"]}}),
        ([], {"tables": {"train": ["data/participants.tsv"]}}),
        ([], {"default": {"test": ["data/test-*"], "train": ["elsewhere/*"]}}),
        ([], {"broken": {"train": ["a**/b"]}}),
        (["a.parquet", "a.csv"], {"default": {"test": ["a.*"]}}),
        ([], {"remote": {"train": ["hf://datasets/a/b/data/train-*"]}}),
    ],
)
def test_files_of_others_that_do_not_mix_are_no_obstacle(
    paths: list[str], patterns: Patterns
) -> None:
    stale = stale_shards(paths, target(), ["train"], patterns)
    require_room(paths, target(), NEW, stale, patterns)

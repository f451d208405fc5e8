"""What is to be uploaded: the arguments of a call, checked and named."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from datasets import Dataset, DatasetDict, config
from datasets.utils.py_utils import convert_file_size_to_int

from workaround.errors import ArgumentError
from workaround.files import Files

SPLIT_NAME = re.compile(r"\w+(\.\w+)*")


@dataclass(frozen=True)
class Source:
    """What is uploaded.

    Attributes:
        splits: Rows by split, all with the same features.
        whole_config: Whether these are all splits of the config, given as a `DatasetDict`.
        embed: Put the contents of files into the shards.
        files: How to reach them.
    """

    splits: Mapping[str, Dataset]
    whole_config: bool
    embed: bool
    files: Files


def source_of(
    dataset: Dataset | DatasetDict, split: str | None, *, embed: bool, token: str | None
) -> Source:
    """Name the splits of a dataset.

    Args:
        dataset: One split, or all of a config.
        split: Name of the one; its own, or "train", if None.
        embed: Put the contents of files into the shards.
        token: To read ``hf://`` files with.

    Raises:
        ArgumentError: It is no such dataset, or its splits do not go together.
    """
    splits = _splits(dataset, split)
    whole = isinstance(dataset, DatasetDict)
    return Source(splits, whole, embed, Files(token, config.HF_ENDPOINT))


def data_folder(config_name: str, data_dir: str | None) -> str:
    """Folder of the shards in the repository.

    Raises:
        ArgumentError: The config has the name of the default config's folder.
    """
    if config_name == "data":
        raise ArgumentError("config_name cannot be 'data': it is the folder of the default config")
    return (data_dir or ("data" if config_name == "default" else config_name)).strip("/")


def shard_counts(
    source: Source,
    num_shards: int | Mapping[str, int | None] | None,
    max_shard_size: int | str | None,
) -> dict[str, int | None]:
    """Number of shards of each split; None where their size decides.

    Raises:
        ArgumentError: There is one number for several splits, a number below 1, or a size besides.
    """
    if num_shards is not None and not isinstance(num_shards, Mapping):
        if len(source.splits) > 1:
            raise ArgumentError("Give one num_shards for each split: {'train': 128, 'test': 4}")
        num_shards = dict.fromkeys(source.splits, num_shards)
    counts = {name: (num_shards or {}).get(name) for name in source.splits}
    if max_shard_size is not None and any(count is not None for count in counts.values()):
        raise ArgumentError("Give either max_shard_size or num_shards, not both")
    if any(count is not None and count < 1 for count in counts.values()):
        raise ArgumentError("num_shards is at least 1")
    return counts


def shard_limit(max_shard_size: int | str | None) -> int:
    """Most bytes of a shard: a number, or a text like "500MB", which is the default.

    Raises:
        ArgumentError: It is neither, or below 1.
    """
    try:
        limit: int = convert_file_size_to_int(max_shard_size or config.MAX_SHARD_SIZE)
    except ValueError:
        limit = 0
    if limit < 1:
        raise ArgumentError(
            f"max_shard_size is a number of bytes or like '1GB', not {max_shard_size!r}"
        )
    return limit


def _splits(dataset: Dataset | DatasetDict, split: str | None) -> dict[str, Dataset]:
    match dataset:
        case DatasetDict() if split is not None:
            raise ArgumentError("A DatasetDict names its splits itself: leave `split` out")
        case DatasetDict() if not dataset:
            raise ArgumentError("The DatasetDict has no splits")
        case DatasetDict():
            splits = {str(name): rows for name, rows in dataset.items()}
        case Dataset():
            splits = {split or str(dataset.split or "train"): dataset}
        case _:
            raise ArgumentError(
                f"A Dataset or a DatasetDict is needed, not {type(dataset).__name__}. Load it"
                " without streaming, or make one with Dataset.from_generator."
            )
    first, *_ = splits
    for name, rows in splits.items():
        if not SPLIT_NAME.fullmatch(name):
            raise ArgumentError(f"Not the name of a split: {name!r}. Use letters, digits, _ and .")
        if rows.features != splits[first].features:
            raise ArgumentError(f"The splits {first!r} and {name!r} have different features")
    return splits

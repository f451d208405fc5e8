"""The dataset to upload, as named splits with the same features."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from datasets import Dataset, DatasetDict, Features, config

from workaround.arrow.files import Files
from workaround.errors import ArgumentError
from workaround.preflight.arguments import flag, shard_count, split_name, usable_token


@dataclass(frozen=True)
class Source:
    """The dataset to upload.

    Attributes:
        splits: Rows by split, all with the same features.
        whole_config: The splits are all of the config: they came as a `DatasetDict`.
        embed: Put the contents of files into the shards.
        files: Access to the source files.
    """

    splits: Mapping[str, Dataset]
    whole_config: bool
    embed: bool
    files: Files

    @cached_property
    def features(self) -> Features:
        """Features, the same for all splits."""
        return next(iter(self.splits.values())).features


def source_of(
    dataset: Dataset | DatasetDict, split: str | None, *, embed: bool, token: str | None
) -> Source:
    """Make the source of an upload.

    Args:
        dataset: One split, or all splits of a config.
        split: Name of the one split; None for the dataset's own, or "train".
        embed: Put the contents of files into the shards.
        token: Token to read ``hf://`` files with.

    Raises:
        ArgumentError: Another type of dataset, splits that differ in features, or no valid token.
    """
    splits = _splits(dataset, split)
    whole = isinstance(dataset, DatasetDict)
    embed = bool(flag("embed_external_files", embed))
    return Source(splits, whole, embed, Files(usable_token(token), config.HF_ENDPOINT))


def shard_counts(
    source: Source,
    num_shards: int | Mapping[str, int | None] | None,
    max_shard_size: int | str | None,
) -> dict[str, int | None]:
    """Return the number of shards of each split; None where their size decides.

    Raises:
        ArgumentError: One number for several splits, a number below 1, or a size as well.
    """
    if num_shards is not None and not isinstance(num_shards, Mapping):
        if len(source.splits) > 1:
            raise ArgumentError("Pass num_shards for each split: {'train': 128, 'test': 4}")
        num_shards = dict.fromkeys(source.splits, num_shards)
    by_name = {str(name): count for name, count in (num_shards or {}).items()}
    if unknown := [name for name in by_name if name not in source.splits]:
        names = ", ".join(map(repr, source.splits))
        raise ArgumentError(f"num_shards names {unknown[0]!r}, but the splits are {names}")
    counts = {name: shard_count(by_name.get(name)) for name in source.splits}
    if max_shard_size is not None and any(count is not None for count in counts.values()):
        raise ArgumentError("Pass either max_shard_size or num_shards, not both")
    return counts


def _splits(dataset: Dataset | DatasetDict, split: str | None) -> dict[str, Dataset]:
    match dataset:
        case DatasetDict() if split is not None:
            raise ArgumentError("A DatasetDict has named splits: leave `split` out")
        case DatasetDict() if not dataset:
            raise ArgumentError("The DatasetDict has no splits")
        case DatasetDict():
            splits = {split_name(name): rows for name, rows in dataset.items()}
        case Dataset():
            name = (dataset.split or "train") if split is None else split
            splits = {split_name(name): dataset}
        case _:
            raise ArgumentError(
                f"Pass a Dataset or a DatasetDict, not {type(dataset).__name__}. Load it without"
                " streaming, or make one with Dataset.from_generator."
            )
    first, *others = splits
    for name, rows in splits.items():
        if not isinstance(rows, Dataset):
            raise ArgumentError(f"Split {name!r} has to be a Dataset, not {type(rows).__name__}")
        if control := [column for column in rows.column_names if "\0" in column]:
            raise ArgumentError(f"Column {control[0]!r} has a NUL character in its name: rename it")
    features = splits[first].features if others else None
    for name in others:
        if splits[name].features != features:
            raise ArgumentError(f"The splits {first!r} and {name!r} have different features")
    return splits

"""The dataset to upload as named splits, and the checks of single arguments."""

from __future__ import annotations

import operator
import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass

from datasets import Dataset, DatasetDict, Features, config
from datasets.naming import INVALID_WINDOWS_CHARACTERS_IN_PATH
from datasets.utils.py_utils import convert_file_size_to_int

from workaround.arrow.files import Files
from workaround.errors import ArgumentError

SPLIT_NAME = re.compile(r"\w+(\.\w+)*")
_GLOB = set("*?[]")


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

    @property
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
    return Source(splits, whole, embed, Files(usable_token(token), config.HF_ENDPOINT))


def usable_token(token: str | bool | None) -> str | None:
    """Return a token without surrounding white space; None for the one that is logged in.

    Raises:
        ArgumentError: The token cannot be sent. The message does not show it.
    """
    if token is None or token is True:  # also the one that is logged in
        return None
    text = token.strip() if isinstance(token, str) else ""
    if not text or not text.isascii() or not text.isprintable() or " " in text:
        raise ArgumentError("The token is not valid: pass None for the one of `hf auth login`")
    return text


def data_folder(config_name: str, data_dir: str | None) -> str:
    """Return the folder of the shards in the repository.

    Raises:
        ArgumentError: The name of the config is that of the default config's folder, or one that
            `load_dataset` refuses, or the folder is not one that a card can name.
    """
    if config_name == "data":
        raise ArgumentError("config_name cannot be 'data', the folder of the default config")
    if not config_name or set(config_name) & {*INVALID_WINDOWS_CHARACTERS_IN_PATH, *_GLOB}:
        bad = " ".join(sorted({*INVALID_WINDOWS_CHARACTERS_IN_PATH, *_GLOB}))
        raise ArgumentError(
            f"config_name is {config_name!r}, which `load_dataset` refuses: avoid {bad}"
        )
    folder = data_dir or ("data" if config_name == "default" else config_name)
    path = posixpath.normpath(folder.strip("/"))
    if path.split("/")[0] in {".", ".."} or set(path) & {*_GLOB, "\\"}:
        raise ArgumentError(
            f"data_dir has to be a folder in the repository, such as 'data', not {data_dir!r}"
        )
    return path


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
    counts = {name: _whole("num_shards", (num_shards or {}).get(name), 1) for name in source.splits}
    if max_shard_size is not None and any(count is not None for count in counts.values()):
        raise ArgumentError("Pass either max_shard_size or num_shards, not both")
    return counts


def processes(num_proc: int | None) -> int:
    """Return the number of processes; 1 by default.

    Raises:
        ArgumentError: Not a whole number of 0 or more.
    """
    return _whole("num_proc", num_proc, 0) or 1


def shard_limit(max_shard_size: int | str | None) -> int:
    """Return the most bytes of a shard; None and 0 mean "500MB", as upstream.

    Raises:
        ArgumentError: Neither a number of bytes nor a text like "500MB".
    """
    size = max_shard_size or config.MAX_SHARD_SIZE
    try:
        limit = convert_file_size_to_int(size) if isinstance(size, str) else operator.index(size)
    except (ValueError, TypeError):
        limit = 0
    if limit < 1:
        raise ArgumentError(
            f"max_shard_size has to be a number of bytes or like '1GB', not {max_shard_size!r}"
        )
    return limit


def _whole(name: str, count: int | None, least: int) -> int | None:
    if count is None:
        return None
    try:
        number = operator.index(count)
    except TypeError:
        number = least - 1
    if number < least:
        raise ArgumentError(f"{name} has to be a whole number of {least} or more, not {count!r}")
    return number


def _splits(dataset: Dataset | DatasetDict, split: str | None) -> dict[str, Dataset]:
    match dataset:
        case DatasetDict() if split is not None:
            raise ArgumentError("A DatasetDict has named splits: leave `split` out")
        case DatasetDict() if not dataset:
            raise ArgumentError("The DatasetDict has no splits")
        case DatasetDict():
            splits = {str(name): rows for name, rows in dataset.items()}
        case Dataset():
            splits = {str(split or dataset.split or "train"): dataset}
        case _:
            raise ArgumentError(
                f"Pass a Dataset or a DatasetDict, not {type(dataset).__name__}. Load it without"
                " streaming, or make one with Dataset.from_generator."
            )
    first, *_ = splits
    for name, rows in splits.items():
        if not SPLIT_NAME.fullmatch(name):
            raise ArgumentError(f"Not the name of a split: {name!r}. Use letters, digits, _ and .")
        if name == "all":
            raise ArgumentError("No split can be named 'all': it stands for all splits")
        if rows.features != splits[first].features:
            raise ArgumentError(f"The splits {first!r} and {name!r} have different features")
    return splits

"""A config as `load_dataset` finds it: the files of each split, and the card's statements."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from datasets import ClassLabel, DatasetInfo, DownloadConfig, Features, LargeList, List, Value
from datasets.data_files import (
    EmptyDatasetError,
    get_data_patterns,
    resolve_pattern,
    sanitize_patterns,
)
from datasets.info import DatasetInfosDict
from datasets.utils.metadata import MetadataConfigs
from huggingface_hub import DatasetCard, DatasetCardData

from workaround.errors import Problem, UnreadableCardError
from workaround.hub.card import README
from workaround.hub.repository import Repository
from workaround.hub.retry import retry


@dataclass(frozen=True)
class Loaded:
    """A config as `load_dataset` finds it.

    Attributes:
        files: Of each split, in the order of their rows.
        info: The ``dataset_info`` of the card; None if it has none.
    """

    files: Mapping[str, Sequence[str]]
    info: DatasetInfo | None


def split_files(paths: Iterable[str], folder: str, split: str | None) -> list[str]:
    """Return the paths that ``folder/split-*`` matches: `load_dataset` stops at a slash.

    Args:
        paths: Files of the repository.
        folder: Of the shards.
        split: Name of the split; None for all files of the folder.
    """
    prefix = "" if split is None else f"{split}-"
    return [
        path
        for path in paths
        if posixpath.dirname(path) == folder and posixpath.basename(path).startswith(prefix)
    ]


def find_config(
    repository: Repository, commit: str, paths: Collection[str], config_name: str
) -> Loaded:
    """Look a config of a repository up as `load_dataset` does.

    Args:
        repository: The repository.
        commit: Commit to read.
        paths: Its files.
        config_name: Of the config.

    Raises:
        UnreadableCardError: `load_dataset` would not find the config.
        UnreachableError: The Hub does not answer.
    """
    readme = repository.read_text(README, commit) if README in paths else None
    root = f"hf://{repository.url('', commit)}".rstrip("/")
    what = f"Reading the card of {repository}"
    return retry(what, find, root, readme, config_name, repository.token)


def find(repository: str, readme: str | None, config_name: str, token: str | None) -> Loaded:
    """Look a config up as `load_dataset` does.

    Args:
        repository: ``hf://datasets/user/name@commit``.
        readme: The card; None if there is none.
        config_name: Of the config.
        token: To read with; the one that is logged in by default.

    Raises:
        UnreadableCardError: `load_dataset` would not find the config.
    """
    try:
        data = DatasetCardData() if readme is None else DatasetCard(readme).data
        configs = MetadataConfigs.from_dataset_card_data(data)
        info = DatasetInfosDict.from_dataset_card_data(data).get(config_name)
        files = configs.get(config_name, {}).get("data_files")
        patterns = None if files is None else sanitize_patterns(files)
    except Exception as error:  # the parsers raise what comes up
        raise UnreadableCardError(f"cannot be read: {' '.join(str(error).split())}") from error
    if config_name not in (names := list(configs) or ["default"]):
        raise UnreadableCardError(f"has no config {config_name!r}, but {', '.join(names)}")
    options = DownloadConfig(token=token)
    base = posixpath.join(repository, configs.get(config_name, {}).get("data_dir") or "")
    if patterns is None:
        try:
            patterns = get_data_patterns(base, download_config=options)
        except EmptyDatasetError:
            patterns = {}

    def resolve(pattern: str) -> list[str]:
        try:
            paths = resolve_pattern(pattern, base, download_config=options)
        except FileNotFoundError:
            return []
        return [path.removeprefix(f"{repository}/") for path in paths]

    shards = {
        str(split): [path for pattern in split_patterns for path in resolve(pattern)]
        for split, split_patterns in patterns.items()
    }
    return Loaded(shards, info)


def card_problems(loaded: Loaded, rows: Mapping[str, int], features: Features) -> Iterator[Problem]:
    """Yield where the card makes `load_dataset` fail, or read other features.

    Numbers of any type are equal, as those of a table are guessed; so are parameters of features.

    Args:
        loaded: The config.
        rows: Number of them on the Hub, by split, where it is known.
        features: Those that were uploaded.
    """
    if loaded.info is None:
        return
    if loaded.info.features is not None:
        yield from _feature_problems("", loaded.info.features, features)
    if (listed := loaded.info.splits) is None:
        return
    for split in sorted({*listed} ^ {*loaded.files}):
        keys = ("configs", "dataset_info")
        where, other = keys if split in listed else reversed(keys)
        reason = f"is not in the {where} of the card, only in its {other}"
        yield Problem(None, None, README, reason, split=split)
    for split, count in rows.items():
        if split in listed and listed[split].num_examples != count:
            reason = f"has {listed[split].num_examples} rows in the card, and {count} on the Hub"
            yield Problem(None, None, README, reason, split=split)


def _feature_problems(name: str, stored: Any, local: Any) -> Iterator[Problem]:
    match stored, local:
        case Mapping(), Mapping():
            for key in dict.fromkeys([*local, *stored]):
                place = f"{name}.{key}" if name else key
                if key in stored and key in local:
                    yield from _feature_problems(place, stored[key], local[key])
                else:
                    reason = f"is {'not' if key in local else 'only'} in the card"
                    yield Problem(None, place, README, reason)
        case ((List() | LargeList()), (List() | LargeList())):
            yield from _feature_problems(name, stored.feature, local.feature)
        case _ if (stated := _kind(stored)) != (kind := _kind(local)):
            yield Problem(None, name, README, f"is {stated} in the card instead of {kind}")


def _kind(feature: Any) -> str:
    """Return the name of a feature, without its parameters."""
    match feature:
        case Value():
            kind = re.sub(r"^(large_)?([a-z]+).*", r"\2", feature.dtype)
            return "number" if kind in {"int", "uint", "float", "decimal"} else kind
        case ClassLabel():
            return f"ClassLabel of {feature.names}"
        case Mapping():
            return "struct"
        case _:
            return type(feature).__name__

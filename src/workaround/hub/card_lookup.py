"""What `load_dataset` makes of a repository: the files of each split, and what the card says."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
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


@dataclass(frozen=True)
class Loaded:
    """A config as `load_dataset` finds it.

    Attributes:
        files: Of each split, in the order of their rows.
        info: What the card says of it; None if it says nothing.
    """

    files: Mapping[str, Sequence[str]]
    info: DatasetInfo | None


def split_files(paths: Iterable[str], folder: str, split: str | None) -> list[str]:
    """Which paths the pattern ``folder/split-*`` names: `load_dataset` stops at a slash.

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
            found = resolve_pattern(pattern, base, download_config=options)
        except FileNotFoundError:
            return []
        return [path.removeprefix(f"{repository}/") for path in found]

    shards = {
        str(split): [path for pattern in each for path in resolve(pattern)]
        for split, each in patterns.items()
    }
    return Loaded(shards, info)


def card_problems(loaded: Loaded, rows: Mapping[str, int], features: Features) -> Iterator[Problem]:
    """Where the card would make `load_dataset` fail, or read other features.

    Numbers of any type are alike, for those of a table are guessed; so are parameters of features.

    Args:
        loaded: The config.
        rows: Number of them on the Hub, by split, where it is known.
        features: Those that were uploaded.
    """
    if loaded.info is None:
        return
    if loaded.info.features is not None:
        yield from _feature_problems("", loaded.info.features, features)
    if (said := loaded.info.splits) is None:
        return
    for split in sorted({*said} ^ {*loaded.files}):
        where, other = ("configs", "dataset_info") if split in said else ("dataset_info", "configs")
        reason = f"is not in the {where} of the card, only in its {other}"
        yield Problem(None, None, README, reason, split=split)
    for split, count in rows.items():
        if split in said and said[split].num_examples != count:
            reason = f"has {said[split].num_examples} rows in the card, and {count} on the Hub"
            yield Problem(None, None, README, reason, split=split)


def _feature_problems(name: str, there: Any, here: Any) -> Iterator[Problem]:
    match there, here:
        case Mapping(), Mapping():
            for key in dict.fromkeys([*here, *there]):
                place = f"{name}.{key}" if name else key
                if key in there and key in here:
                    yield from _feature_problems(place, there[key], here[key])
                else:
                    reason = f"is {'not' if key in here else 'only'} in the card"
                    yield Problem(None, place, README, reason)
        case ((List() | LargeList()), (List() | LargeList())):
            yield from _feature_problems(name, there.feature, here.feature)
        case _ if (said := _kind(there)) != (kind := _kind(here)):
            yield Problem(None, name, README, f"is {said} in the card instead of {kind}")


def _kind(feature: Any) -> str:
    """What a feature is, without its parameters."""
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

"""The dataset card: configs and ``dataset_info`` in README.md, merged with the current ones.

A new card is what ``datasets.arrow_dataset._get_updated_dataset_card`` (5.2.0) writes, so that
`load_dataset` and the dataset viewer read the same. Of an existing card changes only what an upload
knows: the files of its splits, their features and sizes, and the default config if that was asked.
"""

from __future__ import annotations

import json
import posixpath
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import asdict, dataclass
from typing import Any

from datasets import DatasetInfo, Features, SplitDict, SplitInfo
from datasets.data_files import sanitize_patterns
from datasets.info import DatasetInfosDict
from datasets.utils.metadata import MetadataConfigs
from huggingface_hub import DatasetCardData

from workaround.errors import CardConflictError
from workaround.hub.card_draft import CardDraft
from workaround.hub.card_text import CardText

README = "README.md"
LEGACY_INFOS = "dataset_infos.json"

Entry = dict[str, Any]
"""What the metadata says about one config."""

_SIZES = ("features", "splits", "download_size", "dataset_size")
"""Keys of ``dataset_info`` that an upload writes."""


@dataclass(frozen=True)
class PushedSplit:
    """The facts of an uploaded split that the card states.

    Attributes:
        name: Of the split.
        rows: Number of them.
        num_bytes: Bytes of the split once loaded.
        uploaded_bytes: Bytes of its shards.
        replaced_bytes: Bytes of the files of an earlier upload that go away.
    """

    name: str
    rows: int
    num_bytes: int
    uploaded_bytes: int
    replaced_bytes: int


@dataclass(frozen=True)
class ConfigTarget:
    """The config that an upload writes to.

    Attributes:
        config_name: Config of the splits.
        data_dir: Folder of their shards.
        set_default: Make the config the default one.
        whole_config: Replace all splits of the config, as uploading a `DatasetDict` does.
        draft: Additions for what the card does not say.
    """

    config_name: str
    data_dir: str
    set_default: bool | None
    whole_config: bool
    draft: CardDraft | None = None

    def __str__(self) -> str:
        """Return a text that is another for every other target."""
        parts = [f"config {self.config_name!r} in {self.data_dir!r}"]
        parts += [] if self.set_default is None else [f"default: {self.set_default}"]
        parts += ["all splits"] if self.whole_config else []
        return ", ".join(parts)


@dataclass(frozen=True)
class CardUpdate:
    """The change of the card by an upload.

    Attributes:
        target: What it replaces.
        features: Of all splits.
        splits: Those that were uploaded.
    """

    target: ConfigTarget
    features: Features
    splits: Sequence[PushedSplit]


@dataclass(frozen=True)
class CurrentCard:
    """The card before an upload.

    Attributes:
        text: Of README.md.
        configs: Its entries about configs; of a repository that was uploaded to before cards had
            them, what they would say.
        infos: Its entries about features and sizes.
        infos_in_list: They stand in a list, as those of several configs do.
        info: About the config that is uploaded to; None if nothing is known.
        patterns: Of the files of each split, by config, from the root of the repository.
        legacy: What ``dataset_infos.json`` says, by config.
    """

    text: CardText
    configs: Sequence[Entry]
    infos: Sequence[Entry]
    infos_in_list: bool
    info: DatasetInfo | None
    patterns: Mapping[str, Mapping[str, Sequence[str]]]
    legacy: dict[str, Any]

    @classmethod
    def parse(
        cls, read: Callable[[str], str | None], sharded: Sequence[str], config_name: str
    ) -> CurrentCard:
        """Read the card.

        Args:
            read: Gives the text of a file in the repository; None if there is none.
            sharded: Splits with files ``data/SPLIT-NNNNN-of-NNNNN`` in the repository.
            config_name: Config that is uploaded to.

        Raises:
            CardConflictError: It cannot be read.
        """
        texts: dict[str, str] = {}
        for name in (README, LEGACY_INFOS):
            try:
                texts[name] = read(name) or ""
            except UnicodeDecodeError as error:
                raise _unreadable(name, error) from error
        try:
            text = CardText.parse(texts[README])
            data = text.metadata()
            MetadataConfigs.from_dataset_card_data(data)
            configs = deepcopy(data.get("configs") or [])
            if not configs and sharded:
                configs = [{"config_name": "default", "data_files": _files_of(sharded)}]
            patterns = {entry["config_name"]: _patterns(entry) for entry in configs}
            infos = deepcopy(data.get("dataset_info") or [])
            in_list = isinstance(data.get("dataset_info"), list)
            infos = infos if isinstance(infos, list) else [infos]
            info = _info(_entry(infos, config_name))
        except Exception as error:  # the parsers raise what comes up
            raise _unreadable(README, error) from error
        try:
            loaded = json.loads(texts[LEGACY_INFOS] or "{}")
            legacy = {name: dict(entry) for name, entry in loaded.items()}
            if info is None and config_name in legacy:
                info = DatasetInfo.from_dict(legacy[config_name])
        except Exception as error:
            raise _unreadable(LEGACY_INFOS, error) from error
        return cls(text, configs, infos, in_list, info, patterns, legacy)


def updated_files(update: CardUpdate, current: CurrentCard) -> dict[str, bytes]:
    """Return the card after an upload, and ``dataset_infos.json`` where an old repository has one.

    Args:
        update: The upload.
        current: The card before.

    Raises:
        CardConflictError: The features differ from those of the splits that remain, or another
            config is and remains the default one.
    """
    name = update.target.config_name
    configs = _updated_configs(update, current)
    info = _updated_info(update, current, [*_patterns(_entry(configs, name))])
    infos = _updated_infos(info, name, current)
    changes = {"dataset_info": infos, "configs": configs}
    card = current.text.update(changes)
    if update.target.draft is not None:
        only = len(configs) == 1
        before = current.info.splits if only and current.info else None
        rows = _rows(info.splits) if only else None
        card = update.target.draft.complete(card, rows, _rows(before))
    files = {README: card.encode()}
    if name in current.legacy:
        legacy = current.legacy | {name: {**current.legacy[name], **asdict(info)}}
        files[LEGACY_INFOS] = json.dumps(legacy).encode()
    return files


def _rows(splits: Mapping[str, SplitInfo] | None) -> int | None:
    """Return the number of rows of all splits; None if there are none, or a number is missing."""
    numbers = [split.num_examples for split in (splits or {}).values()]
    return None if not numbers or None in numbers else sum(numbers)


def _unreadable(name: str, error: Exception) -> CardConflictError:
    return CardConflictError(
        f"{name} of the repository cannot be read ({' '.join(str(error).split())}):"
        " mend it there, and push again"
    )


def _files_of(splits: Sequence[str]) -> list[Entry]:
    """Return the ``data_files`` of splits that an old release uploaded."""
    return [{"split": split, "path": f"data/{split}-*"} for split in splits]


def _patterns(entry: Entry) -> dict[str, list[str]]:
    """Return the patterns of a config from the root of the repository, by split."""
    folder = entry.get("data_dir") or ""
    if (files := entry.get("data_files")) is None:
        return {"train": [posixpath.join(folder, "**")]} if folder else {}
    return {
        str(split): [posixpath.join(folder, str(pattern)) for pattern in patterns]
        for split, patterns in sanitize_patterns(files).items()
    }


def _entry(entries: Sequence[Entry], config_name: str) -> Entry:
    """Return the entry of a config; an empty one if there is none."""
    named = (item for item in entries if item.get("config_name", "default") == config_name)
    return next(named, {})


def _put(entries: Sequence[Entry], config_name: str, entry: Entry) -> list[Entry]:
    """Return the entries with that of a config, all in their order; new ones are sorted in."""
    names = [str(item.get("config_name", "default")) for item in entries]
    result = [
        entry if name == config_name else item for name, item in zip(names, entries, strict=True)
    ]
    if config_name not in names:
        result.append(entry)
        if names == sorted(names):
            result.sort(key=lambda item: str(item.get("config_name", "default")))
    return result


def _updated_configs(update: CardUpdate, current: CurrentCard) -> list[Entry]:
    """Return the entries about all configs: that of the upload names its files."""
    name, folder = update.target.config_name, update.target.data_dir
    entry = _entry(current.configs, name)
    patterns: dict[str, list[str]] = {}
    if not update.target.whole_config:
        if entry.get("data_dir") and entry.get("data_files") is None:
            raise CardConflictError(
                f"Config {name!r} has a data_dir in the card, and no data_files: name the files of"
                " each split there, or push all splits as a DatasetDict."
            )
        patterns = {split: list(paths) for split, paths in _patterns(entry).items()}
    patterns |= {split.name: [f"{folder}/{split.name}-*"] for split in update.splits}
    files = [
        {"split": split, "path": paths[0] if len(paths) == 1 else paths}
        for split, paths in patterns.items()
    ]
    entry = {"config_name": name, **entry, "data_files": files}
    entry.pop("data_dir", None)  # the patterns are from the root
    if "features" in entry:
        entry["features"] = _yaml(DatasetInfo(features=update.features))["features"]
    configs = _put(current.configs, name, entry)
    if update.target.set_default and name != "default":
        configs = _with_default(configs, name)
    try:
        MetadataConfigs(_by_name(configs)).get_default_config_name()
    except ValueError as error:
        raise CardConflictError(
            f"The card would have two default configs ({error}): take `default: true` from one of"
            " them in README.md of the repository, and push again."
        ) from error
    return configs


def _with_default(configs: Sequence[Entry], config_name: str) -> list[Entry]:
    """Return the entries with another default config."""
    if "default" in _by_name(configs):
        raise CardConflictError(
            "There is a config named 'default', which stays the default one. Rename it in the"
            " card before you set another, or leave set_default out."
        )
    others = [{key: item[key] for key in item if key != "default"} for item in configs]
    return _put(others, config_name, {**_entry(configs, config_name), "default": True})


def _by_name(configs: Sequence[Entry]) -> dict[str, Entry]:
    return {entry["config_name"]: entry for entry in configs}


def _updated_info(update: CardUpdate, current: CurrentCard, listed: Sequence[str]) -> DatasetInfo:
    """Return features and sizes of the config, with the splits that remain.

    Args:
        update: The upload.
        current: The card before.
        listed: Splits whose files the card names. `load_dataset` refuses a config with the sizes of
            others, or not of all: then it has none.
    """
    name = update.target.config_name
    info = DatasetInfo()
    if current.info is not None and not update.target.whole_config:
        info = deepcopy(current.info)
    info.config_name = name
    info.splits = info.splits or SplitDict()
    remaining = set(listed) - {split.name for split in update.splits}
    if remaining and info.features not in (None, update.features):
        raise CardConflictError(
            f"Config {name!r} has other splits, with features {info.features}."
            f" Those of this upload differ: {update.features}. Make them equal, or upload to"
            " another config_name."
        )
    info.features = update.features  # not as upstream, which keeps those of the rows replaced
    info.download_checksums = None
    info.download_size, info.dataset_size = info.download_size or 0, info.dataset_size or 0
    for unlisted in info.splits.keys() - set(listed):
        info.dataset_size -= info.splits.pop(unlisted).num_bytes or 0
    for split in update.splits:
        if (old := info.splits.pop(split.name, None)) is not None:
            info.download_size -= split.replaced_bytes
            info.dataset_size -= old.num_bytes or 0
        info.splits[split.name] = SplitInfo(split.name, split.num_bytes, split.rows)
        info.download_size += split.uploaded_bytes
        info.dataset_size += split.num_bytes
    if info.splits.keys() != set(listed):
        info.splits = info.download_size = info.dataset_size = info.size_in_bytes = None
        return info
    # Sizes written by hand may be smaller than what they should count.
    info.download_size, info.dataset_size = max(0, info.download_size), max(0, info.dataset_size)
    info.size_in_bytes = info.download_size + info.dataset_size
    return info


def _updated_infos(
    info: DatasetInfo, config_name: str, current: CurrentCard
) -> Entry | list[Entry]:
    """Return the entries about features and sizes of all configs."""
    sizes = _yaml(info)
    before = _entry(current.infos, config_name)
    unknown = {key: value for key, value in before.items() if key in sizes or key not in _SIZES}
    entries = _put(current.infos, config_name, unknown | sizes)
    if len(entries) == 1 and not current.infos_in_list:
        return entries[0]
    return [
        entry if "config_name" in entry else {"config_name": "default", **entry}
        for entry in entries
    ]


def _info(entry: Entry) -> DatasetInfo | None:
    """Return what an entry says, without the splits that it gives no sizes of."""
    if not entry:
        return None
    keys = {"name", "num_bytes", "num_examples"}
    splits = [split for split in entry.get("splits") or [] if keys <= split.keys()]
    infos = DatasetInfosDict.from_dataset_card_data({"dataset_info": [entry | {"splits": splits}]})
    return next(iter(infos.values()))


def _yaml(info: DatasetInfo) -> Entry:
    """Return the entry that a card has for a config."""
    card = DatasetCardData()
    DatasetInfosDict({info.config_name or "default": info}).to_dataset_card_data(card)
    entry: Entry = card["dataset_info"]
    return entry

"""The dataset card: configs and ``dataset_info`` in README.md, merged with what is there.

What is written is what ``datasets.arrow_dataset._get_updated_dataset_card`` (5.2.0) writes, so that
`load_dataset` and the dataset viewer find the same.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from datasets import DatasetInfo, Features, SplitDict, SplitInfo
from datasets.data_files import sanitize_patterns
from datasets.info import DatasetInfosDict
from datasets.utils.metadata import MetadataConfigs
from huggingface_hub import CardData, DatasetCard, DatasetCardData

from workaround.errors import CardConflictError

README = "README.md"
LEGACY_INFOS = "dataset_infos.json"


@dataclass(frozen=True)
class PushedSplit:
    """What the card says about an uploaded split.

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
    """What of a repository an upload replaces.

    Attributes:
        config_name: Config of the splits.
        data_dir: Folder of their shards.
        set_default: Make the config the default one.
        whole_config: Replace all splits of the config, as uploading a `DatasetDict` does.
    """

    config_name: str
    data_dir: str
    set_default: bool | None
    whole_config: bool


@dataclass(frozen=True)
class CardUpdate:
    """What an upload does to the card.

    Attributes:
        target: What it replaces.
        features: Of all splits.
        splits: Those that were uploaded.
    """

    target: ConfigTarget
    features: Features
    splits: Sequence[PushedSplit]


def updated_files(
    update: CardUpdate, read: Callable[[str], str | None], sharded: Sequence[str]
) -> dict[str, bytes]:
    """The card after an upload, and ``dataset_infos.json`` where an old repository has one.

    Args:
        update: The upload.
        read: Gives the text of a file in the repository; None if there is none.
        sharded: Splits found as ``data/SPLIT-NNNNN-of-NNNNN`` in a repository without configs.

    Raises:
        CardConflictError: The features differ from those of the splits that stay, another config
            named "default" is the default one, or what is there cannot be read.
    """
    there = _There.of(read(README), read(LEGACY_INFOS), update.target.config_name)
    info = _info(update, None if update.target.whole_config else there.info)
    if not there.configs and sharded:
        entries = [{"split": split, "path": f"data/{split}-*"} for split in sharded]
        MetadataConfigs({"default": {"data_files": entries}}).to_dataset_card_data(there.data)
    changed = _configs(update, there.configs)
    DatasetInfosDict({update.target.config_name: info}).to_dataset_card_data(there.data)
    MetadataConfigs(changed).to_dataset_card_data(there.data)
    card = there.card or DatasetCard(f"---\n{there.data}\n---\n")
    files = {README: str(card).encode()}
    if update.target.config_name in there.legacy:
        legacy = there.legacy | {update.target.config_name: asdict(info)}
        files[LEGACY_INFOS] = json.dumps(legacy).encode()
    return files


@dataclass(frozen=True)
class _There:
    """The card that is there.

    Attributes:
        card: None if there is none.
        data: Its metadata.
        configs: Of it.
        info: About the config that is uploaded to.
        legacy: What ``dataset_infos.json`` says, by config.
    """

    card: DatasetCard | None
    data: CardData
    configs: MetadataConfigs
    info: DatasetInfo | None
    legacy: dict[str, Any]

    @classmethod
    def of(cls, readme: str | None, infos: str | None, config_name: str) -> _There:
        try:
            card = None if readme is None else DatasetCard(readme)
            data = DatasetCardData() if card is None else card.data
            configs = MetadataConfigs.from_dataset_card_data(data)
            for config in configs.values():
                sanitize_patterns(config.get("data_files", {}))
            info = DatasetInfosDict.from_dataset_card_data(data).get(config_name)
        except Exception as error:  # the parsers raise what comes up
            raise _unreadable(README, error) from error
        try:
            legacy = dict(json.loads(infos or "{}"))
            if card is None and config_name in legacy:
                info = DatasetInfo.from_dict(legacy[config_name])
        except Exception as error:
            raise _unreadable(LEGACY_INFOS, error) from error
        return cls(card, data, configs, info, legacy)


def _unreadable(name: str, error: Exception) -> CardConflictError:
    return CardConflictError(
        f"{name} of the repository cannot be read ({' '.join(str(error).split())}):"
        " mend it there, and push again"
    )


def _info(update: CardUpdate, there: DatasetInfo | None) -> DatasetInfo:
    """``dataset_info``, with the splits that were there already."""
    if there is None:
        there = DatasetInfo(config_name=update.target.config_name, features=update.features)
    info = there
    info.splits = info.splits or SplitDict()
    names = {split.name for split in update.splits}
    if set(info.splits) - names and info.features != update.features:
        raise CardConflictError(
            f"Config {update.target.config_name!r} has other splits, with features {info.features}."
            f" Those of this upload differ: {update.features}. Make them equal, or upload to"
            " another config_name."
        )
    info.features = update.features  # not as upstream, which keeps those of the rows replaced
    info.download_checksums = None
    info.download_size, info.dataset_size = info.download_size or 0, info.dataset_size or 0
    for split in update.splits:
        if (old := info.splits.pop(split.name, None)) is not None:
            info.download_size -= split.replaced_bytes
            info.dataset_size -= old.num_bytes or 0
        info.splits[split.name] = SplitInfo(split.name, split.num_bytes, split.rows)
        info.download_size += split.uploaded_bytes
        info.dataset_size += split.num_bytes
    info.size_in_bytes = info.download_size + info.dataset_size
    return info


def _configs(update: CardUpdate, configs: MetadataConfigs) -> dict[str, dict[str, Any]]:
    """The configs of the card that change."""
    patterns: dict[str, Any] = {}
    there = configs.get(update.target.config_name, {})
    if not update.target.whole_config and "data_files" in there:
        patterns = dict(sanitize_patterns(there["data_files"]))
    patterns |= {
        split.name: [f"{update.target.data_dir}/{split.name}-*"] for split in update.splits
    }
    entries = [
        {"split": split, "path": paths[0] if len(paths) == 1 else paths}
        for split, paths in patterns.items()
    ]
    changed: dict[str, dict[str, Any]] = {update.target.config_name: {"data_files": entries}}
    if update.target.set_default and update.target.config_name != "default":
        default = configs.get_default_config_name() if configs else None
        if default == "default":
            raise CardConflictError(
                "There is a config named 'default', which stays the default one. Rename it in the"
                " card before you set another, or leave set_default out."
            )
        if default:
            configs[default].pop("default", None)
            changed[default] = configs[default]
        changed[update.target.config_name]["default"] = True
    return changed

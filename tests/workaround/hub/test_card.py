"""The dataset card that a push writes."""

from __future__ import annotations

from typing import Any

from datasets import Features, Value
from huggingface_hub import DatasetCard

from workaround.hub.card import README, CardUpdate, ConfigTarget, PushedSplit, updated_files

FEATURES = Features({"n": Value("int64")})


def update(rows: int, uploaded_bytes: int, replaced_bytes: int = 0) -> CardUpdate:
    target = ConfigTarget("default", "data", set_default=None, whole_config=False)
    split = PushedSplit("train", rows, 10 * rows, uploaded_bytes, replaced_bytes)
    return CardUpdate(target, FEATURES, [split])


def no_files(_path: str) -> None:
    return None


def metadata(files: dict[str, bytes]) -> Any:
    """Return the metadata of the card among files."""
    return DatasetCard(files[README].decode()).data


def test_first_card_names_the_files_and_the_sizes() -> None:
    files = updated_files(update(3, 100), no_files, [])
    assert list(files) == [README]
    data = metadata(files)
    assert data.configs == [
        {"config_name": "default", "data_files": [{"split": "train", "path": "data/train-*"}]}
    ]
    assert data.dataset_info["splits"] == [{"name": "train", "num_bytes": 30, "num_examples": 3}]
    assert (data.dataset_info["download_size"], data.dataset_info["dataset_size"]) == (100, 30)


def test_sizes_of_replaced_shards_are_subtracted() -> None:
    first = updated_files(update(3, 100), no_files, [])[README].decode()
    second = updated_files(
        update(2, 70, replaced_bytes=100), lambda path: first if path == README else None, []
    )
    info = metadata(second).dataset_info
    assert (info["download_size"], info["dataset_size"]) == (70, 20)


def test_repository_without_configs_gets_one_of_its_sharded_splits() -> None:
    target = ConfigTarget("other", "other", set_default=None, whole_config=False)
    card = CardUpdate(target, FEATURES, [PushedSplit("train", 1, 10, 10, 0)])
    files = updated_files(card, no_files, ["train", "test"])
    configs = {c["config_name"]: c for c in metadata(files).configs}
    assert [entry["path"] for entry in configs["default"]["data_files"]] == [
        "data/train-*",
        "data/test-*",
    ]
    assert "other" in configs

"""The dataset card that a push writes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from datasets import Features, Value
from huggingface_hub import DatasetCard

from workaround.errors import CardConflictError
from workaround.hub.card import (
    LEGACY_INFOS,
    README,
    CardUpdate,
    ConfigTarget,
    CurrentCard,
    PushedSplit,
    updated_files,
)

FEATURES = Features({"n": Value("int64")})


def update(
    rows: int,
    uploaded_bytes: int,
    replaced_bytes: int = 0,
    *,
    config_name: str = "default",
    split: str = "train",
    set_default: bool | None = None,
    whole: bool = False,
) -> CardUpdate:
    folder = "data" if config_name == "default" else config_name
    target = ConfigTarget(config_name, folder, set_default, whole)
    return CardUpdate(
        target, FEATURES, [PushedSplit(split, rows, 10 * rows, uploaded_bytes, replaced_bytes)]
    )


def updated(
    card: CardUpdate, readme: str | None = None, legacy: str | None = None, *sharded: str
) -> dict[str, bytes]:
    """Return the files of the card after an update."""
    files = {README: readme, LEGACY_INFOS: legacy}
    return updated_files(card, CurrentCard.parse(files.get, sharded, card.target.config_name))


def metadata(files: dict[str, bytes]) -> Any:
    """Return the metadata of the card among files."""
    return DatasetCard(files[README].decode()).data


def test_first_card_names_the_files_and_the_sizes() -> None:
    files = updated(update(3, 100))
    assert list(files) == [README]
    data = metadata(files)
    assert data.configs == [
        {"config_name": "default", "data_files": [{"split": "train", "path": "data/train-*"}]}
    ]
    assert data.dataset_info["splits"] == [{"name": "train", "num_bytes": 30, "num_examples": 3}]
    assert (data.dataset_info["download_size"], data.dataset_info["dataset_size"]) == (100, 30)


def test_sizes_of_replaced_shards_are_subtracted() -> None:
    first = updated(update(3, 100))[README].decode()
    info = metadata(updated(update(2, 70, replaced_bytes=100), first)).dataset_info
    assert (info["download_size"], info["dataset_size"]) == (70, 20)


def test_repository_without_configs_gets_one_of_its_sharded_splits() -> None:
    files = updated(update(1, 10, config_name="other"), None, None, "train", "test")
    configs = {c["config_name"]: c for c in metadata(files).configs}
    assert [entry["path"] for entry in configs["default"]["data_files"]] == [
        "data/train-*",
        "data/test-*",
    ]
    assert "other" in configs


BY_HAND = """---
license: mit
configs:
- config_name: zeta
  data_files: zeta.csv
  sep: ;
- config_name: anat
  default: true
  description: Of the head.
  data_files:
  - split: train
    path: anat/train-*
  drop_labels: true
dataset_info:
- config_name: anat
  homepage: https://example.org
  splits:
  - name: train
    num_bytes: 30
    num_examples: 3
- config_name: zeta
  unknown: 1
---
# Ours
"""


@pytest.mark.parametrize("whole", [False, True])
def test_all_that_an_upload_does_not_know_remains(whole: bool) -> None:
    text = updated(update(2, 50, config_name="anat", split="test", whole=whole), BY_HAND)[README]
    data = metadata({README: text})
    assert text.startswith(b"---\nlicense: mit\nconfigs:\n- config_name: zeta\n")
    assert text.endswith(b"---\n# Ours\n")
    zeta, anat = data.configs
    assert zeta == {"config_name": "zeta", "data_files": "zeta.csv", "sep": ";"}
    assert [*anat] == ["config_name", "default", "description", "data_files", "drop_labels"]
    assert [file["split"] for file in anat["data_files"]] == (
        ["test"] if whole else ["train", "test"]
    )
    info, other = data.dataset_info
    assert info["homepage"] == "https://example.org"
    assert [split["name"] for split in info["splits"]] == (["test"] if whole else ["train", "test"])
    assert other == {"config_name": "zeta", "unknown": 1}


def test_default_moves_to_another_config_with_nothing_else() -> None:
    configs = metadata(updated(update(1, 9, config_name="zeta", set_default=True), BY_HAND)).configs
    assert [config.get("default") for config in configs] == [True, None]
    assert configs[1]["description"] == "Of the head."


def test_patterns_below_a_folder_become_those_from_the_root() -> None:
    entry = "{config_name: default, data_dir: sub, data_files: [{split: a, path: a.csv}]}"
    card = f"---\nconfigs: [{entry}]\n---\n"
    (config,) = metadata(updated(update(1, 9), card)).configs
    assert config == {
        "config_name": "default",
        "data_files": [
            {"split": "a", "path": "sub/a.csv"},
            {"split": "train", "path": "data/train-*"},
        ],
    }


@pytest.mark.parametrize(
    "info",
    [
        "",
        "dataset_info: {homepage: x}\n",
        "dataset_info: {splits: [{name: test}]}\n",
        "dataset_info:\n  splits:\n  - {name: other, num_bytes: 1, num_examples: 1}\n",
    ],
)
def test_sizes_of_some_splits_alone_are_left_out(info: str) -> None:
    """`load_dataset` refuses a config whose sizes are not those of all its splits."""
    entry = "{config_name: default, data_files: [{split: test, path: a.parquet}]}"
    card = f"---\nconfigs: [{entry}]\n{info}---\n"
    written = metadata(updated(update(1, 9), card)).dataset_info
    assert not written.keys() & {"splits", "download_size", "dataset_size"}
    assert written["features"] == [{"name": "n", "dtype": "int64"}]


def test_sizes_of_splits_without_files_go() -> None:
    card = "---\ndataset_info:\n  splits:\n  - {name: gone, num_bytes: 1, num_examples: 1}\n---\n"
    info = metadata(updated(update(1, 9), card)).dataset_info
    assert [split["name"] for split in info["splits"]] == ["train"]


def test_old_infos_in_json_are_followed_and_updated() -> None:
    old = {"default": {"citation": "Us", "splits": {"test": {"name": "test", "num_examples": 2}}}}
    files = updated(update(1, 9), "# Text\n", json.dumps(old), "test")
    info = metadata(files).dataset_info
    assert {split["name"]: split["num_examples"] for split in info["splits"]} == {
        "test": 2,
        "train": 1,
    }
    assert json.loads(files[LEGACY_INFOS])["default"]["citation"] == "Us"


@pytest.mark.parametrize(
    ("card", "arguments", "message"),
    [
        (BY_HAND, {}, "two default configs"),
        (
            "---\nconfigs: [{config_name: default, data_files: a.csv}]\n---\n",
            {"config_name": "anat", "set_default": True},
            "a config named 'default'",
        ),
        (
            "---\nconfigs: [{config_name: default, data_dir: sub}]\n---\n",
            {},
            "has a data_dir in the card, and no data_files",
        ),
        (
            "---\nconfigs: [{config_name: default, data_files: [{split: test, path: a}]}]\n"
            "dataset_info: {features: [{name: other, dtype: string}]}\n---\n",
            {},
            "has other splits, with features",
        ),
        ("---\nconfigs: 3\n---\n", {}, "README.md of the repository cannot be read"),
        ("---\na: [\n---\n", {}, "README.md of the repository cannot be read"),
        ("---\ndataset_info: {features: 3}\n---\n", {}, "cannot be read"),
    ],
)
def test_card_that_contradicts_an_upload_is_refused(
    card: str, arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(CardConflictError, match=message):
        updated(update(1, 9, **arguments), card)


def test_card_that_is_not_utf_8_is_refused() -> None:
    def read(path: str) -> str:
        return b"\xff".decode()

    with pytest.raises(CardConflictError, match=r"README.md of the repository cannot be read"):
        CurrentCard.parse(read, [], "default")


@pytest.mark.parametrize("text", ["[", "[1]", '{"default": 3}', '{"default": {"splits": 3}}'])
def test_old_infos_that_cannot_be_read_are_refused(text: str) -> None:
    with pytest.raises(CardConflictError, match=r"dataset_infos.json of the repository cannot be"):
        updated(update(1, 9), None, text)

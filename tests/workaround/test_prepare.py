"""Preflight: what is refused and planned without network."""

from __future__ import annotations

from typing import Any

import pytest
from datasets import Dataset, DatasetDict

from tests.support.workaround.pushing import FEATURES, IMAGE, MakeNifti, sessions
from workaround.errors import ArgumentError, CheckError
from workaround.preflight.options import PushOptions
from workaround.prepare import PreparedPush, prepare

pytestmark = pytest.mark.usefixtures("no_network")


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def connect(*_: Any) -> None:
        raise AssertionError("network")

    monkeypatch.setattr("socket.socket.connect", connect)


def prepared(dataset: Any, **arguments: Any) -> PreparedPush:
    return prepare(dataset, PushOptions(repo_id="user/data", **arguments))


def test_plan_and_target_come_from_the_options(make_nifti: MakeNifti) -> None:
    push = prepared(sessions(make_nifti), config_name="raw", set_default=True, num_shards=2)
    assert [len(split.shards) for split in push.plan.splits] == [2]
    target = push.target
    assert (target.config_name, target.data_dir, target.set_default) == ("raw", "raw", True)
    assert not target.whole_config


def test_dataset_dict_replaces_the_whole_config(make_nifti: MakeNifti) -> None:
    rows = sessions(make_nifti)
    push = prepared(DatasetDict({"train": rows, "test": rows.select([0, 1])}))
    assert push.target.whole_config
    assert [split.name for split in push.plan.splits] == ["train", "test"]


def test_missing_file_is_refused_with_its_row(make_nifti: MakeNifti) -> None:
    rows = {"subject": ["a"], "t1w": ["/none/a.nii"], "bold": [[]]}
    with pytest.raises(CheckError, match=r"row 0, column 't1w', /none/a\.nii"):
        prepared(Dataset.from_dict(rows, features=FEATURES))


def test_invalid_option_is_refused_before_files_are_read() -> None:
    rows = Dataset.from_dict({"scan": ["/none/a.nii"]}).cast_column("scan", IMAGE)
    with pytest.raises(ArgumentError, match="max_shard_size"):
        prepared(rows, max_shard_size="many")

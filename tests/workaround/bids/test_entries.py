"""The values beside each image."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.support.workaround.bids import plain
from workaround.bids.table import bids_table

IMAGE = "sub-1/func/sub-1_task-rest_run-1_bold.nii"


def test_values_are_in_one_order(touch: Callable[..., Path]) -> None:
    root = touch(IMAGE)
    touch("bold.json", text='{"TaskName": "Rest", "RepetitionTime": 2, "Other": {"a": 1}}')
    names = bids_table(root, sidecars=["RepetitionTime", "TaskName"]).column_names
    beside = ["path", "task", "run", "RepetitionTime", "TaskName"]
    assert names == ["subject_id", "bold", *(f"bold_{name}" for name in beside)]


def test_all_fields_come_along_if_asked_for(touch: Callable[..., Path]) -> None:
    root = touch(IMAGE)
    touch("bold.json", text='{"Other": {"a": 1}, "RepetitionTime": 2}')
    (row,) = plain(bids_table(root, sidecars=["all"]))
    assert (row["bold_Other"], row["bold_RepetitionTime"]) == ('{"a": 1}', 2.0)

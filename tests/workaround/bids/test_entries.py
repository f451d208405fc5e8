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


def test_fields_of_sidecars_never_stand_in_for_paths_and_entities(
    touch: Callable[..., Path],
) -> None:
    root = touch(IMAGE)
    touch("bold.json", text='{"path": "x", "run": "one"}')
    (row,) = plain(bids_table(root, sidecars=["all"]))
    assert (row["bold_path"], row["bold_run"]) == (IMAGE, 1)
    assert (row["bold_sidecar_path"], row["bold_sidecar_run"]) == ("x", "one")


def test_columns_of_scans_are_beside_entities_of_their_names(touch: Callable[..., Path]) -> None:
    root = touch(IMAGE)
    touch("sub-1/sub-1_scans.tsv", text=f"filename\trun\n{IMAGE.partition('/')[2]}\t7\n")
    (row,) = plain(bids_table(root))
    assert (row["bold_run"], row["bold_scans_run"]) == (1, 7)

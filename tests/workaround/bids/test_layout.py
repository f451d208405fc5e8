"""The columns of a BIDS folder's table."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from repro.synthetic.bids import BidsTree
from tests.support.workaround.bids import plain
from workaround.bids.table import bids_table

MakeTree = Callable[..., BidsTree]


def test_what_names_say_is_beside_the_images(touch: Callable[..., Path]) -> None:
    root = touch(
        "sub-1/ses-a/func/sub-1_ses-a_task-rest_run-10_bold.nii.gz",
        "sub-1/ses-a/func/sub-1_ses-a_task-rest_run-2_bold.nii.gz",
        "sub-1/ses-a/func/sub-1_ses-a_task-naming_bold.nii",
        "sub-1/ses-b/func/sub-1_ses-b_task-rest_run-1_bold.nii.gz",
        "sub-1/ses-c/anat/sub-1_ses-c_acq-mprage_T1w.nii.gz",
    )
    result = plain(bids_table(root))
    assert [row["bold_task"] for row in result] == [["naming", "rest", "rest"], ["rest"], []]
    assert [row["bold_run"] for row in result] == [[None, 2, 10], [1], []]
    assert [row["T1w_acq"] for row in result] == [None, None, "mprage"]
    assert [Path(path).name for path in result[0]["bold"]] == [
        "sub-1_ses-a_task-naming_bold.nii",
        "sub-1_ses-a_task-rest_run-2_bold.nii.gz",
        "sub-1_ses-a_task-rest_run-10_bold.nii.gz",
    ]


def test_one_suffix_of_two_data_types_is_two_columns(touch: Callable[..., Path]) -> None:
    root = touch("sub-1/func/sub-1_task-rest_sbref.nii.gz", "sub-1/dwi/sub-1_sbref.nii.gz")
    names = bids_table(root).column_names
    assert names == ["subject_id", "dwi_sbref", "func_sbref", "func_sbref_task"]


def test_without_sessions_a_row_is_a_subject(touch: Callable[..., Path]) -> None:
    root = touch("sub-10/anat/sub-10_T1w.nii.gz", "sub-02/anat/sub-02_T1w.nii.gz")
    assert plain(bids_table(root)) == [
        {"subject_id": "sub-02", "T1w": f"{root}/sub-02/anat/sub-02_T1w.nii.gz"},
        {"subject_id": "sub-10", "T1w": f"{root}/sub-10/anat/sub-10_T1w.nii.gz"},
    ]


def test_order_is_not_that_of_the_file_system(make_bids_tree: MakeTree) -> None:
    tree = make_bids_tree(3, sessions=2, size=20_000)
    first = plain(bids_table(tree.root))
    for subject in sorted(tree.root.glob("sub-*"), reverse=True):
        shutil.copytree(subject, tree.root / "copy", dirs_exist_ok=True)
        shutil.rmtree(subject)
        (tree.root / "copy").rename(subject)
    assert plain(bids_table(tree.root)) == first

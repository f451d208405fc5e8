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
    names = [name for name in bids_table(root).column_names if not name.endswith("_path")]
    assert names == ["subject_id", "dwi_sbref", "func_sbref", "func_sbref_task"]


def test_without_sessions_a_row_is_a_subject(touch: Callable[..., Path]) -> None:
    root = touch("sub-10/anat/sub-10_T1w.nii.gz", "sub-02/anat/sub-02_T1w.nii.gz")
    paths = [f"sub-{name}/anat/sub-{name}_T1w.nii.gz" for name in ("02", "10")]
    assert plain(bids_table(root)) == [
        {"subject_id": "sub-02", "T1w": f"{root}/{paths[0]}", "T1w_path": paths[0]},
        {"subject_id": "sub-10", "T1w": f"{root}/{paths[1]}", "T1w_path": paths[1]},
    ]


def test_order_is_not_that_of_the_file_system(make_bids_tree: MakeTree) -> None:
    tree = make_bids_tree(3, sessions=2, size=20_000)
    first = plain(bids_table(tree.root))
    for subject in sorted(tree.root.glob("sub-*"), reverse=True):
        shutil.copytree(subject, tree.root / "copy", dirs_exist_ok=True)
        shutil.rmtree(subject)
        (tree.root / "copy").rename(subject)
    assert plain(bids_table(tree.root)) == first


SESSIONS = [f"sub-1/ses-{name}/anat/sub-1_ses-{name}_T1w.nii" for name in ("a", "b")]


def test_sessions_of_a_subject_are_prefixes_of_columns(touch: Callable[..., Path]) -> None:
    (row,) = plain(bids_table(touch(*SESSIONS), layout="subject"))
    assert [row["ses-a_T1w_path"], row["ses-b_T1w_path"]] == SESSIONS


def test_sessions_of_a_subject_are_lists_if_asked_for(touch: Callable[..., Path]) -> None:
    root = touch(*SESSIONS, "sub-1/ses-b/anat/sub-1_ses-b_T2w.nii")
    (row,) = plain(bids_table(root, layout="subject", list_sessions=True))
    assert row["session_id"] == ["ses-a", "ses-b"]
    assert row["T1w_path"] == SESSIONS
    assert row["T2w"] == [None, f"{root}/sub-1/ses-b/anat/sub-1_ses-b_T2w.nii"]


def test_columns_are_lists_if_asked_for(touch: Callable[..., Path]) -> None:
    rows = plain(bids_table(touch(*SESSIONS), list_always=True))
    assert [row["T1w_path"] for row in rows] == [[path] for path in SESSIONS]


def test_rows_of_images_have_the_same_columns_in_every_dataset(
    touch: Callable[..., Path], make_bids_tree: MakeTree
) -> None:
    root = touch("sub-1/dwi/sub-1_dwi.nii", "sub-2/dwi/sub-2_dwi.nii")
    touch("dwi.bval", "dwi.bvec", text="0")
    touch("participants.tsv", text="participant_id\tage\nsub-1\t30\n")
    table = bids_table(root, layout="image")
    runs = {"T1w": 1, "bold": 2, "asl": 1}
    other = bids_table(make_bids_tree(1, runs=runs, size=20_000).root, layout="image")
    assert table.features == other.features
    assert table["participants"] == ['{"age": 30}', None]
    assert table["bval"] == ["0", "0"]
    assert other["RepetitionTime"] == [None, 2.0, 2.0, None]
    assert other["run"] == [None, 1, 2, None]

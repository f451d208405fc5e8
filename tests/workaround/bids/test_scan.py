"""The images of a BIDS folder, and the files that are left out."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from repro.synthetic.bids import BidsTree
from tests.support.workaround.bids import plain
from workaround.bids.table import bids_table
from workaround.errors import BidsError, CheckError

MakeTree = Callable[..., BidsTree]


def test_images_whose_names_are_not_bids_are_refused_if_strict(
    touch: Callable[..., Path], caplog: pytest.LogCaptureFixture
) -> None:
    left_out = ["sub-1/anat/T1.nii", "sub-2/anat/T1w.NII.GZ"]
    hidden = ["sub-1/anat/._sub-1_T1w.nii", "sub-1/.git/x.nii", "derivatives/sub-1/T1.nii"]
    root = touch("sub-1/anat/sub-1_T1w.nii", *left_out, *hidden)
    assert len(bids_table(root)) == 1
    assert all(path in caplog.text for path in left_out)
    with pytest.raises(CheckError, match="left out") as caught:
        bids_table(root, strict=True)
    places = [(problem.path, problem.severity) for problem in caught.value.problems]
    assert places == [
        *((f"{root}/{path}", "omission") for path in left_out),
        (str(root), "omission"),  # sub-2 has no other image
    ]


def test_derivatives_and_what_is_no_image_are_left_out(touch: Callable[..., Path]) -> None:
    root = touch(
        "dataset_description.json",
        "sub-1/anat/sub-1_T1w.nii.gz",
        "sub-1/anat/sub-1_T1w.json",
        "sub-1/func/sub-1_task-rest_events.tsv",
        "derivatives/fmriprep/sub-1/anat/sub-1_desc-preproc_T1w.nii.gz",
        "sourcedata/sub-1/anat/sub-1_T1w.nii.gz",
        text="{}",
    )
    assert bids_table(root).column_names == ["subject_id", "T1w", "T1w_path"]
    derived = bids_table(root / "derivatives" / "fmriprep")
    assert derived.column_names == ["subject_id", "T1w", "T1w_path", "T1w_desc"]


@pytest.mark.parametrize("name", ["ds004884-1.0.2", "a [copy]", ".hidden"])
def test_the_folder_may_have_any_name(make_bids_tree: MakeTree, name: str) -> None:
    tree = make_bids_tree(1, size=20_000)
    root = tree.root.with_name(name)
    shutil.move(tree.root, root)
    (row,) = plain(bids_table(root))
    assert Path(row["T1w"]).is_relative_to(root)
    assert Path(row["T1w"]).is_file()


def test_links_without_a_file_are_kept_for_the_check(touch: Callable[..., Path]) -> None:
    root = touch("sub-1/anat/sub-1_T1w.nii.gz")
    (root / "sub-1/anat/sub-1_T2w.nii.gz").symlink_to("../../.git/annex/objects/gone")
    assert bids_table(root).column_names == ["subject_id", "T1w", "T1w_path", "T2w", "T2w_path"]


def test_a_folder_without_images_is_an_error(touch: Callable[..., Path], tmp_path: Path) -> None:
    with pytest.raises(BidsError, match="no folders sub-"):
        bids_table(tmp_path)
    names = ["eeg/sub-1_task-rest_eeg.edf", "anat/sub-1_T1w.mgz", "anat/sub-1_T2w.mgz"]
    touch(*(f"sub-1/{name}" for name in names))
    with pytest.raises(BidsError, match=r"no NIfTI images .*: there are .*2 \.mgz, 1 \.edf"):
        bids_table(tmp_path / "dataset")


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("sub-1/anat/sub-2_T1w.nii", "its name says sub-2, its folder sub-1"),
        ("sub-1/ses-a/anat/sub-1_ses-b_T1w.nii", "its name says ses-b, its folder ses-a"),
        ("sub-1/ses-a/anat/sub-1_T1w.nii", "its name says no session, its folder ses-a"),
        ("sub-1/anat/old/sub-1_T1w.nii", "deeper than the folder of its data type, anat"),
        ("sub-1/mri/sub-1_T1w.nii", "mri, which is not a data type of BIDS"),
        ("sub-1/anat/sub-1_T2w.nii.gz", "nothing in its name tells it from .*sub-1_T2w.nii"),
        ("sub-1/anat/sub-1_run-1_T2w.nii", "nothing in its name tells it from .*run-01_T2w.nii"),
        ("sub-CC-01/anat/sub-CC-01_T1w.nii", r"sub-CC-01: .*has a hyphen.*sub-CC01 \(1 image\)"),
    ],
)
def test_names_and_places_that_disagree_are_omissions(
    touch: Callable[..., Path], path: str, reason: str
) -> None:
    good = ["sub-1/anat/sub-1_T2w.nii", "sub-1/anat/sub-1_run-01_T2w.nii"]
    root = touch(*good, path)
    table = bids_table(root, layout="image")
    assert sorted(table["bids_path"]) == sorted(good)
    with pytest.raises(CheckError, match=reason):
        bids_table(root, strict=True)


@pytest.mark.parametrize("path", ["sub-1/func/sub-1_T1w.nii", "sub-1/sub-1_T1w.nii"])
def test_an_image_in_another_data_type_is_a_remark(
    touch: Callable[..., Path], caplog: pytest.LogCaptureFixture, path: str
) -> None:
    assert len(bids_table(touch(path), strict=True)) == 1
    assert "BIDS has" in caplog.text

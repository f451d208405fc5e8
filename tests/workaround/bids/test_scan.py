"""The images of a BIDS folder, and the files that are left out."""

from __future__ import annotations

import shutil
import sys
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
    assert places == [(f"{root}/{path}", "omission") for path in left_out]


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
    assert bids_table(root).column_names == ["subject_id", "T1w"]
    derived = bids_table(root / "derivatives" / "fmriprep")
    assert derived.column_names == ["subject_id", "T1w", "T1w_desc"]


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
    assert bids_table(root).column_names == ["subject_id", "T1w", "T2w"]


def test_a_folder_without_images_is_an_error(touch: Callable[..., Path], tmp_path: Path) -> None:
    with pytest.raises(BidsError, match="no folders sub-"):
        bids_table(tmp_path)
    with pytest.raises(BidsError, match="no NIfTI images"):
        bids_table(touch("sub-1/eeg/sub-1_task-rest_eeg.edf"))


def test_without_the_indexer_the_error_says_what_to_install(
    touch: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "bids2table", None)  # importing it fails
    with pytest.raises(BidsError, match=r"pip install 'nifti-hub-workaround\[bids\]'"):
        bids_table(touch("sub-1/anat/sub-1_T1w.nii"))

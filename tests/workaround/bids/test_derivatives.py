"""Datasets of derivatives, joined to the rows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.workaround.bids import plain
from workaround.bids.derivatives import derivative_names
from workaround.bids.table import bids_table
from workaround.errors import ArgumentError, BidsError, CheckError

RAW = [f"sub-1/ses-{name}/anat/sub-1_ses-{name}_T1w.nii" for name in "ab"]
MASKS = "derivatives/lesion_masks"
MASK = f"{MASKS}/sub-1/ses-b/anat/sub-1_ses-b_space-T1w_desc-lesion_mask.nii"


def test_derivatives_join_by_subject_and_session(touch: Callable[..., Path]) -> None:
    root = touch(*RAW, MASK)
    rows = plain(bids_table(root, derivatives=["lesion_masks"], strict=True))
    assert [row["T1w_lesion_mask"] for row in rows] == [None, f"{root}/{MASK}"]
    assert rows[1]["T1w_lesion_mask_path"] == MASK


def test_same_name_as_a_raw_column_has_the_name_of_the_dataset(touch: Callable[..., Path]) -> None:
    root = touch(RAW[0], "derivatives/defaced/sub-1/ses-a/anat/sub-1_ses-a_T1w.nii")
    columns = bids_table(root, derivatives=["defaced"]).column_names
    assert {"T1w", "defaced_T1w"} <= set(columns)


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("sub-1/ses-c/anat/sub-1_ses-c_desc-x_mask.nii", "sub-1 has no images of ses-c"),
        ("sub-1/anat/sub-1_desc-x_mask.nii", "it names no session, and sub-1 has several"),
        ("sub-2/anat/sub-2_desc-x_mask.nii", "sub-2 has no images of the raw dataset"),
    ],
)
def test_a_derivative_without_a_row_is_an_omission(
    touch: Callable[..., Path], path: str, reason: str
) -> None:
    root = touch(*RAW, f"{MASKS}/{path}")
    with pytest.raises(CheckError, match=reason):
        bids_table(root, derivatives=["lesion_masks"], strict=True)


def test_one_session_is_joined_without_its_name(touch: Callable[..., Path]) -> None:
    path = f"{MASKS}/sub-1/anat/sub-1_desc-x_mask.nii"
    (row,) = plain(bids_table(touch(RAW[0], path), derivatives=["lesion_masks"], strict=True))
    assert row["x_mask_path"] == path


def test_a_missing_folder_is_answered_with_those_that_exist(touch: Callable[..., Path]) -> None:
    with pytest.raises(BidsError, match="there are lesion_masks"):
        bids_table(touch(*RAW, MASK), derivatives=["masks"])


@pytest.mark.parametrize("value", ["masks", ["../x"], ["/x"], [""], [1]])
def test_names_are_folders_within(value: Any) -> None:
    with pytest.raises(ArgumentError, match="derivatives has to be"):
        derivative_names(value)

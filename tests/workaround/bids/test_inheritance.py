"""Metadata files that apply to images below them."""

from __future__ import annotations

from workaround.bids.inheritance import Metadata
from workaround.bids.scan import Image
from workaround.bids.terms.names import split_name

PATHS = [
    "dwi.bval",
    "bold.json",
    "task-rest_bold.json",
    "sub-1/ses-a/sub-1_ses-a_bold.json",
    "sub-1/ses-a/func/sub-1_ses-a_task-rest_bold.json",
    "sub-1/ses-a/func/sub-1_ses-a_task-rest_run-2_bold.json",
    "sub-1/ses-a/func/sub-1_ses-a_task-rest_run-1_recording-heart_physio.tsv.gz",
    "sub-2/sub-2_bold.json",
]


def image(path: str) -> Image:
    """An image at a path."""
    name = split_name(path.rpartition("/")[2])
    return Image(("1", "a"), "func", name.suffix, {}, path, name)


BOLD = image("sub-1/ses-a/func/sub-1_ses-a_task-rest_run-1_bold.nii")


def test_files_above_apply_if_they_have_no_other_entity() -> None:
    assert Metadata.of(PATHS).applicable(BOLD, ".json") == PATHS[1:5]


def test_other_suffixes_do_not_apply() -> None:
    assert Metadata.of(PATHS).applicable(BOLD, ".bval") == []
    dwi = image("sub-1/dwi/sub-1_part-phase_dwi.nii.gz")
    assert Metadata.of(PATHS).applicable(dwi, ".bval") == ["dwi.bval"]


def test_recordings_may_have_a_name_of_their_own() -> None:
    assert Metadata.of(PATHS).recordings(BOLD, "physio") == {"heart": PATHS[6]}

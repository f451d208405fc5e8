"""The files and subjects that do not come along."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from workaround.bids.options import BidsOptions
from workaround.bids.table import BidsFolder, read_bids

Touch = Callable[..., Path]
IMAGE = "sub-1/anat/sub-1_T1w.nii"


def omissions(result: BidsFolder) -> list[str]:
    """The reasons of the omissions."""
    return [problem.reason for problem in result.problems if problem.severity == "omission"]


def test_all_that_does_not_come_along_is_counted(touch: Touch) -> None:
    root = touch(
        IMAGE,
        "sub-1/anat/sub-1_T1w_old.nii",
        "sub-1/eeg/sub-1_task-a_eeg.edf",
        "sub-1/eeg/sub-1_task-b_eeg.edf",
        "sub-1/func/sub-1_task-a_events.tsv",
        "sub-1/anat/sub-1_T1w.nii.zst",
        "sub-1/anat/sub-1_T1w.mgz",
        "sub-1/func/sub-1_task-a_bold.dtseries.nii",
        "sub-1/anat/sub-1_T2w.nii",
        "derivatives/x/a",
    )
    (root / "sub-2").mkdir()
    touch("participants.tsv", text="participant_id\nsub-1\nsub-3\n")
    result = read_bids(root, BidsOptions(exclude=["T2w"]))
    assert str(result.left_out) == (
        "left out: 2 subjects without images, 1 .mgz, 1 .nii.zst, 2 .edf, 1 .dtseries.nii,"
        " 1 misnamed image, 1 image by filter, 1 events.tsv, 1 folder (derivatives/x)"
    )
    counts = result.left_out.counts()
    assert counts["subjects without images"] == {"count": 2, "names": ["sub-2", "sub-3"]}
    reasons = " ".join(omissions(result))
    assert "CIFTI-2" in reasons
    assert ".edf: no NIfTI image, the first of 2" in reasons
    assert "T2w" not in reasons
    assert "events" not in reasons


def test_derivatives_that_do_not_come_along_are_counted(touch: Touch) -> None:
    mask = "derivatives/x/sub-{0}/anat/sub-{0}_desc-brain_mask.nii"
    root = touch(IMAGE, IMAGE.replace("sub-1", "sub-2"), *(mask.format(name) for name in "129"))
    touch(mask.format("1").replace("brain_mask", "brain_mask (1)"))
    result = read_bids(root, BidsOptions(include=["sub-1"], derivatives=["x"]))
    assert str(result.left_out) == (
        "left out: 1 misnamed image, 1 derivative without a row, 2 images by filter"
    )
    joining = [reason for reason in omissions(result) if "joins no row" in reason]
    assert joining == ["left out: it joins no row: sub-9 has no images of the raw dataset"]


def test_rows_of_tables_about_no_image_are_counted(touch: Touch) -> None:
    root = touch("sub-1/ses-a/anat/sub-1_ses-a_T1w.nii", "sub-1/ses-a/eeg/x.edf")
    scans = "filename\tn\nanat/sub-1_ses-a_T1w.nii\t1\neeg/x.edf\t2\nanat/sub-1_ses-a_T2w.nii\t3\n"
    touch("sub-1/ses-a/sub-1_ses-a_scans.tsv", text=scans)
    touch("sub-1/sub-1_sessions.tsv", text="session_id\tn\nses-a\t1\nses-b\t2\nses-c\t3\n")
    rest = read_bids(root, BidsOptions()).left_out
    assert str(rest).endswith(
        "1 row of scans.tsv without a file, 2 rows of sessions.tsv without images"
    )
    assert rest.names["rows of sessions.tsv without images"] == ["sub-1 ses-b", "sub-1 ses-c"]


def test_nothing_is_left_out_of_a_whole_folder(touch: Touch) -> None:
    root = touch(IMAGE)
    touch("sub-1/anat/sub-1_T1w.json", text="{}")
    result = read_bids(root, BidsOptions())
    assert (str(result.left_out), omissions(result)) == ("left out: nothing", [])


def test_withdrawn_subjects_are_no_omission(touch: Touch) -> None:
    root = touch(IMAGE, "sub-2/anat/sub-2_T1w.nii")
    touch(".bidsignore", text="sub-2/\n")
    touch("participants.tsv", text="participant_id\nsub-1\nsub-2\n")
    result = read_bids(root, BidsOptions())
    assert omissions(result) == []
    assert str(result.left_out) == "left out: 1 file by .bidsignore"

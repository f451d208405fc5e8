"""The text files beside images."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.workaround.bids import plain
from workaround.bids.options import SIDECARS
from workaround.bids.sidecars import sidecar_names
from workaround.bids.table import bids_table
from workaround.errors import ArgumentError, BidsError, CheckError


def test_gradients_are_text(touch: Callable[..., Path]) -> None:
    stems = [f"sub-1/dwi/sub-1_dir-{direction}_dwi" for direction in ("AP", "PA")]
    root = touch(*(f"{stem}.nii.gz" for stem in stems))
    touch(f"{stems[0]}.bval", text="0 1000\n")
    touch(f"{stems[0]}.bvec", text="0 1\n0 0\n0 0\n")
    (row,) = plain(bids_table(root))
    assert row["dwi_dir"] == ["AP", "PA"]
    assert row["dwi_bval"] == ["0 1000\n", None]
    assert row["dwi_bvec"] == ["0 1\n0 0\n0 0\n", None]


@pytest.mark.parametrize("name", ["participants.tsv", "sub-1/dwi/sub-1_dwi.bval"])
def test_a_link_without_a_text_is_an_error(touch: Callable[..., Path], name: str) -> None:
    root = touch("sub-1/dwi/sub-1_dwi.nii")
    (root / name).symlink_to(".git/annex/objects/gone")
    with pytest.raises(BidsError, match=f"{name} is a link .*datalad get"):
        bids_table(root)


def test_gradients_that_are_not_text_are_an_error(touch: Callable[..., Path]) -> None:
    root = touch("sub-1/dwi/sub-1_dwi.nii", "sub-1/dwi/sub-1_dwi.bval")
    (root / "sub-1/dwi/sub-1_dwi.bval").write_bytes(b"\xff\xfe0 1000")
    with pytest.raises(BidsError, match=r"sub-1_dwi\.bval cannot be read as text"):
        bids_table(root)


def test_suffixes_of_images_may_be_upper_case(touch: Callable[..., Path]) -> None:
    root = touch("sub-1/dwi/sub-1_dwi.NII.GZ")
    touch("sub-1/dwi/sub-1_dwi.bval", "sub-1/dwi/sub-1_dwi.bvec", text="0 1000")
    (row,) = plain(bids_table(root, strict=True))
    assert row["dwi"] == f"{root}/sub-1/dwi/sub-1_dwi.NII.GZ"
    assert row["dwi_bval"] == "0 1000"


def test_gradients_apply_by_inheritance(touch: Callable[..., Path]) -> None:
    parts = ("mag", "phase")
    root = touch(*(f"sub-1/ses-a/dwi/sub-1_ses-a_part-{part}_dwi.nii.gz" for part in parts))
    touch("dwi.bvec", text="1")
    touch("sub-1/ses-a/dwi/sub-1_ses-a_dwi.bval", text="0")
    (row,) = plain(bids_table(root, strict=True))
    assert (row["dwi_bval"], row["dwi_bvec"]) == (["0", "0"], ["1", "1"])
    assert row["dwi_bval_path"] == ["sub-1/ses-a/dwi/sub-1_ses-a_dwi.bval"] * 2
    assert row["dwi_bvec_path"] == ["dwi.bvec"] * 2


def test_diffusion_without_gradients_is_an_omission(touch: Callable[..., Path]) -> None:
    root = touch("sub-1/dwi/sub-1_dwi.nii", "sub-1/dwi/sub-1_dwi.bval")
    with pytest.raises(CheckError, match=r"no \.bvec applies to it"):
        bids_table(root, strict=True)


def test_sidecars_are_merged_and_the_nearest_counts(touch: Callable[..., Path]) -> None:
    root = touch("sub-1/func/sub-1_task-rest_bold.nii")
    touch("task-rest_bold.json", text='{"TaskName": "Rest", "RepetitionTime": 2, "FlipAngle": 90}')
    touch("sub-1/func/sub-1_task-rest_bold.json", text='{"RepetitionTime": 1.5}')
    (row,) = plain(bids_table(root, strict=True))
    assert (row["bold_TaskName"], row["bold_RepetitionTime"]) == ("Rest", 1.5)
    assert row["bold_FlipAngle"] == [90.0]


def test_a_value_of_another_type_is_left_empty(
    touch: Callable[..., Path], caplog: pytest.LogCaptureFixture
) -> None:
    root = touch("sub-1/anat/sub-1_T1w.nii")
    touch("T1w.json", text='{"RepetitionTime": "long", "EchoTime": "n/a"}')
    (row,) = plain(bids_table(root, strict=True))
    assert (row["T1w_RepetitionTime"], row["T1w_EchoTime"]) == (None, None)
    assert "RepetitionTime 'long', which is not a number" in caplog.text


@pytest.mark.parametrize("text", ["{", "[]", ""])
def test_a_sidecar_that_is_no_json_object_is_an_omission(
    touch: Callable[..., Path], text: str
) -> None:
    root = touch("sub-1/anat/sub-1_T1w.nii")
    touch("T1w.json", text=text)
    with pytest.raises(CheckError, match=r"not JSON|not a JSON object"):
        bids_table(root, strict=True)


def test_tables_come_along_if_asked_for(touch: Callable[..., Path]) -> None:
    stem = "sub-1/func/sub-1_task-rest"
    root = touch(f"{stem}_bold.nii", f"{stem}_sbref.nii")
    touch("task-rest_events.tsv", text="onset\n1\n")
    for recording in ("heart", "breath"):
        path = root / f"{stem}_recording-{recording}_physio.tsv.gz"
        path.write_bytes(gzip.compress(recording.encode()))
    assert "bold_events" not in bids_table(root).column_names
    (row,) = plain(bids_table(root, sidecars=["events", "physio"], strict=True))
    assert row["bold_events"] == "onset\n1\n"
    assert row["bold_events_path"] == "task-rest_events.tsv"
    assert (row["bold_physio_heart"], row["bold_physio_breath"]) == ("heart", "breath")
    assert "sbref_events" not in row


@pytest.mark.parametrize("value", [5, [""], [1], {}])
def test_names_of_sidecars_are_texts(value: Any) -> None:
    with pytest.raises(ArgumentError, match="sidecars has to name"):
        sidecar_names(value)


def test_names_of_sidecars_may_be_one_text() -> None:
    assert sidecar_names("EchoTime, events") == ("EchoTime", "events")
    assert sidecar_names("none") == ()
    assert sidecar_names(None) == SIDECARS


@pytest.mark.parametrize(("text", "value"), [("3", 3), ("3.0", 3), ("3.5", None), ("true", None)])
def test_whole_number_is_not_rounded(
    touch: Callable[..., Path], caplog: pytest.LogCaptureFixture, text: str, value: int | None
) -> None:
    root = touch("sub-1/anat/sub-1_T1w.nii")
    touch("sub-1/anat/sub-1_T1w.json", text=f'{{"NumberOfVolumesDiscardedByScanner": {text}}}')
    (row,) = plain(bids_table(root, sidecars=["NumberOfVolumesDiscardedByScanner"]))
    assert row["T1w_NumberOfVolumesDiscardedByScanner"] == value
    assert ("not a whole number" in caplog.text) == (value is None)


def test_field_that_nobody_knows_is_a_remark(
    touch: Callable[..., Path], caplog: pytest.LogCaptureFixture
) -> None:
    root = touch("sub-1/anat/sub-1_T1w.nii")
    touch("sub-1/anat/sub-1_T1w.json", text='{"OurOwn": 1}')
    bids_table(root, sidecars=["OurOwn", "EchoTime", "RepetitonTime"], strict=True)
    assert "no sidecar has the field RepetitonTime" in caplog.text
    assert "EchoTime" not in caplog.text
    assert "OurOwn" not in caplog.text

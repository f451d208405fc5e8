"""The source of a command, and what it leaves out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from repro.synthetic.nifti import write_nifti
from tests.support.workaround.command import call


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A BIDS folder with a recording that is no image."""
    for subject in ("1", "2"):
        path = tmp_path / f"data/sub-{subject}/anat/sub-{subject}_T1w.nii"
        path.parent.mkdir(parents=True)
        write_nifti(path, 2_000, ndim=3)
    (tmp_path / "data/sub-1/eeg").mkdir()
    (tmp_path / "data/sub-1/eeg/sub-1_task-a_eeg.edf").touch()
    return tmp_path / "data"


def test_check_ends_with_what_is_left_out(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, output, _ = call(capsys, "check", folder)
    assert (status, output.splitlines()[-2:]) == (1, ["1 problem found", "left out: 1 .edf"])
    status, output, _ = call(capsys, "check", folder, "--no-strict", "--exclude", "sub-2")
    assert (status, output.splitlines()[-1]) == (0, "left out: 1 .edf, 1 image by filter")


def test_json_has_counts_and_names(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("check", "plan"):
        _, output, _ = call(capsys, command, folder, "--json")
        name = "sub-1/eeg/sub-1_task-a_eeg.edf"
        assert json.loads(output)["left_out"] == {".edf": {"count": 1, "names": [name]}}


def test_plan_ends_with_what_is_left_out(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, output, _ = call(capsys, "plan", folder, "--layout", "image")
    assert (status, output.splitlines()[-1]) == (0, "left out: 1 .edf")


def test_omissions_refuse_a_push(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, _, error = call(capsys, "push", folder, "user/name")
    assert status == 1
    assert ".edf: no NIfTI image" in error


def test_options_of_folders_are_refused_for_tables(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "table.csv"
    table.write_text("a\nb.nii\n")
    status, _, error = call(capsys, "check", table, "--list-always")
    assert status == 2
    assert "--list-always is for BIDS folders" in error

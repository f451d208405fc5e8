"""The command appends one BIDS folder to another."""

from __future__ import annotations

from pathlib import Path

import pytest
from datasets import load_dataset

from repro.synthetic.nifti import write_nifti
from tests.support.workaround.command import call

REPO = "user/bids"


def folder(root: Path, subject: str, ages: str, *names: str) -> Path:
    """Write a BIDS folder of one subject with images."""
    for name in names:
        path = root / f"sub-{subject}" / "anat" / f"sub-{subject}_{name}.nii"
        path.parent.mkdir(parents=True, exist_ok=True)
        write_nifti(path, 2_000, ndim=3)
    (root / "dataset_description.json").write_text('{"Name": "x", "BIDSVersion": "1.9.0"}')
    (root / "participants.tsv").write_text(f"participant_id\tage\nsub-{subject}\t{ages}\n")
    return root


@pytest.mark.usefixtures("hub")
def test_folders_of_other_types_are_appended(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folders = [
        folder(tmp_path / "a", "1", "1.5", "run-1_T1w", "run-2_T1w", "T2w"),
        folder(tmp_path / "b", "2", "3", "T1w"),
        folder(tmp_path / "c", "3", "n/a", "run-1_T1w"),
    ]
    for path in folders:
        options = [] if path == folders[0] else ["--append"]
        status, _, error = call(capsys, "push", path, REPO, *options, "--verify", "full")
        assert status == 0, error
    rows = load_dataset(REPO, split="train")
    assert rows["age"][:] == [1.5, 3.0, None]
    assert rows["T1w_run"][:] == [[1, 2], [None], [1]]
    assert [len(images) for images in rows.data["T1w"].to_pylist()] == [2, 1, 1]
    assert [bool(image) for image in rows.data["T2w"].to_pylist()] == [True, False, False]


@pytest.mark.usefixtures("hub")
def test_columns_that_cannot_be_made_equal_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = folder(tmp_path / "a", "1", "1", "T1w")
    assert call(capsys, "push", first, REPO)[0] == 0
    other = folder(tmp_path / "b", "2", "2.5", "run-1_T1w", "run-2_T1w", "T2w")
    status, _, error = call(capsys, "push", other, REPO, "--append")
    assert status == 1
    assert "column 'T2w': is Nifti here, and no column on the Hub" in error
    assert "column 'T1w': is list of Nifti here, and Nifti on the Hub" in error
    assert "column 'age': is float64 here, and int64 on the Hub" in error
    text = folder(tmp_path / "c", "3", "old", "T1w")
    assert call(capsys, "push", text, "user/text")[0] == 0
    last = folder(tmp_path / "d", "4", "7", "T1w")
    status, _, error = call(capsys, "push", last, "user/text", "--append")
    assert "--column age=string" in error
    assert call(capsys, "push", last, "user/text", "--append", "--column", "age=string")[0] == 0

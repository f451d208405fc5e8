"""The example datasets of BIDS, from a clone to their page."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import bids_examples
from docs.generators import examples
from tests.support.repro.clones import git


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    folder = tmp_path / "bids-examples"
    for name in (
        "one/sub-1/anat/sub-1_T1w.nii.gz",
        "one/sub-1/dwi/sub-1_dwi.nii",
        "one/sub-2/eeg/sub-2_task-rest_eeg.edf",
        "two/README",
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    for suffix in ("bval", "bvec"):
        (folder / f"one/dwi.{suffix}").write_text("0 1\n")
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "Examples")
    return folder


def test_examples_are_read_and_shown(
    clone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = tmp_path / "examples.json"
    monkeypatch.setattr(bids_examples, "find_spec", lambda _: None)  # without pybids
    bids_examples.main(["--git", str(clone), "--output", str(output)])
    document = json.loads(output.read_text())
    assert document["datasets"]["one"]["images"] == 2
    assert document["datasets"]["one"]["gradients"] == [1, 1]
    assert document["datasets"]["two"] == {
        "refused": "two has no folders sub-*: is it the root of a BIDS dataset?"
    }
    assert str(tmp_path) not in output.read_text()
    monkeypatch.setattr(examples, "EXAMPLES", output)
    page = examples.page()
    assert "| one | 2 | 1/1 | 1 subject without images, 1 .edf" in page
    assert "\n1 of 1 images of diffusion" in page

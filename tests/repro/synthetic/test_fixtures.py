"""The generators as fixtures."""

import os
from collections.abc import Callable
from pathlib import Path

import nibabel as nib
import pytest

from repro.synthetic.bids import BidsTree
from repro.synthetic.broken import Broken


def test_nifti_is_made_in_the_folder_of_the_test(
    make_nifti: Callable[..., Path], tmp_path: Path
) -> None:
    path = make_nifti("scan.nii", size=4096)
    assert path == tmp_path / "scan.nii"
    assert path.stat().st_size == 4096
    assert nib.load(path).shape  # type: ignore[attr-defined]


def test_bids_tree_has_as_many_subjects_as_asked_for(
    make_bids_tree: Callable[..., BidsTree], tmp_path: Path
) -> None:
    make_bids_tree(3)
    assert len([*(tmp_path / "bids").glob("sub-*")]) == 3


@pytest.mark.parametrize("kind", Broken)
def test_every_kind_of_broken_file_is_made(broken_niftis: dict[Broken, Path], kind: Broken) -> None:
    assert broken_niftis[kind].name == f"{kind}.nii.gz"
    assert os.path.lexists(broken_niftis[kind])

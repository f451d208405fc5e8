"""The generators of NIfTI files as a pytest plugin of fixtures."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from repro.synthetic.bids import BidsTree, bids_tree
from repro.synthetic.broken import Broken, write_broken
from repro.synthetic.nifti import write_nifti


@pytest.fixture
def make_nifti(tmp_path: Path) -> Callable[..., Path]:
    """A function that writes a NIfTI file of 64 KiB, or of ``size`` bytes, in ``tmp_path``.

    It is called with a file name and the keyword arguments of
    ``repro.synthetic.nifti.write_nifti``.
    """

    def make(name: str = "image.nii.gz", size: int = 65_536, **options: Any) -> Path:
        return write_nifti(tmp_path / name, size, **options)

    return make


@pytest.fixture
def make_bids_tree(tmp_path: Path) -> Callable[..., BidsTree]:
    """A function that writes a BIDS dataset of ``subjects``, or two, in ``tmp_path / "bids"``.

    It is called with the arguments of ``repro.synthetic.bids.bids_tree``, less the folder.
    """

    def make(subjects: int = 2, **options: Any) -> BidsTree:
        return bids_tree(tmp_path / "bids", subjects, **options)

    return make


@pytest.fixture
def broken_niftis(tmp_path: Path) -> dict[Broken, Path]:
    """A ``.nii.gz`` broken in each way, by the way it is broken, in ``tmp_path / "broken"``."""
    folder = tmp_path / "broken"
    folder.mkdir()
    return {kind: write_broken(folder / f"{kind}.nii.gz", kind) for kind in Broken}

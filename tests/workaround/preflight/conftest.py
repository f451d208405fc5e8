"""Fixtures of the tests of the check."""

from __future__ import annotations

from pathlib import Path

import pytest

from repro.synthetic.nifti import write_nifti


@pytest.fixture
def sound(tmp_path: Path) -> str:
    return str(write_nifti(tmp_path / "sound.nii.gz", 5000))

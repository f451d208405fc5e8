"""Sizes and defects of single files."""

from __future__ import annotations

import os
from pathlib import Path

import pyarrow as pa
import pytest

from repro.synthetic.nifti import write_nifti
from workaround.arrow.files import Files
from workaround.preflight.inspect import EMPTY, inspect_content, inspect_file


def reason(path: str) -> str:
    inspection = inspect_file(Files(), path, inside=True, nifti=True)
    assert inspection.source is None
    assert inspection.defect is not None
    return inspection.defect.reason


def test_sound_file_has_a_size_and_no_defect(tmp_path: Path) -> None:
    path = write_nifti(tmp_path / "scan.nii.gz", 5000)
    inspection = inspect_file(Files(), str(path), inside=True, nifti=True)
    assert inspection.source == Files().look_up(str(path))
    assert inspection.source.size == path.stat().st_size
    assert inspection.defect is None


def test_empty_file_is_a_defect(tmp_path: Path) -> None:
    (tmp_path / "scan.nii").touch()
    inspection = inspect_file(Files(), str(tmp_path / "scan.nii"), inside=False, nifti=False)
    assert inspection.source is not None
    assert inspection.defect == EMPTY


@pytest.mark.parametrize(("inside", "nifti"), [(False, True), (True, False)])
def test_header_is_read_only_if_asked_for(tmp_path: Path, inside: bool, nifti: bool) -> None:
    (tmp_path / "scan.nii").write_bytes(b"text")
    path = str(tmp_path / "scan.nii")
    assert inspect_file(Files(), path, inside=inside, nifti=nifti).defect is None
    assert inspect_file(Files(), path, inside=True, nifti=True).defect is not None


def test_missing_file_is_named_as_such(tmp_path: Path) -> None:
    assert reason(str(tmp_path / "scan.nii")) == "no such file"


def test_missing_relative_path_names_the_working_folder() -> None:
    assert reason("missing.nii") == f"no such file in {Path.cwd()}: make the path absolute"


def test_tilde_is_not_expanded() -> None:
    assert "~ is not expanded" in reason("~/scan.nii")


def test_broken_link_names_its_target(tmp_path: Path) -> None:
    (tmp_path / "scan.nii").symlink_to("elsewhere.nii")
    assert "symbolic link to elsewhere.nii" in reason(str(tmp_path / "scan.nii"))


def test_annexed_file_names_the_command_that_fetches_it(tmp_path: Path) -> None:
    (tmp_path / "scan.nii").symlink_to(".git/annex/objects/x/y/scan.nii")
    assert "datalad get" in reason(str(tmp_path / "scan.nii"))


def test_folder_is_not_a_file(tmp_path: Path) -> None:
    assert reason(str(tmp_path)) == "cannot be read: a directory, not a file"


def test_nul_in_a_path_is_a_defect() -> None:
    assert reason("/a\0b.nii").startswith("cannot be read")


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_permission_denied_is_a_defect(tmp_path: Path) -> None:
    (tmp_path / "scan.nii").write_bytes(b"text")
    (tmp_path / "scan.nii").chmod(0)
    path = str(tmp_path / "scan.nii")
    defect = inspect_file(Files(), path, inside=True, nifti=True).defect
    assert defect is not None
    assert defect.reason == "cannot be read: permission denied"


def test_unknown_scheme_is_a_defect() -> None:
    assert reason("nowhere://scan.nii").startswith("cannot be read")


def test_embedded_contents_are_inspected() -> None:
    assert inspect_content(pa.py_buffer(b""), nifti=True) == EMPTY
    assert inspect_content(pa.py_buffer(b"text"), nifti=True) is not None
    assert inspect_content(pa.py_buffer(b"text"), nifti=False) is None

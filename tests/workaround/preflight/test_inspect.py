"""Sizes and defects of single files."""

from __future__ import annotations

import gzip
import os
import random
from pathlib import Path

import nibabel as nib
import numpy as np
import pyarrow as pa
import pytest
from huggingface_hub import CommitOperationAdd, HfApi

from mockhub.server.process import Hub
from repro.synthetic.nifti import write_nifti
from tests.support.constants import REPO
from workaround.arrow.files import Files
from workaround.preflight.inspect import EMPTY, CheckLevel, inspect_content, inspect_file


def reason(path: str) -> str:
    inspection = inspect_file(Files(), path, level="headers", nifti=True)
    assert inspection.source is None
    assert inspection.defect is not None
    return inspection.defect.reason


def test_sound_file_has_a_size_and_no_defect(tmp_path: Path) -> None:
    path = write_nifti(tmp_path / "scan.nii.gz", 5000)
    inspection = inspect_file(Files(), str(path), level="headers", nifti=True)
    assert inspection.source == Files().look_up(str(path))
    assert inspection.source.size == path.stat().st_size
    assert inspection.defect is None


def test_empty_file_is_a_defect(tmp_path: Path) -> None:
    (tmp_path / "scan.nii").touch()
    inspection = inspect_file(Files(), str(tmp_path / "scan.nii"), level="sizes", nifti=False)
    assert inspection.source is not None
    assert inspection.defect == EMPTY


@pytest.mark.parametrize(("level", "nifti"), [("sizes", True), ("headers", False)])
def test_header_is_read_only_if_asked_for(tmp_path: Path, level: CheckLevel, nifti: bool) -> None:
    (tmp_path / "scan.nii").write_bytes(b"text")
    path = str(tmp_path / "scan.nii")
    assert inspect_file(Files(), path, level=level, nifti=nifti).defect is None
    assert inspect_file(Files(), path, level="headers", nifti=True).defect is not None


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
    defect = inspect_file(Files(), path, level="headers", nifti=True).defect
    assert defect is not None
    assert defect.reason == "cannot be read: permission denied"


def test_unknown_scheme_is_a_defect() -> None:
    assert reason("nowhere://scan.nii").startswith("cannot be read")


@pytest.fixture
def remote(hub: Hub) -> Files:
    """Access to a repository with a sound file and three others, of 200 kB each."""
    noise = random.Random(0).randbytes(200_000)
    image = nib.Nifti1Image(np.frombuffer(noise, np.int16).reshape(100, 10, 100), np.eye(4))  # type: ignore[no-untyped-call]
    sound = image.to_bytes()
    files = {
        "sound.nii": sound,
        "sound.nii.gz": gzip.compress(sound),
        "cut.nii": sound[:-1],
        "page.nii.gz": b"<html>" * 50_000,
    }
    api = HfApi()
    api.create_repo(REPO, repo_type="dataset")
    additions = [CommitOperationAdd(name, content) for name, content in files.items()]
    api.create_commit(REPO, additions, commit_message="files", repo_type="dataset")
    return Files(token=hub.token, endpoint=hub.url)


def test_headers_of_remote_files_are_read_alone(hub: Hub, remote: Files) -> None:
    def defect(name: str) -> str | None:
        path = f"hf://datasets/{REPO}/{name}"
        inspection = inspect_file(remote, path, level="headers", nifti=True)
        return inspection.defect.reason if inspection.defect else None

    hub.clear_requests()
    assert defect("sound.nii") is None
    assert defect("sound.nii.gz") is None
    truncated, page = defect("cut.nii"), defect("page.nii.gz")
    assert truncated is not None
    assert truncated.startswith("truncated: 200351 bytes of the 200352")
    assert page is not None
    assert page.startswith("not NIfTI")
    answers = hub.requests(method="GET")
    assert len([answer for answer in answers if answer.status == 206]) == 4
    assert sum(answer.sent for answer in answers) < 20_000


def test_embedded_contents_are_inspected() -> None:
    assert inspect_content(pa.py_buffer(b""), full=False, nifti=True).defect == EMPTY
    assert inspect_content(pa.py_buffer(b"text"), full=False, nifti=True).defect is not None
    assert inspect_content(pa.py_buffer(b"text"), full=False, nifti=False).defect is None

"""Formats that are met in place of NIfTI."""

from __future__ import annotations

import bz2
import gzip
import io
from typing import Any

import nibabel as nib
import numpy as np
import pytest

from workaround.preflight.nifti import header_defect, nifti_defect

MGH = nib.MGHImage(np.zeros((2, 2, 2), np.float32), np.eye(4)).to_bytes()  # type: ignore[no-untyped-call]
GIFTI = nib.GiftiImage().to_bytes()  # type: ignore[no-untyped-call]
LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12345\n"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (LFS, "Git LFS pointer: `git lfs pull`"),
        (b"/annex/objects/MD5E-s100--0f.nii.gz\n", "git-annex pointer: `datalad get`"),
        (b"../../.git/annex/objects/Xx/0f/MD5E-s100--0f.nii.gz", "git-annex pointer"),
        (b"\n<!DOCTYPE html>\n<html></html>", "HTML page"),
        (b"<html><body>Sign in</body></html>", "HTML page"),
        (GIFTI, "GIfTI"),
        (bz2.compress(b"x" * 999), "bzip2"),
        (b"\x28\xb5\x2f\xfd" + bytes(99), "Zstandard"),
        (MGH, "MGH"),
        (gzip.compress(MGH), "MGH"),
        (gzip.compress(gzip.compress(bytes(999))), "gzip twice"),
        (bytes(128) + b"DICM", "DICOM"),
        (b"voxels" * 99, "does not begin with a NIfTI header"),
    ],
)
def test_other_format_is_named(content: bytes, reason: str) -> None:
    size = len(content)
    defects = [nifti_defect(io.BytesIO(content), size), header_defect(content, size)]
    for defect in defects:
        assert defect is not None
        assert defect.reason.startswith("not NIfTI: ")
        assert reason in defect.reason


def image() -> bytes:
    return bytes(nib.Nifti1Image(np.zeros((2, 2, 2), np.int8), np.eye(4)).to_bytes())  # type: ignore[no-untyped-call]


@pytest.mark.parametrize(
    ("content", "name", "reason", "severity"),
    [
        (image(), "/a/x.nii.gz", "ends in .nii.gz, and it is not compressed", "remark"),
        (gzip.compress(image()), "/a/x.nii", "ends in .nii, and it is compressed", "remark"),
        (bytes(999), "/a/x.img", "the voxels of a .hdr/.img pair", "error"),
        (gzip.compress(bytes(999)), "/a/x.img.gz", "the voxels of a .hdr/.img pair", "error"),
        (LFS, "/a/x.img", "Git LFS pointer", "error"),
        ((348).to_bytes(4, "little") + bytes(344), "/a/x.hdr", "a header of Analyze 7.5", "error"),
    ],
    ids=["plain", "gzip", "img", "img.gz", "pointer", "analyze"],
)
def test_name_that_does_not_fit_is_named(
    content: bytes, name: str, reason: str, severity: str
) -> None:
    size = len(content)
    defects = [
        nifti_defect(io.BytesIO(content), size, name=name),
        header_defect(content, size, name=name),
    ]
    for defect in defects:
        assert defect is not None
        assert reason in defect.reason
        assert defect.severity == severity


@pytest.mark.parametrize("name", ["/a/x.nii", "/cache/0f3a", ""])
def test_name_without_a_claim_is_no_defect(name: str) -> None:
    assert header_defect(image(), 999, name=name) is None


def test_cifti_is_no_nifti_2_to_convert() -> None:
    header: Any = nib.Nifti2Header()  # type: ignore[no-untyped-call]
    header["intent_code"], header["magic"], header["vox_offset"] = 3006, b"n+2\0\r\n\x1a\n", 544
    content = header.binaryblock + bytes(4)
    defect = nifti_defect(io.BytesIO(content), len(content), name="/a/x.dscalar.nii")
    assert defect is not None
    assert defect.reason.startswith("CIFTI-2")
    assert defect.severity == "omission"

"""Formats that are met in place of NIfTI."""

from __future__ import annotations

import bz2
import gzip
import io

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

"""Formats that are met in place of NIfTI, told by their first bytes."""

from __future__ import annotations

import re

LENGTH = 256
"""Bytes to read of a file to tell its format."""

_FORMATS = (
    (rb"version https://git-lfs\.", "a Git LFS pointer: `git lfs pull` fetches the file"),
    (rb"(\.\./)*/?(\.git/)?annex/objects/", "a git-annex pointer: `datalad get` fetches the file"),
    (rb"(?i)\s*(<!--.*?-->\s*)?<(!doctype html|html)", "an HTML page: download the file again"),
    (rb"\s*(<\?xml[^>]*>\s*)?(<!DOCTYPE GIFTI|<GIFTI)", "GIfTI, a surface: leave it out"),
    (rb"\x1f\x8b", "compressed by gzip twice: decompress it once"),
    (rb"BZh[1-9]", "compressed by bzip2: decompress it, `bunzip2`"),
    (rb"\x28\xb5\x2f\xfd", "compressed by Zstandard: decompress it, `unzstd`"),
    (rb"\xfd7zXZ\0", "compressed by xz: decompress it, `unxz`"),
    (rb"PK\x03\x04", "a ZIP archive: extract the images"),
    (rb"\0\0\0\x01", "MGH of FreeSurfer: convert it, `mri_convert`"),
    (rb".{128}DICM", "DICOM: convert it, `dcm2niix`"),
)
_EXPRESSIONS = [(re.compile(pattern, re.DOTALL), reason) for pattern, reason in _FORMATS]


def describe_format(start: bytes) -> str | None:
    """Return the format of a file that is not NIfTI, and what to do; None if it is unknown.

    Args:
        start: Its first bytes, decompressed once if it is a gzip file: `LENGTH` or more.
    """
    reasons = (reason for pattern, reason in _EXPRESSIONS if pattern.match(start))
    return next(reasons, None)

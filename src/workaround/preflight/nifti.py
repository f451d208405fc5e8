"""Defects of NIfTI files, from their header and size: voxels are not read.

A ``.nii`` must be as long as its header says. A ``.nii.gz`` ends with the size of its content
modulo 2 ** 32 (RFC 1952), which must be what the header says. Only if it is not, the whole file is
read: it may have several gzip members, or bytes behind the voxels, and be sound. So a wrong
checksum or damaged voxels in the middle of an otherwise whole file are not detected.
"""

from __future__ import annotations

import gzip
import logging
import math
import os
import zlib
from dataclasses import dataclass
from functools import cache
from typing import Any, BinaryIO, cast

import nibabel as nib
import numpy as np
from datasets import Nifti
from nibabel.imageglobals import LoggingOutputSuppressor
from nibabel.spatialimages import HeaderDataError

BLOCK = 1 << 20
GZIP = b"\x1f\x8b"
HEADERS: dict[bytes, Any] = {
    size.to_bytes(4, order): header
    for size, header in ((348, nib.Nifti1Header), (540, nib.Nifti2Header))
    for order in ("little", "big")
}
"""Class of a header by its first four bytes: its size, in the byte order of the file."""

_quiet = logging.Logger("nibabel", logging.CRITICAL + 1)


@dataclass(frozen=True)
class Defect:
    """A reason not to upload a file.

    Attributes:
        reason: One line for people: what is wrong, and what to do.
        tolerable: True if ``strict=False`` uploads the file anyway.
    """

    reason: str
    tolerable: bool = False


class _DefectError(Exception):
    """A defect of a header or of the size of a file, with the reason."""


def nifti_defect(stream: BinaryIO, size: int) -> Defect | None:
    """Return the defect of a NIfTI file, compressed or not.

    Args:
        stream: Seekable file, at its beginning.
        size: Size of the file in bytes.

    Returns:
        The first defect; None if the file seems sound.

    Raises:
        OSError: The file cannot be read.
    """
    gzipped = stream.read(2) == GZIP
    stream.seek(0)
    try:
        version = _read_gzipped(stream) if gzipped else _read_plain(stream, size)
    except _DefectError as error:
        return Defect(str(error))
    except EOFError:
        return Defect("truncated: the gzip stream ends early; copy the file again")
    except (gzip.BadGzipFile, zlib.error) as error:
        return Defect(f"damaged: {error}; copy the file again")
    if version == 2 and not _decodes_nifti2():
        return Defect(
            "a NIfTI-2 image, which the installed `datasets` uploads but cannot decode once it is"
            " loaded; convert it to NIfTI-1",
            tolerable=True,
        )
    return None


def _read_plain(stream: BinaryIO, size: int) -> int:
    version, needed = _header(stream)
    if size < needed:
        raise _DefectError(f"truncated: {size} bytes of the {needed} that its header asks for")
    return version


def _read_gzipped(stream: BinaryIO) -> int:
    with gzip.GzipFile(fileobj=stream) as content:
        version, needed = _header(cast("BinaryIO", content))
        stream.seek(-4, os.SEEK_END)
        if int.from_bytes(stream.read(4), "little") == needed % 2**32:
            return version
    stream.seek(0)
    with gzip.GzipFile(fileobj=stream) as content:
        size = 0
        while block := content.read(BLOCK):
            size += len(block)
    if size < needed:
        raise _DefectError(
            f"truncated: decompresses to {size} bytes of the {needed} that its header asks for"
        )
    return version


def _header(stream: BinaryIO) -> tuple[int, int]:
    """Return the version of a NIfTI image, and its uncompressed size in bytes."""
    start = stream.read(4)
    stream.seek(0)
    if start not in HEADERS:
        raise _DefectError("not NIfTI: it does not begin with a NIfTI header")
    kind = HEADERS[start]
    try:
        with np.errstate(all="ignore"):  # numbers that are too large are rejected below
            needed = _needed(kind, stream)
    except (_DefectError, OSError, EOFError, zlib.error):
        raise
    except Exception as error:  # nibabel raises many types for odd numbers and extensions
        raise _DefectError(f"not readable NIfTI: {str(error) or type(error).__name__}") from None
    return 2 if issubclass(kind, nib.Nifti2Header) else 1, needed


def _needed(kind: Any, stream: BinaryIO) -> int:
    """Return the uncompressed size of an image in bytes, as its header has it."""
    header = kind.from_fileobj(stream, check=False)
    magic = bytes(header["magic"]).rstrip(b"\0")
    if magic.startswith(b"ni"):
        raise _DefectError(
            "the header of a .hdr/.img pair, whose voxels are in another file; save it as one"
            " .nii file"
        )
    if not magic.startswith(b"n+"):
        raise _DefectError(f"not NIfTI: its header says {magic!r}")
    header.check_fix(_quiet)
    shape, voxel = header.get_data_shape(), header.get_data_dtype()
    offset = header.get_data_offset()  # int() of a float: raises for inf and NaN
    header.get_slope_inter()  # raises for a slope or intercept that cannot scale voxels
    if not shape or min(shape) < 0:
        raise _DefectError(f"not readable NIfTI: its header gives it the shape {shape}")
    if offset < 0:
        raise _DefectError(f"not readable NIfTI: its voxels are said to begin at byte {offset}")
    return int(offset + math.prod(shape) * voxel.itemsize)


@cache
def _decodes_nifti2() -> bool:
    """Return True if the installed `datasets` decodes an embedded NIfTI-2 image; 5.2.0 does not."""
    image = nib.Nifti2Image(np.zeros((1, 1, 1), np.uint8), np.eye(4))  # type: ignore[no-untyped-call]
    try:
        with LoggingOutputSuppressor():
            Nifti().decode_example({"bytes": image.to_bytes(), "path": None})
    except HeaderDataError:
        return False
    return True

"""Defects of NIfTI files: from header and size, or from every byte.

A ``.nii`` must be as long as its header says. A ``.nii.gz`` ends with the size of its content
modulo 2 ** 32 (RFC 1952), which must be what the header says. Only if it is not, the whole file is
read: it may have several gzip members, or bytes behind the voxels, and be sound. So a wrong
checksum or damaged voxels in the middle of an otherwise whole file are only detected if every byte
is asked for (``full``); a push detects them while it reads the file.

The affine is made as the reader of `datasets` makes it, since it fails for some numbers.
"""

from __future__ import annotations

import gzip
import io
import logging
import math
import os
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, BinaryIO, cast

import nibabel as nib
import numpy as np
from datasets import Nifti
from nibabel.arrayproxy import ArrayProxy
from nibabel.spatialimages import HeaderDataError

from workaround.arrow.contents import GZIP, drain_gzip, gzip_damage
from workaround.errors import Severity
from workaround.preflight.signatures import LENGTH, describe_format
from workaround.preflight.silence import without_nibabel_log

HEADERS: dict[bytes, Any] = {
    size.to_bytes(4, order): header
    for size, header in ((348, nib.Nifti1Header), (540, nib.Nifti2Header))
    for order in ("little", "big")
}
"""Class of a header by its first four bytes: its size, in the byte order of the file."""

IMAGES: dict[Any, Any] = {
    nib.Nifti1Header: nib.Nifti1Image,
    nib.Nifti2Header: nib.Nifti2Image,
}
LITTLE = {size.to_bytes(4, "little") for size in (348, 540)}
START = 1024
"""Bytes to read of a file that is far away: the header, compressed or not."""

_quiet = logging.Logger("nibabel", logging.CRITICAL + 1)


@dataclass(frozen=True)
class Defect:
    """A reason not to upload a file.

    Attributes:
        reason: One line for people: what is wrong, and what to do.
        severity: As of the `Problem` that it becomes.
    """

    reason: str
    severity: Severity = "error"


class _DefectError(Exception):
    """A defect of a header or of the size of a file, with the reason."""


class _UnknownError(_DefectError):
    """A file that begins as no known format does."""


class _CiftiError(_DefectError):
    """A CIFTI-2 file: NIfTI-2 by its header, and no volume."""


_VOXELS = (
    "the voxels of a .hdr/.img pair, whose header is in the .hdr file; save both as one .nii file"
)
_CIFTI = range(3000, 3100)
"""Intent codes of CIFTI (ConnUnknown, ConnDense, ...)."""


def nifti_defect(
    stream: BinaryIO, size: int, *, full: bool = False, name: str = ""
) -> Defect | None:
    """Return the defect of a NIfTI file, compressed or not.

    Args:
        stream: Seekable file, at its beginning.
        size: Size of the file in bytes.
        full: Decompress the whole of a gzip stream.
        name: Name of the file; empty if it has none.

    Returns:
        The first defect; None if the file seems sound.

    Raises:
        OSError: The file cannot be read.
    """
    gzipped = stream.read(2) == GZIP
    stream.seek(0)
    return _defect(
        lambda: _read_gzipped(stream, full) if gzipped else _read_plain(stream, size),
        name,
        gzipped=gzipped,
    )


def header_defect(start: bytes, size: int, *, name: str = "") -> Defect | None:
    """Return the defect of a NIfTI file by its first bytes, for files that are far away.

    Extensions of the header are not looked at.

    Args:
        start: First bytes of the file, `START` of them or the whole file.
        size: Size of the file in bytes.
        name: Name of the file; empty if it has none.
    """
    if start[:2] != GZIP:
        return _defect(lambda: _read_plain(_without_extensions(start), size), name, gzipped=False)

    def read() -> int:
        stream = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)  # of gzip
        content = stream.decompress(start, START)
        if len(content) < START and not stream.eof and len(start) == size:
            raise EOFError
        return _header(_without_extensions(content))[0]

    return _defect(read, name, gzipped=True)


def _without_extensions(start: bytes) -> BinaryIO:
    if start[:4] not in HEADERS:
        return io.BytesIO(start)
    length = int.from_bytes(start[:4], "little" if start[:4] in LITTLE else "big")
    return io.BytesIO(start[:length] + bytes(4) if len(start) > length else start)


def _defect(read: Callable[[], int], name: str, *, gzipped: bool) -> Defect | None:
    """Return the defect that reading an image reveals.

    Args:
        read: Reads the image and returns its version, 1 or 2.
        name: Name of the file; empty if it has none.
        gzipped: The file is a gzip stream.
    """
    try:
        with without_nibabel_log():
            version = read()
    except _CiftiError:
        return Defect(
            "CIFTI-2: grayordinates and no volume, which `datasets` does not decode; leave it out,"
            " or keep its path as text (--column NAME=string)",
            severity="omission",
        )
    except _UnknownError as error:
        other_half = name.lower().endswith((".img", ".img.gz"))
        return Defect(f"not NIfTI: {_VOXELS if other_half else error}")
    except _DefectError as error:
        return Defect(str(error))
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        return Defect(gzip_damage(error))
    if version == 2 and not _decodes_nifti2():
        return Defect(
            "a NIfTI-2 image, which the installed `datasets` uploads but cannot decode once it is"
            " loaded; convert it to NIfTI-1",
            severity="omission",
        )
    return name_defect(name, gzipped=gzipped)


def name_defect(name: str, *, gzipped: bool) -> Defect | None:
    """Return a remark if the name of a sound image does not say how it is stored.

    Args:
        name: Name of the file.
        gzipped: The file is a gzip stream.
    """
    text = name.lower()
    if gzipped and text.endswith(".nii"):
        reason = "its name ends in .nii, and it is compressed by gzip: rename it to .nii.gz"
    elif not gzipped and text.endswith(".nii.gz"):
        reason = "its name ends in .nii.gz, and it is not compressed: rename it to .nii"
    else:
        return None
    return Defect(f"{reason}, or readers that go by the name fail", severity="remark")


def _read_plain(stream: BinaryIO, size: int) -> int:
    version, needed = _header(stream)
    if size < needed:
        raise _DefectError(f"truncated: {size} bytes of the {needed} that its header asks for")
    return version


def _read_gzipped(stream: BinaryIO, full: bool) -> int:
    with gzip.GzipFile(fileobj=stream) as content:
        version, needed = _header(cast("BinaryIO", content))
        if not full:
            stream.seek(-4, os.SEEK_END)
            if int.from_bytes(stream.read(4), "little") == needed % 2**32:
                return version
    stream.seek(0)
    size = drain_gzip(stream)
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
        if known := describe_format(stream.read(LENGTH)):
            raise _DefectError(f"not NIfTI: {known}")
        raise _UnknownError("it does not begin with a NIfTI header")
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
    if not magic:
        raise _DefectError(
            "not NIfTI: a header of Analyze 7.5, whose voxels are in an .img file; convert both to"
            " one .nii file"
        )
    if not magic.startswith(b"n+"):
        raise _DefectError(f"not NIfTI: its header says {magic!r}")
    if int(header["intent_code"]) in _CIFTI:
        raise _CiftiError
    header.check_fix(_quiet)
    shape, voxel = header.get_data_shape(), header.get_data_dtype()
    offset = header.get_data_offset()  # int() of a float: raises for inf and NaN
    header.get_slope_inter()  # raises for a slope or intercept that cannot scale voxels
    if not shape or (min(shape) < 0 and math.prod(shape)):  # no voxels have any shape
        raise _DefectError(f"not readable NIfTI: its header gives it the shape {shape}")
    if offset < 0:
        raise _DefectError(f"not readable NIfTI: its voxels are said to begin at byte {offset}")
    _make_affine(header)
    return int(offset + math.prod(shape) * voxel.itemsize)


def _make_affine(header: Any) -> None:
    """Do with the affine what the reader of `datasets` does.

    Raises:
        _DefectError: The reader fails.
    """
    try:
        affine = header.get_best_affine()
    except ValueError as error:
        raise _DefectError(
            "its qform has a quaternion longer than 1, which no reader decodes; set the qform again"
        ) from error
    if not np.isfinite(affine).all():
        # The reader wraps an image into another, whose header is made of the affine if it differs.
        proxy = ArrayProxy(io.BytesIO(), header)  # type: ignore[no-untyped-call]
        try:
            IMAGES[type(header)](proxy, affine, header)
        except (ValueError, HeaderDataError, np.linalg.LinAlgError) as error:
            raise _DefectError(
                "its affine has numbers that are not finite, which no reader decodes; set sform"
                " and qform again"
            ) from error


@cache
def _decodes_nifti2() -> bool:
    """Return True if the installed `datasets` decodes an embedded NIfTI-2 image; 5.2.0 does not."""
    image = nib.Nifti2Image(np.zeros((1, 1, 1), np.uint8), np.eye(4))  # type: ignore[no-untyped-call]
    try:
        with without_nibabel_log():
            Nifti().decode_example({"bytes": image.to_bytes(), "path": None})
    except HeaderDataError:
        return False
    return True

"""Sound files of this machine, recognized in batches: one open, one stat and one read of each.

nibabel takes 180 µs for a header, which is most of the time of a push of many small files. Here the
headers of a batch are judged at once, and only files that are certain to have no defect are called
sound. `inspect` examines the others one by one, and has the reasons.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from stat import S_ISREG
from typing import Any

import nibabel as nib
import numpy as np
import numpy.typing as npt
from nibabel.nifti1 import data_type_codes, xform_codes

from workaround.arrow.contents import GZIP, decompressed
from workaround.arrow.file_cells import Int64Array
from workaround.arrow.local import OPENING, SMALL, version_of
from workaround.arrow.paths import is_local, normal
from workaround.preflight.header_texts import HeaderTexts, texts_of_headers
from workaround.preflight.inspect import CheckLevel
from workaround.preflight.nifti import name_defect

_TEMPLATE: Any = nib.Nifti1Header.template_dtype
HEADER: np.dtype[Any] = np.dtype(
    [
        *_TEMPLATE.newbyteorder("<").descr,
        ("extensions", "u1"),
        ("reserved", "S3"),
    ]
)
"""Start of a ``.nii`` in little-endian order: the header, and the flag of extensions."""
_TYPES: Any = data_type_codes.dtype
_CODES = np.array(sorted(data_type_codes.value_set("code")), dtype=np.int16)
_ITEMSIZES = np.array([np.dtype(_TYPES[code]).itemsize for code in _CODES.tolist()])
_TRANSFORMS = sorted(xform_codes.value_set("code"))
_THRESHOLD = 3e-7  # nibabel takes a quaternion that is longer than 1 by up to 3.57e-7

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Glance:
    """Facts about some files.

    Attributes:
        sound: True for the files that have no defect; nothing is known of the others.
        sizes: Size of each sound file in bytes.
        versions: Version of each sound file (`SourceFile`).
        texts: Texts of the headers of sound images.
    """

    sound: Mask
    sizes: Int64Array
    versions: Int64Array
    texts: HeaderTexts = field(default_factory=HeaderTexts)


def glance(paths: Sequence[str], *, level: CheckLevel, nifti: bool) -> Glance:
    """Look for sound files.

    Args:
        paths: Paths and URLs.
        level: What to read of each file. At level "full" no file is called sound.
        nifti: Expect NIfTI images.
    """
    count = len(paths)
    facts = Glance(np.zeros(count, np.bool_), np.zeros(count, np.int64), np.zeros(count, np.int64))
    starts: list[bytes] = []
    contents = np.zeros(count, np.int64)
    read = nifti and level == "headers"
    for number, path in enumerate(paths):
        start = b""
        if level != "full" and is_local(path) and (file := _read(path, read=read)) is not None:
            status, start, contents[number] = file
            facts.sound[number] = True
            facts.sizes[number], facts.versions[number] = status.st_size, version_of(status)
        starts.append(start)
    if read:
        headers = _headers(starts)
        facts.sound[:] &= _sound(headers, contents)
        sound = np.flatnonzero(facts.sound)
        texts = texts_of_headers(headers[sound], [paths[number] for number in sound.tolist()])
        facts.texts.update(texts)
    return facts


def sound_headers(starts: Sequence[bytes], sizes: Int64Array) -> Mask:
    """Return a mask of the NIfTI-1 images that are certain to have no defect.

    Args:
        starts: The first bytes of each image.
        sizes: Size of each image in bytes, uncompressed.
    """
    return _sound(_headers(starts), sizes)


def _headers(starts: Sequence[bytes]) -> npt.NDArray[Any]:
    length = HEADER.itemsize
    rows = [start[:length] if len(start) >= length else bytes(length) for start in starts]
    return np.frombuffer(b"".join(rows), HEADER)


def _sound(headers: npt.NDArray[Any], sizes: Int64Array) -> Mask:
    with np.errstate(all="ignore"):  # numbers that are too large are rejected
        itemsizes = _itemsizes(headers["datatype"])
        offsets = headers["vox_offset"].astype(np.float64)
        needed = np.trunc(offsets) + _voxels(headers["dim"]) * itemsizes
        sound: Mask = (
            (headers["sizeof_hdr"] == nib.Nifti1Header.sizeof_hdr)
            & (headers["magic"] == nib.Nifti1Header.single_magic)
            & (headers["extensions"] == 0)
            & (itemsizes > 0)
            & (offsets >= nib.Nifti1Header.single_vox_offset)
            & (needed <= sizes)
            & _scales(headers)
            & _places(headers)
        )
    return sound


def _itemsizes(datatypes: npt.NDArray[np.int16]) -> Int64Array:
    """Return the bytes of a voxel of each type; 0 for unknown types."""
    index = np.minimum(np.searchsorted(_CODES, datatypes), len(_CODES) - 1)
    itemsizes: Int64Array = np.where(_CODES[index] == datatypes, _ITEMSIZES[index], 0)
    return itemsizes


def _voxels(dims: npt.NDArray[np.int16]) -> npt.NDArray[np.float64]:
    """Return the number of voxels of each shape; NaN for shapes that need a closer look."""
    used = np.arange(1, dims.shape[1]) <= dims[:, :1]
    lengths = np.where(used, dims[:, 1:], 1)
    ordinary = (dims[:, 0] >= 1) & (dims[:, 0] < dims.shape[1])
    ordinary &= (lengths >= 0).all(axis=1)
    return np.where(ordinary, lengths.prod(axis=1, dtype=np.float64), np.nan)


def _scales(headers: npt.NDArray[np.void]) -> Mask:
    """Return a mask of the headers whose slope and intercept scale voxels, or are not used."""
    slope, intercept = headers["scl_slope"], headers["scl_inter"]
    unused: Mask = (slope == 0) | ~np.isfinite(slope)
    unused |= np.isfinite(intercept)
    return unused


def _places(headers: npt.NDArray[np.void]) -> Mask:
    """Return a mask of the headers whose affine is finite."""
    sform, qform = headers["sform_code"], headers["qform_code"]
    rows = [np.isfinite(headers[name]).all(axis=1) for name in ("srow_x", "srow_y", "srow_z")]
    vector = [headers[f"quatern_{axis}"].astype(np.float64) for axis in "bcd"]
    rotates = 1 - sum(part * part for part in vector) > -_THRESHOLD
    offsets = [np.isfinite(headers[f"qoffset_{axis}"]) for axis in "xyz"]
    spaced = np.isfinite(headers["pixdim"][:, 1:]).all(axis=1)
    finite: Mask = np.where(
        sform != 0,
        np.all(rows, axis=0),
        spaced & ((qform == 0) | (rotates & np.all(offsets, axis=0))),
    )
    known: Mask = np.isin(sform, _TRANSFORMS) & np.isin(qform, _TRANSFORMS)
    return finite & known


def _read(path: str, *, read: bool) -> tuple[os.stat_result, bytes, int] | None:
    """Return the status of a file with content, the start of its image and the size of that.

    Args:
        path: Path on this machine.
        read: Read the start, and a small gzip stream to its end.

    Returns:
        None for a file that needs a closer look.
    """
    try:
        descriptor = os.open(normal(path), OPENING)
    except (OSError, ValueError):
        return None
    try:
        status = os.fstat(descriptor)
        size = status.st_size
        if not S_ISREG(status.st_mode) or not size:
            return None
        start = os.read(descriptor, HEADER.itemsize) if read else b""
        gzipped = start[:2] == GZIP
        if read and name_defect(path, gzipped=gzipped) is not None:
            return None
        if gzipped and size <= SMALL:
            start = decompressed(start + os.read(descriptor, SMALL))
            size = len(start)
    except OSError:
        return None
    finally:
        os.close(descriptor)
    return status, start, size

"""Defects of NIfTI files."""

from __future__ import annotations

import gzip
import io
import math
import struct
from collections import defaultdict
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import nibabel as nib
import numpy as np
import pytest
from datasets import Nifti
from hypothesis import example, given, settings
from hypothesis import strategies as st
from nibabel.imageglobals import LoggingOutputSuppressor

from repro.synthetic.nifti import write_nifti
from workaround.arrow.contents import GZIP
from workaround.preflight.nifti import START, Defect, header_defect, nifti_defect


def defect_of(content: bytes) -> Defect | None:
    return nifti_defect(io.BytesIO(content), len(content))


def reason(content: bytes) -> str:
    defect = defect_of(content)
    assert defect is not None
    assert defect.severity == "error"
    return defect.reason


@pytest.fixture
def plain(tmp_path: Path) -> bytes:
    return write_nifti(tmp_path / "scan.nii", 20_000).read_bytes()


@pytest.mark.parametrize("suffix", [".nii", ".nii.gz"])
@pytest.mark.parametrize("dtype", ["<i2", ">i2", "<f4", ">f8", "u1"])
@pytest.mark.parametrize("ndim", [3, 4])
def test_sound_file_has_no_defect(tmp_path: Path, suffix: str, dtype: str, ndim: int) -> None:
    path = write_nifti(tmp_path / f"scan{suffix}", 20_000, dtype=dtype, ndim=ndim, background=0.4)
    assert defect_of(path.read_bytes()) is None


@pytest.mark.parametrize("suffix", [".nii", ".nii.gz"])
@pytest.mark.parametrize("dtype", ["<i2", ">i2"])
def test_nifti_2_is_tolerated_where_it_cannot_be_decoded(
    tmp_path: Path, suffix: str, dtype: str
) -> None:
    path = write_nifti(tmp_path / f"scan{suffix}", 20_000, version=2, dtype=dtype)
    content = path.read_bytes()
    defect = defect_of(content)
    try:
        Nifti().decode_example({"bytes": content, "path": None})
    except nib.spatialimages.HeaderDataError:
        assert defect is not None
        assert defect.severity == "omission"
        assert "NIfTI-2" in defect.reason
    else:
        assert defect is None


def test_one_byte_less_is_truncated(plain: bytes) -> None:
    assert "truncated" in reason(plain[:-1])
    assert "truncated" in reason(gzip.compress(plain[:-1]))
    assert "truncated" in reason(gzip.compress(plain)[:-1])


@pytest.mark.parametrize("offset", [math.inf, -math.inf, math.nan, -1e9, 1e30])
def test_invalid_voxel_offset_is_a_defect(plain: bytes, offset: float) -> None:
    content = plain[:108] + struct.pack("<f", offset) + plain[112:]  # vox_offset
    assert defect_of(content) is not None
    assert defect_of(gzip.compress(content)) is not None


NAN = math.nan
CASES: dict[str, list[tuple[Any, ...]]] = {
    "quaternion far over 1": [(252, "hh", 1, 0), (256, "3f", 1, 1, 0)],
    "quaternion just over 1": [(252, "hh", 1, 0), (256, "3f", 0, 1.00001, 0)],
    "quaternion over 1 by an ulp": [(252, "hh", 1, 0), (256, "3f", 0, 1.0000001, 0)],
    "quaternion over 1, not used": [(252, "hh", 0, 0), (256, "3f", 1, 1, 1)],
    "quaternion over 1, sform first": [(252, "hh", 1, 1), (256, "3f", 1, 1, 1)],
    "quaternion NaN": [(252, "hh", 1, 0), (256, "3f", NAN, 0, 0)],
    "quaternion inf": [(252, "hh", 1, 0), (256, "3f", math.inf, 0, 0)],
    "offset NaN": [(252, "hh", 1, 0), (268, "3f", NAN, 0, 0)],
    "offset inf": [(252, "hh", 1, 0), (268, "3f", math.inf, 0, 0)],
    "sform NaN": [(252, "hh", 0, 1), (280, "12f", NAN, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0)],
    "sform offset NaN": [(252, "hh", 0, 1), (280, "12f", 1, 0, 0, NAN, 0, 1, 0, 0, 0, 0, 1, 0)],
    "sform inf": [(252, "hh", 0, 1), (280, "12f", math.inf, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0)],
    "sform NaN, qform first": [(252, "hh", 1, 0), (280, "12f", *[NAN] * 12)],
    "sform zero": [(252, "hh", 0, 1), (280, "12f", *[0] * 12)],
    "pixdim NaN": [(252, "hh", 0, 0), (76, "8f", *[NAN] * 8)],
    "pixdim NaN with qform": [(252, "hh", 1, 0), (76, "8f", 1, NAN, 1, 1, 1, 1, 1, 1)],
    "pixdim inf": [(252, "hh", 0, 0), (76, "8f", *[math.inf] * 8)],
    "qfac 5": [(252, "hh", 1, 0), (76, "f", 5)],
    "codes unknown": [(252, "hh", 99, -7)],
    "intent unknown": [(68, "h", 31000), (56, "3f", NAN, NAN, NAN)],
    "slope NaN": [(112, "2f", NAN, NAN)],
    "slope inf": [(112, "2f", math.inf, 0)],
    "slice fields": [(74, "h", 9000), (120, "h", -5), (122, "bb", 99, 99)],
    "no dimensions": [(40, "h", 0)],
    "eight dimensions": [(40, "h", 8)],
    "dimension of zero": [(42, "h", 0)],
    "data type unknown": [(70, "h", 3)],
    "bits per voxel wrong": [(72, "h", 99)],
}


def image(*edits: tuple[Any, ...], extension: bytes = b"") -> bytes:
    """Return a NIfTI-1 image of 64 voxels with changes: offset, format, values."""
    base = nib.Nifti1Image(np.arange(64, dtype=np.int16).reshape(4, 4, 4), np.eye(4))  # type: ignore[no-untyped-call]
    if extension:
        base.header.extensions.append(nib.nifti1.Nifti1Extension(6, extension))
    content = bytearray(base.to_bytes())
    for offset, form, *values in edits:
        struct.pack_into(f"<{form}", content, offset, *values)
    return bytes(content)


def decodes(content: bytes) -> bool:
    """Return True if `datasets` decodes an embedded file, with all voxels."""
    try:
        with LoggingOutputSuppressor(), np.errstate(all="ignore"):
            decoded: Any = Nifti().decode_example({"bytes": content, "path": None})
            decoded.get_fdata()
    except Exception:
        return False
    return True


@pytest.mark.parametrize("name", CASES)
def test_file_has_a_defect_if_it_does_not_decode(name: str) -> None:
    content = image(*CASES[name])
    assert (defect_of(content) is None) == decodes(content)
    assert (defect_of(gzip.compress(content)) is None) == decodes(content)
    assert (header_defect(content[:START], len(content)) is None) == decodes(content)


FLOATS = st.sampled_from([math.inf, -math.inf, NAN, 0.0, -0.0, -1.0, 1.0000001, 0.7, 1e30, 1e-40])
CHANGES = st.one_of(
    st.tuples(st.sampled_from(range(256, 328, 4)), st.just("f"), FLOATS | st.floats(width=32)),
    st.tuples(st.sampled_from(range(76, 124, 4)), st.just("f"), FLOATS | st.floats(width=32)),
    st.tuples(st.sampled_from([252, 254, 68, 74, 120]), st.just("h"), st.integers(-3, 9)),
    st.tuples(st.sampled_from(range(40, 56, 2)), st.just("h"), st.integers(-2, 5)),
    st.tuples(st.integers(4, 340), st.just("8s"), st.binary(min_size=8, max_size=8)),
)


@example([(112, "2f", 1.0, NAN)], b"")
@example([(40, "4h", 3, 0, -1, 4)], b"")
@example([(40, "4h", 3, -1, 0, 0)], b"")
@example([(40, "4h", 3, -1, -1, 4)], b"")
@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # of numbers that are too large
@settings(max_examples=300, deadline=None)
@given(st.lists(CHANGES, max_size=5), st.binary(max_size=20))
def test_file_without_defect_is_decoded(changes: list[tuple[Any, ...]], extension: bytes) -> None:
    content = image((252, "hh", 1, 0), *changes, extension=extension)
    defect = defect_of(content)
    if defect is None:
        assert decodes(content)
    elif defect.severity == "error":
        assert "pair" in defect.reason or not decodes(content)


FIELDS = [
    (kind, order, name)
    for kind in (nib.Nifti1Header, nib.Nifti2Header)
    for order in "<>"
    for name in kind.template_dtype.names or ()
    if name != "sizeof_hdr"
]


@given(st.sampled_from(FIELDS), st.binary(min_size=80, max_size=80), st.binary(max_size=64))
def test_no_field_and_no_extension_ends_the_check(
    field: tuple[Any, str, str], noise: bytes, extension: bytes
) -> None:
    kind, order, name = field
    changed = kind(endianness=order)
    changed.set_data_shape((4, 4, 4))
    changed["vox_offset"] = 640
    dtype, start = changed.structarr.dtype.fields[name]
    content = bytearray(changed.binaryblock)
    content[start : start + dtype.itemsize] = noise[: dtype.itemsize]
    whole = bytes(content + b"\1\0\0\0" + extension).ljust(1000, b"\0")
    defect_of(whole)
    defect_of(gzip.compress(whole))


def test_unreadable_extension_is_a_defect(monkeypatch: pytest.MonkeyPatch) -> None:
    content = image(extension=b"text")
    assert defect_of(content) is None
    broken = Mock(handler=defaultdict(lambda: Mock(side_effect=TypeError)))
    monkeypatch.setattr(nib.nifti1, "extension_codes", broken)
    assert reason(content) == "not readable NIfTI: TypeError"


def test_overflow_is_not_a_warning() -> None:
    content = bytearray(header(vox_offset=400))
    content[348:356] = struct.pack("<4sl", b"\1\0\0\0", -(2**31))  # size of an extension
    assert reason(bytes(content)) == "not readable NIfTI: failed to read extension content"


@pytest.mark.parametrize("length", [1, 2, 3, 9, 100, 347])
def test_partial_header_is_a_defect(plain: bytes, length: int) -> None:
    assert defect_of(plain[:length]) is not None
    assert defect_of(gzip.compress(plain)[:length]) is not None
    assert defect_of(gzip.compress(plain[:length])) is not None


@pytest.mark.parametrize("damage", [-8, -1, 4000])
def test_full_level_detects_damage(damage: int) -> None:
    content = bytearray(gzip.compress(image() + bytes(range(256)) * 20, compresslevel=0))
    assert nifti_defect(io.BytesIO(content), len(content), full=True) is None
    content[damage] ^= 1
    defect = nifti_defect(io.BytesIO(content), len(content), full=True)
    assert defect is not None
    assert defect.reason.startswith("damaged")


@pytest.mark.parametrize("size", [START, 20_000])
def test_start_of_a_far_file_is_enough(plain: bytes, size: int) -> None:
    packed = gzip.compress(plain, compresslevel=0)
    assert header_defect(plain[:size], len(plain)) is None
    assert header_defect(packed[:size], len(packed)) is None
    extended = image(extension=b"x" * 5000)
    assert header_defect(extended[:START], len(extended)) is None


def test_defect_of_a_far_file(plain: bytes) -> None:
    def reason(start: bytes, size: int) -> str:
        defect = header_defect(start, size)
        assert defect is not None
        return defect.reason

    assert "truncated" in reason(plain[:START], len(plain) - 1)
    assert "not NIfTI" in reason(b"<html>" * 99, 594)
    assert "not NIfTI" in reason(gzip.compress(b"<html>"), 50)
    assert "truncated" in reason(gzip.compress(plain)[:200], 200)
    assert "damaged" in reason(GZIP + b"text" * 99, 398)


def test_bytes_behind_the_voxels_are_ignored(plain: bytes) -> None:
    assert defect_of(plain + b"more") is None
    assert defect_of(gzip.compress(plain + b"more")) is None


def test_several_gzip_members_are_one_file(plain: bytes) -> None:
    assert defect_of(gzip.compress(plain[:7000]) + gzip.compress(plain[7000:])) is None


def test_lost_gzip_member_is_truncated(plain: bytes) -> None:
    assert "truncated" in reason(gzip.compress(plain[:7000]))


def test_damage_is_detected_if_the_file_is_read_whole(plain: bytes) -> None:
    content = bytearray(gzip.compress(plain[:7000]) + gzip.compress(plain[7000:]))
    content[-8] ^= 0xFF  # of the checksum
    assert reason(bytes(content)).startswith("damaged")


def test_pair_of_header_and_image_is_refused() -> None:
    pair = nib.Nifti1Pair(np.zeros((4, 4, 4), np.int16), np.eye(4))  # type: ignore[no-untyped-call]
    assert "pair" in reason(pair.header.binaryblock)
    assert "pair" in reason(gzip.compress(pair.header.binaryblock))


def header(**fields: Any) -> bytes:
    changed: Any = nib.Nifti1Header()  # type: ignore[no-untyped-call]
    changed.set_data_shape((4, 4, 4))
    changed["vox_offset"] = 352
    for name, value in fields.items():
        changed[name] = value
    return bytes(changed.binaryblock) + bytes(5000)


def test_header_that_nibabel_refuses_is_a_defect() -> None:
    assert defect_of(header()) is None
    assert "data code 77" in reason(header(datatype=77))


def test_negative_shape_is_a_defect() -> None:
    assert "shape" in reason(header(dim=[3, 4, -4, 4, 1, 1, 1, 1]))


@pytest.mark.parametrize(
    "content", [b"text", b"\x89PNG\r\n\x1a\n" * 100, bytes(1000), b"BZh9" + bytes(1000)]
)
def test_other_formats_are_not_nifti(content: bytes) -> None:
    assert reason(content).startswith("not NIfTI")
    assert reason(gzip.compress(content)).startswith("not NIfTI")


def test_nothing_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    assert defect_of(header(vox_offset=353)) is None  # nibabel warns: SPM cannot read it
    assert caplog.messages == []


class Counting(io.BytesIO):
    """A stream that counts the bytes read from it."""

    count = 0

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        self.count += len(data)
        return data


def test_sound_file_is_not_read_whole(tmp_path: Path) -> None:
    content = write_nifti(tmp_path / "scan.nii.gz", 2_000_000).read_bytes()
    stream = Counting(content)
    assert nifti_defect(stream, len(content)) is None
    assert stream.count < 500_000

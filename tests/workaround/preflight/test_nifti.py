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
from hypothesis import example, given
from hypothesis import strategies as st

from repro.synthetic.nifti import write_nifti
from workaround.preflight.nifti import Defect, nifti_defect


def defect_of(content: bytes) -> Defect | None:
    return nifti_defect(io.BytesIO(content), len(content))


def reason(content: bytes) -> str:
    defect = defect_of(content)
    assert defect is not None
    assert not defect.tolerable
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
        assert defect.tolerable
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


NUMBERS = st.sampled_from([math.inf, -math.inf, math.nan, 0.0, -1.0, 1e30]).map(
    lambda number: struct.pack("<f", number)
)


@example([(112, struct.pack("<ff", 1.0, math.nan))])  # scl_slope, scl_inter
@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # of numbers that are too large
@given(
    st.lists(
        st.tuples(st.integers(4, 344), NUMBERS | st.binary(min_size=1, max_size=8)), max_size=4
    )
)
def test_file_without_defect_is_decoded(changes: list[tuple[int, bytes]]) -> None:
    image = nib.Nifti1Image(np.ones((4, 4, 4), np.int16), np.eye(4))  # type: ignore[no-untyped-call]
    content = bytearray(image.to_bytes())
    for start, new in changes:
        content[start : start + len(new)] = new
    if defect_of(bytes(content)) is None:
        nib.Nifti1Image.from_bytes(bytes(content)).get_fdata()


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
    image = nib.Nifti1Image(np.ones((4, 4, 4), np.int16), np.eye(4))  # type: ignore[no-untyped-call]
    image.header.extensions.append(nib.nifti1.Nifti1Extension(6, b"text"))
    content = image.to_bytes()
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
    image = nib.Nifti1Pair(np.zeros((4, 4, 4), np.int16), np.eye(4))  # type: ignore[no-untyped-call]
    assert "pair" in reason(image.header.binaryblock)
    assert "pair" in reason(gzip.compress(image.header.binaryblock))


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

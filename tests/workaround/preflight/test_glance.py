"""Sound files, recognized in batches: never one that has a defect."""

from __future__ import annotations

import gzip
import io
import os
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from repro.synthetic.broken import Broken, write_broken
from repro.synthetic.nifti import write_nifti
from workaround.arrow.files import Files
from workaround.arrow.local import SMALL
from workaround.preflight.glance import HEADER, glance, sound_headers
from workaround.preflight.inspect import inspect_file
from workaround.preflight.nifti import nifti_defect

IMAGE = nib.Nifti1Image(np.arange(64, dtype=np.int16).reshape(4, 4, 4), np.eye(4))  # type: ignore[no-untyped-call]
BASE: bytes = IMAGE.to_bytes()
FIELDS = [name for name in HEADER.names or () if name not in {"descrip", "aux_file", "data_type"}]
NAN, INF = float("nan"), float("inf")
PLACES: Mapping[str, Any] = HEADER.fields or {}
USUAL = (
    *(0, 1, 2, 3, 4, 5, 8, 16, 64, 128, 255, 348, 352, 512, 1792, 27307),
    *(-1.0, 0.5, 0.7071068, 1.0000001, 1.00001, 400.5, 3e38),
)
ODD = (NAN, INF, -INF)

Edit = tuple[int, bytes]


def packed(offset: int, form: str, *values: Any) -> list[Edit]:
    return [(offset, struct.pack(f"<{form}", *values))]


@st.composite
def edits(draw: st.DrawFn) -> list[Edit]:
    """Return numbers for a few fields: odd ones, and those of ordinary files."""
    result = []
    for name in draw(st.lists(st.sampled_from(FIELDS), max_size=3)):
        kind, offset = PLACES[name][:2]
        item = kind.base
        number = st.binary(min_size=item.itemsize, max_size=item.itemsize)
        if item.kind in "iuf":
            usual = (
                [*USUAL, *ODD]
                if item.kind == "f"
                else [one for one in USUAL if one == int(one) < 1e5]
            )
            with np.errstate(all="ignore"):
                number |= st.sampled_from([np.array(one).astype(item).tobytes() for one in usual])
        place = draw(st.integers(0, kind.itemsize // item.itemsize - 1))
        result.append((offset + place * item.itemsize, draw(number)))
    return result


def edited(changes: list[Edit], content: bytes = BASE) -> bytes:
    data = bytearray(content)
    for offset, value in changes:
        data[offset : offset + len(value)] = value
    return bytes(data)


def is_sound(content: bytes) -> bool:
    return bool(sound_headers([content[: HEADER.itemsize]], np.array([len(content)]))[0])


@settings(max_examples=500, deadline=None)
@given(changes=edits(), end=st.none() | st.integers(0, len(BASE)))
@example([*packed(252, "hh", 1, 0), *packed(256, "3f", 1, 1, 0)], None)
@example([*packed(252, "hh", 1, 0), *packed(256, "3f", 0, 1.00001, 0)], None)
@example([*packed(252, "hh", 1, 0), *packed(256, "3f", NAN, 0, 0)], None)
@example([*packed(252, "hh", 0, 1), *packed(280, "12f", NAN, *[0] * 11)], None)
@example(packed(108, "f", 348), None)
@example(packed(112, "2f", 1, INF), None)
@example(packed(40, "4h", 3, 27307, 1, 6), None)
@example(packed(40, "8h", 7, *[32767] * 7), None)
@example(packed(344, "3sB", b"ni1", 0), None)
@example([*packed(252, "hh", 1, 99), *packed(256, "3f", 1, 1, 0)], None)
@example([*packed(252, "hh", 99, 0), *packed(256, "3f", 1, 1, 0)], None)
@example([*packed(40, "4h", 3, 1, 1, 1), *packed(108, "f", 384), *packed(348, "B", 1)], None)
def test_nothing_with_a_defect_is_sound(changes: list[Edit], end: int | None) -> None:
    content = edited(changes)[:end]
    if is_sound(content):
        assert nifti_defect(io.BytesIO(content), len(content)) is None


@pytest.mark.parametrize(
    "changes",
    [
        [],
        packed(252, "hh", 0, 0),
        [*packed(252, "hh", 1, 0), *packed(256, "3f", 0, 1, 0)],  # turned by 180 degrees
        packed(280, "12f", *[0] * 12),
        packed(76, "f", 0),  # qfac, which many writers leave out
        packed(112, "2f", 2.5, -1),
        packed(40, "8h", 4, 4, 4, 4, 1, 1, 1, 1),
    ],
)
def test_ordinary_headers_are_sound(changes: list[Edit]) -> None:
    assert is_sound(edited(changes))


@pytest.mark.parametrize("suffix", [".nii", ".nii.gz"])
@pytest.mark.parametrize("dtype", ["<i2", "<f4", "<f8", "u1"])
@pytest.mark.parametrize("ndim", [3, 4])
def test_ordinary_files_are_sound(tmp_path: Path, suffix: str, dtype: str, ndim: int) -> None:
    path = write_nifti(tmp_path / f"scan{suffix}", 20_000, dtype=dtype, ndim=ndim, background=0.4)
    assert glance([str(path)], level="headers", nifti=True).sound.all()


@pytest.mark.parametrize("level", ["sizes", "headers"])
@pytest.mark.parametrize("nifti", [True, False])
def test_facts_are_those_of_the_inspection(tmp_path: Path, level: Any, nifti: bool) -> None:
    for kind in Broken:
        write_broken(tmp_path / f"{kind.name}.nii.gz", kind)
    for name in ("a.nii", "b.nii.gz", "with space.nii"):
        write_nifti(tmp_path / name, 3800)
    (tmp_path / "damaged.nii.gz").write_bytes(edited([(-8, b"0000")], gzip.compress(BASE)))
    (tmp_path / "two.nii.gz").write_bytes(gzip.compress(BASE[:400]) + gzip.compress(BASE[400:]))
    write_nifti(tmp_path / "large.nii.gz", 2 * SMALL)
    os.mkfifo(tmp_path / "pipe")
    paths = [*map(str, sorted(path for path in tmp_path.rglob("*"))), str(tmp_path / "none"), ""]
    paths += [f"file://{tmp_path}/a.nii", "memory://a.nii", "nul\0.nii"]
    facts = glance(paths, level=level, nifti=nifti)
    inspections = [inspect_file(Files(), path, level=level, nifti=nifti) for path in paths]
    assert facts.sound.any()
    for number in np.flatnonzero(facts.sound):
        source = inspections[number].source
        assert inspections[number].defect is None
        assert source is not None
        assert (facts.sizes[number], facts.versions[number]) == (source.size, source.version)
    missed = [
        Path(path).name
        for path, inspection, sound in zip(paths, inspections, facts.sound, strict=True)
        if inspection.defect is None and not sound
    ]
    assert set(missed) <= {
        *("two.nii.gz", "large.nii.gz"),  # sound, but not plainly
        *("damaged.nii.gz", "BAD_CRC.nii.gz", "NO_PERMISSION.nii.gz"),  # which headers do not show
    }


def test_no_file_is_sound_where_every_byte_is_asked_for(tmp_path: Path) -> None:
    path = write_nifti(tmp_path / "scan.nii", 3800)
    assert not glance([str(path)], level="full", nifti=True).sound.any()


def test_names_that_do_not_fit_need_a_closer_look(tmp_path: Path) -> None:
    content = write_nifti(tmp_path / "a.nii", 5000).read_bytes()
    (tmp_path / "b.nii.gz").write_bytes(content)
    (tmp_path / "c.nii").write_bytes(gzip.compress(content))
    paths = [str(tmp_path / name) for name in ("a.nii", "b.nii.gz", "c.nii")]
    assert glance(paths, level="headers", nifti=True).sound.tolist() == [True, False, False]

"""Compress contents if a sample shrinks."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from workaround.arrow.contents import Content
from workaround.arrow.files import Files
from workaround.parquet.compression import SAMPLE, shrinks

NOISE = random.Random(0).randbytes(3 * SAMPLE)
VOXELS = b"".join(bytes([value, 0]) for value in range(256)) * (3 * SAMPLE // 512)


@pytest.mark.parametrize(
    ("name", "content", "worth"),
    [
        ("a.nii", VOXELS, True),
        ("a.nii", NOISE, False),
        ("a.nii.gz", VOXELS, False),
        ("a.NII.GZ", VOXELS, False),
        ("a.nii", b"", False),
    ],
)
def test_sample_decides(tmp_path: Path, name: str, content: bytes, worth: bool) -> None:
    (tmp_path / name).write_bytes(content)
    assert shrinks([Files().look_up(str(tmp_path / name))], Files()) is worth


def test_sample_is_from_the_middle_of_the_largest(tmp_path: Path) -> None:
    """The brain is in the middle of an image; the air at both ends always shrinks."""
    (tmp_path / "air.nii").write_bytes(bytes(SAMPLE))
    (tmp_path / "head.nii").write_bytes(bytes(SAMPLE) + NOISE[:SAMPLE] + bytes(SAMPLE))
    contents: list[Content] = [
        Files().look_up(str(tmp_path / "air.nii")),
        Files().look_up(str(tmp_path / "head.nii")),
        memoryview(b"small"),
    ]
    assert not shrinks(contents, Files())


def test_embedded_contents_are_sampled() -> None:
    assert shrinks([memoryview(VOXELS)], Files())
    assert not shrinks([memoryview(NOISE)], Files())


def test_no_contents_are_not_compressed() -> None:
    assert not shrinks([], Files())

"""The contents of synthetic files, the same for the same seed."""

import gzip
import hashlib
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pytest
from datasets import Nifti
from hypothesis import given, settings
from hypothesis import strategies as st

from repro.synthetic.nifti import REPETITION_TIME, TOLERANCE, write_nifti
from tests.support.constants import ROOT

SUFFIXES = (".nii", ".nii.gz")
INTEGERS = ("int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64")
FLOATS = ("float32", "float64")
BIG_ENDIAN = (">i2", ">f4")

MakeNifti = Callable[..., Path]


def load(path: Path) -> Any:
    """The image at ``path``; Any, for nibabel's stubs do not know what ``load`` returns."""
    return nib.load(path)


def voxels(path: Path) -> np.ndarray[Any, np.dtype[Any]]:
    """The voxels of an image in the type they are stored in."""
    return np.asarray(load(path).dataobj)


def decode(path: Path | None, content: bytes | None = None) -> Any:
    """Decode a path, or embedded bytes, as a ``Nifti`` column does."""
    return Nifti().decode_example({"path": path and str(path), "bytes": content})


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("ndim", [3, 4])
@pytest.mark.parametrize("dtype", ["uint8", "int16", "float32", "float64"])
@pytest.mark.parametrize("size", [1_024, 5_000, 65_536, 1_000_000, 64 << 20])
def test_size_on_disk_is_the_wanted_one(
    make_nifti: MakeNifti, size: int, dtype: str, ndim: int, suffix: str
) -> None:
    path = make_nifti(f"image{suffix}", size, dtype=dtype, ndim=ndim)
    assert path.stat().st_size == pytest.approx(size, rel=TOLERANCE)
    image = load(path)
    assert len(image.shape) == ndim
    assert image.get_data_dtype() == dtype
    path.unlink()  # the large ones would fill the disk


@settings(deadline=None, max_examples=100)
@given(
    size=st.integers(4_096, 150_000),
    dtype=st.sampled_from(INTEGERS + FLOATS + BIG_ENDIAN),
    suffix=st.sampled_from(SUFFIXES),
    ndim=st.sampled_from([3, 4]),
    version=st.sampled_from([1, 2]),
    background=st.one_of(st.sampled_from([0.0, 0.5, 1.0]), st.floats(0, 1)),
    seed=st.integers(0, 2**64),
)
def test_any_file_has_the_wanted_size_and_all_its_voxels(
    tmp_path_factory: pytest.TempPathFactory,
    size: int,
    dtype: str,
    suffix: str,
    ndim: int,
    version: int,
    background: float,
    seed: int,
) -> None:
    path = write_nifti(
        tmp_path_factory.getbasetemp() / f"any{suffix}",
        size,
        ndim=ndim,
        dtype=dtype,
        version=version,
        background=background,
        seed=seed,
    )
    assert path.stat().st_size == pytest.approx(size, rel=TOLERANCE)
    image = load(path)
    assert image.header["sizeof_hdr"] == (348 if version == 1 else 540)
    stored = voxels(path)
    assert stored.shape == image.shape
    assert stored.dtype == np.dtype(dtype)
    content = path.read_bytes()
    image_bytes = gzip.decompress(content) if suffix == ".nii.gz" else content
    assert len(image_bytes) == image.dataobj.offset + stored.nbytes


@pytest.mark.parametrize("ndim", [3, 4])
@pytest.mark.parametrize("size", [100_000, 1_000_000, 30_000_000])
def test_axes_are_of_about_the_same_length(make_nifti: MakeNifti, size: int, ndim: int) -> None:
    shape = load(make_nifti("image.nii", size, ndim=ndim)).shape
    assert max(shape) <= 1.25 * min(shape)


@pytest.mark.parametrize(
    ("name", "size", "options", "nearest"),
    [
        ("image.nii", 353, {"dtype": "float64"}, 360),
        ("image.nii", 0, {"dtype": "uint8"}, 353),
        ("image.nii", -1, {"dtype": "uint8"}, 353),
        ("image.nii", 500, {"version": 2}, 546),
        ("image.nii.gz", 352, {}, 387),
    ],
)
def test_size_that_cannot_be_met_is_refused(
    make_nifti: MakeNifti, tmp_path: Path, name: str, size: int, options: Any, nearest: int
) -> None:
    with pytest.raises(ValueError, match=rf"^no .* of {size} bytes: the nearest has {nearest}$"):
        make_nifti(name, size, **options)
    assert list(tmp_path.iterdir()) == []


def test_smallest_file_has_one_voxel(make_nifti: MakeNifti) -> None:
    assert voxels(make_nifti("image.nii", 360, dtype="float64")).shape == (1, 1, 1)


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"name": "image.img"}, "a NIfTI file is named .nii or .nii.gz: image.img"),
        ({"name": "nii.gz"}, "a NIfTI file is named .nii or .nii.gz: nii.gz"),
        ({"ndim": 5}, "ndim must be 3 or 4, not 5"),
        ({"version": 3}, "version must be 1 or 2, not 3"),
        ({"background": 1.1}, "background must be between 0 and 1, not 1.1"),
        ({"background": float("nan")}, "background must be between 0 and 1, not nan"),
        ({"dtype": "float16"}, "dtype must be an integer type, float32 or float64, not float16"),
        ({"dtype": "bool"}, "dtype must be an integer type, float32 or float64, not bool"),
        ({"affine": np.eye(3)}, "affine must be a 4 by 4 matrix, not of shape (3, 3)"),
    ],
)
def test_bad_argument_is_refused_in_one_line_and_writes_nothing(
    make_nifti: MakeNifti, tmp_path: Path, options: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(ValueError, match=r".") as refusal:
        make_nifti(**options)
    assert str(refusal.value) == complaint
    assert list(tmp_path.iterdir()) == []


def test_same_arguments_make_the_same_bytes(make_nifti: MakeNifti) -> None:
    for suffix in SUFFIXES:
        first = make_nifti(f"first{suffix}", 1_000_000, seed=7, background=0.3).read_bytes()
        second = make_nifti(f"second{suffix}", 1_000_000, seed=7, background=0.3).read_bytes()
        assert first == second


def test_every_seed_makes_other_voxels(make_nifti: MakeNifti) -> None:
    contents = {voxels(make_nifti(seed=seed)).tobytes() for seed in (0, 1, 2, (0, 1), (1, 1))}
    assert len(contents) == 5


# If one of these changes, files made by earlier versions can no longer be made again.
@pytest.mark.parametrize(
    ("name", "options", "digest"),
    [
        ("image.nii", {}, "2ac0488b9c28b0be95186a48482efd51"),
        ("image.nii", {"dtype": "float32", "version": 2}, "3271f57405fcafa6e6d3a6a56d5adf57"),
        ("image.nii.gz", {"ndim": 4}, "1b5beff43b88e4cc25fe9da64e8d91eb"),
        ("image.nii.gz", {"dtype": ">f8", "background": 0.5}, "33d1a9cf7b94480530df1eaef1a2918f"),
    ],
)
def test_bytes_never_change(
    make_nifti: MakeNifti, name: str, options: dict[str, Any], digest: str
) -> None:
    content = make_nifti(name, 100_000, seed=1, **options).read_bytes()
    assert hashlib.sha256(content).hexdigest().startswith(digest)


@pytest.mark.parametrize("dtype", INTEGERS)
def test_integers_span_their_type(make_nifti: MakeNifti, dtype: str) -> None:
    stored = voxels(make_nifti(size=1_000_000, dtype=dtype)).astype(np.float64)
    low, high = np.iinfo(dtype).min, np.iinfo(dtype).max
    assert stored.min() < low + 0.01 * (high - low)
    assert stored.max() > high - 0.01 * (high - low)
    assert stored.mean() == pytest.approx((low + high) / 2, abs=0.01 * (high - low))


@pytest.mark.parametrize("dtype", [*FLOATS, ">f4", ">f8"])
def test_floats_are_numbers_from_one_to_two(make_nifti: MakeNifti, dtype: str) -> None:
    stored = voxels(make_nifti(size=1_000_000, dtype=dtype))
    assert stored.min() >= 1
    assert stored.max() < 2
    assert stored.mean() == pytest.approx(1.5, abs=0.01)


def test_noise_does_not_compress(make_nifti: MakeNifti) -> None:
    content = make_nifti("image.nii", 1_000_000).read_bytes()
    assert len(zlib.compress(content)) > 0.99 * len(content)


@pytest.mark.parametrize("background", [0.0, 0.25, 0.5, 1.0])
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_background_is_the_share_of_zeros(
    make_nifti: MakeNifti, suffix: str, background: float
) -> None:
    path = make_nifti(f"image{suffix}", 200_000, dtype="float32", background=background)
    assert (voxels(path) == 0).mean() == pytest.approx(background, abs=0.001)


def test_half_background_makes_a_gzipped_file_decompress_to_twice_its_size(
    make_nifti: MakeNifti,
) -> None:
    content = make_nifti("image.nii.gz", 1_000_000, background=0.5).read_bytes()
    assert len(gzip.decompress(content)) == pytest.approx(2 * len(content), rel=0.02)


def test_gzipped_file_names_neither_time_nor_file(make_nifti: MakeNifti) -> None:
    assert make_nifti("image.nii.gz").read_bytes()[:10] == bytes.fromhex("1f8b08 00 00000000 00 ff")


def test_gzip_accepts_the_gzipped_file(make_nifti: MakeNifti) -> None:
    path = make_nifti("image.nii.gz", 1_000_000, background=0.5)
    subprocess.run(["gzip", "--test", path], check=True)


@pytest.mark.parametrize("version", [1, 2])
def test_affine_is_kept_and_gives_the_voxel_size(make_nifti: MakeNifti, version: int) -> None:
    affine = np.array([[0, -2, 0, 90], [1.5, 0, 0, -126], [0, 0, 3, -72], [0, 0, 0, 1]])
    image = load(make_nifti(ndim=4, affine=affine, version=version))
    assert np.array_equal(image.affine, affine)
    assert image.header.get_zooms() == (1.5, 2, 3, REPETITION_TIME)
    assert image.header.get_xyzt_units() == ("mm", "sec")


def test_voxels_are_one_millimetre_by_default(make_nifti: MakeNifti) -> None:
    image = load(make_nifti())
    assert np.array_equal(image.affine, np.eye(4))
    assert image.header.get_zooms() == (1, 1, 1)


@pytest.mark.parametrize("dtype", BIG_ENDIAN)
def test_big_endian_type_makes_a_big_endian_file(make_nifti: MakeNifti, dtype: str) -> None:
    path = make_nifti("image.nii", dtype=dtype)
    assert load(path).header.endianness == ">"
    assert path.read_bytes()[:4] == (348).to_bytes(4, "big")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_nifti_feature_decodes_it_by_path_and_by_bytes(make_nifti: MakeNifti, suffix: str) -> None:
    path = make_nifti(f"image{suffix}", ndim=4)
    expected = voxels(path)
    assert np.array_equal(decode(path).get_fdata(), expected)
    assert np.array_equal(decode(None, path.read_bytes()).get_fdata(), expected)


PEAK_OF_WRITING = """
import re, sys
from pathlib import Path
from repro.synthetic.nifti import write_nifti

def peak():
    return 1024 * int(re.search(r"VmHWM:\\s*(\\d+) kB", Path("/proc/self/status").read_text())[1])

before = peak()
write_nifti(sys.argv[1], 256 << 20, dtype="float32", background=float(sys.argv[2]))
print(peak() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="peak memory is read from /proc")
@pytest.mark.parametrize(
    ("suffix", "background"), [(".nii", 0.0), (".nii.gz", 0.0), (".nii.gz", 0.5)]
)
def test_large_file_is_never_held_in_memory(tmp_path: Path, suffix: str, background: float) -> None:
    path = tmp_path / f"image{suffix}"
    child = subprocess.run(
        [sys.executable, "-c", PEAK_OF_WRITING, path, str(background)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    assert int(child.stdout) < 32 << 20
    assert path.stat().st_size == pytest.approx(256 << 20, rel=TOLERANCE)
    path.unlink()

"""Each broken file is broken in the way it says, as nibabel, gzip and the Nifti feature see it."""

import gzip
import itertools
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pytest
from datasets import Nifti
from nibabel.filebasedimages import ImageFileError
from nibabel.spatialimages import HeaderDataError

from repro.synthetic.broken import Broken, write_broken
from repro.synthetic.nifti import write_nifti

SUFFIXES = (".nii", ".nii.gz")

MakeNifti = Callable[..., Path]


def decode(path: Path) -> Any:
    """Decode the file at a path as a ``Nifti`` column does."""
    return Nifti().decode_example({"path": str(path), "bytes": None})


def decode_bytes(path: Path) -> Any:
    """Decode the bytes of a file as a ``Nifti`` column does once they are embedded."""
    return Nifti().decode_example({"path": None, "bytes": path.read_bytes()})


def test_fixture_breaks_a_file_in_every_way(broken_niftis: dict[Broken, Path]) -> None:
    assert set(broken_niftis) == set(Broken)
    assert all(os.path.lexists(path) for path in broken_niftis.values())


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_empty_file_has_no_bytes(tmp_path: Path, suffix: str) -> None:
    path = write_broken(tmp_path / f"image{suffix}", Broken.EMPTY)
    assert path.stat().st_size == 0
    with pytest.raises(ImageFileError, match="Empty file"):
        decode(path)


@pytest.mark.parametrize(
    ("suffix", "complaint"), [(".nii", "Expected .* bytes, got"), (".nii.gz", "file ended before")]
)
def test_truncated_file_promises_more_voxels_than_it_has(
    tmp_path: Path, suffix: str, complaint: str
) -> None:
    path = write_broken(tmp_path / f"image{suffix}", Broken.TRUNCATED)
    image = decode(path)
    assert path.stat().st_size < 0.51 * np.prod(image.shape) * image.get_data_dtype().itemsize
    with pytest.raises((OSError, EOFError), match=complaint):
        image.get_fdata()


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_bad_magic_is_the_only_thing_wrong(tmp_path: Path, suffix: str) -> None:
    path = write_broken(tmp_path / f"image{suffix}", Broken.BAD_MAGIC)
    with pytest.raises(ImageFileError, match="Cannot work out file type"):
        decode(path)
    content = path.read_bytes()
    broken = gzip.decompress(content) if suffix == ".nii.gz" else content
    sound = write_nifti(tmp_path / f"sound{suffix}", 65_536).read_bytes()
    image = gzip.decompress(sound) if suffix == ".nii.gz" else sound
    assert broken != image
    assert broken == image[:344] + b"bad\0" + image[348:]
    with pytest.raises(HeaderDataError, match="magic string"):
        nib.Nifti1Image.from_bytes(broken)


def test_bad_crc_is_the_only_thing_wrong(tmp_path: Path) -> None:
    path = write_broken(tmp_path / "image.nii.gz", Broken.BAD_CRC)
    sound = write_nifti(tmp_path / "sound.nii.gz", 65_536)
    with pytest.raises(gzip.BadGzipFile, match="CRC check failed"):
        gzip.decompress(path.read_bytes())
    assert np.array_equal(decode(path).get_fdata(), decode(sound).get_fdata())


def test_bad_crc_is_seen_by_the_nifti_feature_only_in_bytes(tmp_path: Path) -> None:
    path = write_broken(tmp_path / "image.nii.gz", Broken.BAD_CRC)
    decode(path).get_fdata()
    with pytest.raises(gzip.BadGzipFile, match="CRC check failed"):
        decode_bytes(path)


def test_bad_crc_needs_a_gzipped_file(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"only a \.nii\.gz has a CRC: image\.nii"):
        write_broken(tmp_path / "image.nii", Broken.BAD_CRC)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_directory_has_the_name_of_an_image(tmp_path: Path, suffix: str) -> None:
    path = write_broken(tmp_path / f"image{suffix}", Broken.DIRECTORY)
    assert path.is_dir()
    with pytest.raises(ImageFileError):
        decode(path)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_dangling_link_leads_nowhere(tmp_path: Path, suffix: str) -> None:
    path = write_broken(tmp_path / f"image{suffix}", Broken.DANGLING_LINK)
    assert path.is_symlink()
    assert not path.exists()
    with pytest.raises(FileNotFoundError):
        decode(path)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_file_without_permission_is_sound_but_closed(tmp_path: Path, suffix: str) -> None:
    path = write_broken(tmp_path / f"image{suffix}", Broken.NO_PERMISSION)
    tmp_path.chmod(0o755)
    # Root may read everything, so that then somebody else tries.
    nobody = 65_534 if os.geteuid() == 0 else None

    def read() -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            ["cat", path.name],
            cwd=tmp_path,
            user=nobody,
            capture_output=True,
            check=False,
        )

    closed = read()
    assert closed.returncode != 0
    assert b"Permission denied" in closed.stderr
    path.chmod(0o644)
    assert read().stdout == write_nifti(tmp_path / f"sound{suffix}", 65_536).read_bytes()


@pytest.mark.parametrize("kind", Broken)
def test_existing_file_is_never_broken(make_nifti: MakeNifti, kind: Broken) -> None:
    path = make_nifti()
    content = path.read_bytes()
    with pytest.raises(FileExistsError, match="already exists"):
        write_broken(path, kind)
    assert path.read_bytes() == content


def test_kind_may_be_named(tmp_path: Path) -> None:
    assert write_broken(tmp_path / "image.nii", "empty").stat().st_size == 0
    with pytest.raises(ValueError, match="'odd' is not a valid Broken"):
        write_broken(tmp_path / "other.nii", "odd")


def test_broken_files_are_the_same_every_time(tmp_path: Path) -> None:
    kinds = (Broken.TRUNCATED, Broken.BAD_MAGIC, Broken.BAD_CRC)
    for kind, seed in itertools.product(kinds, (0, 1)):
        pair = [
            write_broken(tmp_path / f"{kind}-{seed}-{n}.nii.gz", kind, seed=seed) for n in (0, 1)
        ]
        assert pair[0].read_bytes() == pair[1].read_bytes()
        assert pair[0].read_bytes()[4:8] == bytes(4)  # the time in the gzip header

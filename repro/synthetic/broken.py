"""NIfTI files that are broken in the ways in which files of real datasets are."""

import gzip
import os
from enum import StrEnum
from pathlib import Path

from repro.synthetic.nifti import write_nifti


class Broken(StrEnum):
    """The ways in which a file of a real dataset turns out not to be a readable NIfTI image."""

    EMPTY = "empty"
    """A file of 0 bytes."""
    TRUNCATED = "truncated"
    """The first half of a sound file: voxels are missing, and in a ``.nii.gz`` the end of the gzip
    member with them."""
    BAD_MAGIC = "bad-magic"
    """Sound but for the four bytes that say it is NIfTI. A ``.nii.gz`` is still valid gzip."""
    BAD_CRC = "bad-crc"
    """A ``.nii.gz`` whose checksum does not match its content. ``gzip`` notices, nibabel does not:
    it never reads past the last voxel."""
    DIRECTORY = "directory"
    """A directory with the name of an image."""
    DANGLING_LINK = "dangling-link"
    """A symbolic link to a file that does not exist, as in a clone without its annexed files."""
    NO_PERMISSION = "no-permission"
    """A sound file of mode 000. Root reads it all the same: ``os.access(path, os.R_OK)`` tells."""


def write_broken(
    path: str | os.PathLike[str], kind: Broken | str, *, size: int = 65_536, seed: int = 0
) -> Path:
    """Make ``path`` a NIfTI file that is broken in the way of ``kind``.

    Args:
        path: What to make, ending in ``.nii`` or ``.nii.gz``; nothing may be there yet.
        kind: How it is broken.
        size: Bytes on disk of the sound file that some kinds are made from.
        seed: Seed of that file.

    Returns:
        ``path``.

    Raises:
        FileExistsError: If there is something at ``path``.
        ValueError: If ``kind`` is unknown, if it is ``bad-crc`` and ``path`` is no ``.nii.gz``, or
            if ``write_nifti`` cannot make the sound file.
    """
    path = Path(path)
    gzipped = path.suffix == ".gz"
    if os.path.lexists(path):
        raise FileExistsError(f"{path} already exists")
    match Broken(kind):
        case Broken.EMPTY:
            path.touch()
        case Broken.TRUNCATED:
            os.truncate(write_nifti(path, size, seed=seed), size // 2)
        case Broken.BAD_MAGIC:
            sound = write_nifti(path, size, seed=seed).read_bytes()
            image = bytearray(gzip.decompress(sound) if gzipped else sound)
            image[344:348] = b"bad\0"
            path.write_bytes(gzip.compress(image, compresslevel=0, mtime=0) if gzipped else image)
        case Broken.BAD_CRC:
            if not gzipped:
                raise ValueError(f"only a .nii.gz has a CRC: {path.name}")
            content = bytearray(write_nifti(path, size, seed=seed).read_bytes())
            content[-8] ^= 0xFF  # the first byte of the CRC
            path.write_bytes(content)
        case Broken.DIRECTORY:
            path.mkdir()
        case Broken.DANGLING_LINK:
            path.symlink_to(f"missing-{path.name}")
        case Broken.NO_PERMISSION:
            write_nifti(path, size, seed=seed).chmod(0)
    return path

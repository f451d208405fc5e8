"""Synthetic NIfTI files of a wanted size.

Voxels are noise from a seeded generator, written block by block: one seed gives the same bytes
every time, and a file of any size costs the memory of a few blocks. A ``.nii.gz`` is a gzip member
of stored deflate blocks: noise would not shrink anyway, and so its size is known before the first
byte is written, and writing it takes about as long as writing a ``.nii``.
"""

import functools
import itertools
import math
import os
import struct
import zlib
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
from numpy.typing import ArrayLike, DTypeLike

REPETITION_TIME = 2.0
"""Seconds between two volumes of a 4-D file."""

TOLERANCE = 0.01
"""Largest relative difference between the size asked for and the size on disk."""

# The most whole 8-byte words that one stored deflate block can hold: its length is a 16-bit number.
_BLOCK = 65_528
_ZEROS = memoryview(bytes(_BLOCK))
_BUFFER = 1 << 20

_GZIP_HEADER = struct.pack("<4BI2B", 0x1F, 0x8B, 8, 0, 0, 0, 255)  # no time, no name, no system
_GZIP_TRAILER = struct.Struct("<2I")
_STORED = struct.Struct("<B2H")
_LAST_BLOCK = _STORED.pack(1, 0, 0xFFFF)

_HEADERS: dict[int, Any] = {1: nib.Nifti1Header, 2: nib.Nifti2Header}

# Some bytes, then a run of so many zero bytes.
_Block = tuple[bytes | memoryview, int]


def write_nifti(
    path: str | os.PathLike[str],
    size: int,
    *,
    ndim: int = 3,
    dtype: DTypeLike = "int16",
    affine: ArrayLike | None = None,
    version: int = 1,
    background: float = 0.0,
    seed: int | Sequence[int] = 0,
) -> Path:
    """Write a valid NIfTI file of seeded noise that takes ``size`` bytes on disk, to within 1 %.

    Integer voxels take any value of their type, floating-point voxels lie in [1, 2), and the
    background is 0. The bytes depend on the arguments alone: the generator is numpy's SFC64, which
    is documented to make the same stream of a seed for ever.

    Args:
        path: Where to write, ending in ``.nii`` or ``.nii.gz``. An existing file is replaced.
        size: Size of the file on disk in bytes, compressed in the case of ``.nii.gz``.
        ndim: 3 for one volume, 4 for a time series; all axes get about the same length.
        dtype: Type of the voxels: an integer type, float32 or float64. The file has its byte order.
        affine: 4 by 4 matrix from voxels to millimetres; 1 mm isotropic by default, and
            ``np.diag([2, 2, 3, 1])`` is voxels of 2 x 2 x 3 mm. Stored as the sform.
        version: 1 or 2, for NIfTI-1 or NIfTI-2.
        background: Share of the voxels that is zero, from 0 to 1, in runs among the noise. Runs are
            compressed in a ``.nii.gz``: 0.5 gives one that decompresses to about twice its size, as
            images of heads do, and 1.0 one that decompresses to about 150 times its size.
        seed: What to seed the noise with.

    Returns:
        ``path``.

    Raises:
        ValueError: If an argument is not one of the above, or no file comes within 1 % of ``size``:
            the smallest have a little over 352 bytes, or 544 in NIfTI-2.
    """
    path = Path(path)
    gzipped = _is_gzipped(path)
    voxel_type = _voxel_type(dtype)
    if ndim not in (3, 4):
        raise ValueError(f"ndim must be 3 or 4, not {ndim}")
    if version not in _HEADERS:
        raise ValueError(f"version must be 1 or 2, not {version}")
    if not 0 <= background <= 1:
        raise ValueError(f"background must be between 0 and 1, not {background}")

    size_of = functools.partial(
        _size_on_disk, _HEADERS[version].single_vox_offset, background=background, gzipped=gzipped
    )
    shape = _shape(size, ndim, voxel_type.itemsize, size_of)
    header = _header(version, shape, voxel_type, np.eye(4) if affine is None else affine)
    blocks = itertools.chain([(header, 0)], _voxels(shape, voxel_type, background, seed))
    with path.open("wb", buffering=_BUFFER) as file:
        file.writelines(_gzip_member(blocks) if gzipped else _plain(blocks))
    return path


def _is_gzipped(path: Path) -> bool:
    if not path.name.endswith((".nii", ".nii.gz")):
        raise ValueError(f"a NIfTI file is named .nii or .nii.gz: {path.name}")
    return path.suffix == ".gz"


def _voxel_type(dtype: DTypeLike) -> np.dtype[Any]:
    voxel_type = np.dtype(dtype)
    if voxel_type.kind not in "iu" and voxel_type.newbyteorder("=") not in (np.float32, np.float64):
        raise ValueError(f"dtype must be an integer type, float32 or float64, not {voxel_type}")
    return voxel_type


def _shape(size: int, ndim: int, itemsize: int, size_of: Callable[[int], int]) -> tuple[int, ...]:
    """The best shape for a file of ``size`` bytes; ``size_of`` knows it from the voxel bytes."""
    # Nothing decompresses to 256 times its size here, so the range holds the answer.
    voxel_bytes = bisect_left(range(256 * max(size, 0)), size, key=size_of)
    nearest = math.inf
    for shape in _shapes(round(voxel_bytes / itemsize), ndim):
        on_disk = size_of(math.prod(shape) * itemsize)
        if abs(on_disk - size) <= TOLERANCE * size:
            return shape
        nearest = min(nearest, on_disk, key=lambda candidate: abs(candidate - size))
    raise ValueError(
        f"no {ndim}-D file of {itemsize}-byte voxels is within 1 % of {size} bytes: "
        f"the nearest has {nearest}"
    )


def _shapes(voxels: int, ndim: int) -> list[tuple[int, ...]]:
    """Shapes near to a cube of ``voxels`` voxels, best first.

    First come those with as many voxels, give or take 1 in 250, and of these the most cubic.
    """
    side = round(voxels ** (1 / ndim))
    near = range(max(1, side - 4), side + 5)

    def rank(shape: tuple[int, ...]) -> tuple[int, int]:
        error = abs(math.prod(shape) - voxels)
        return max(error, voxels // 250), max(shape) - min(shape)

    shapes = (
        (*axes, max(1, round(voxels / math.prod(axes))))
        for axes in itertools.product(near, repeat=ndim - 1)
    )
    return sorted(shapes, key=rank)


def _header(
    version: int, shape: tuple[int, ...], voxel_type: np.dtype[Any], affine: ArrayLike
) -> bytes:
    """All that comes before the first voxel."""
    affine = np.asarray(affine, dtype=np.float64)
    if affine.shape != (4, 4):
        raise ValueError(f"affine must be a 4 by 4 matrix, not of shape {affine.shape}")
    header = _HEADERS[version](endianness=">" if voxel_type.str.startswith(">") else "<")
    header.set_data_dtype(voxel_type)
    header.set_data_shape(shape)
    header.set_data_offset(header.single_vox_offset)
    header.set_slope_inter(1, 0)
    header.set_xyzt_units("mm", "sec")
    header.set_zooms((*np.linalg.norm(affine[:3, :3], axis=0), REPETITION_TIME)[: len(shape)])
    header.set_sform(affine, code="scanner")
    no_extensions = bytes(4)
    return bytes(header.binaryblock) + no_extensions


def _split(length: int, background: float) -> tuple[int, int]:
    """Split a block into bytes of noise and bytes of zeros, these in words of 8 bytes."""
    zeros = int(length * background) // 8 * 8
    return length - zeros, zeros


def _voxels(
    shape: tuple[int, ...],
    voxel_type: np.dtype[Any],
    background: float,
    seed: int | Sequence[int],
) -> Iterator[_Block]:
    generator = np.random.SFC64(seed)
    size = math.prod(shape) * voxel_type.itemsize
    for start in range(0, size, _BLOCK):
        noise, zeros = _split(min(_BLOCK, size - start), background)
        yield _noise(generator, noise, voxel_type), zeros


def _noise(generator: np.random.SFC64, size: int, voxel_type: np.dtype[Any]) -> memoryview:
    # Generator.bytes is four times slower, and numpy does not promise that it stays the same.
    words = generator.random_raw(-(-size // 8)).astype("<u8", copy=False)
    noise = words.view(np.uint8)[:size]
    if voxel_type.kind == "f":
        # Random bits would make NaNs and infinities: keep the mantissa, and take the rest from 1.
        unsigned = np.dtype(f"{voxel_type.str[0]}u{voxel_type.itemsize}")
        bits = noise.view(unsigned)
        bits &= (1 << np.finfo(voxel_type).nmant) - 1
        bits |= np.ones(1, voxel_type).view(unsigned)
    return noise.data


def _plain(blocks: Iterable[_Block]) -> Iterator[bytes | memoryview]:
    for content, zeros in blocks:
        yield content
        yield _ZEROS[:zeros]


def _gzip_member(blocks: Iterable[_Block]) -> Iterator[bytes | memoryview]:
    """One gzip member (RFC 1952): content in stored blocks (RFC 1951, 3.2.4), zeros deflated."""
    crc = size = 0
    yield _GZIP_HEADER
    for content, zeros in blocks:
        yield _STORED.pack(0, len(content), len(content) ^ 0xFFFF)
        yield content
        yield _deflated_zeros(zeros)
        crc = zlib.crc32(_ZEROS[:zeros], zlib.crc32(content, crc))
        size += len(content) + zeros
    yield _LAST_BLOCK
    yield _GZIP_TRAILER.pack(crc, size & 0xFFFFFFFF)


@functools.lru_cache(maxsize=128)
def _deflated_zeros(count: int) -> bytes:
    """Deflate blocks of ``count`` zeros that end on a byte and are not the last of their stream."""
    # With fixed Huffman codes there is one way to write a run, and so every zlib writes the same.
    deflate = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS, strategy=zlib.Z_FIXED)
    return deflate.compress(_ZEROS[:count]) + deflate.flush(zlib.Z_SYNC_FLUSH) if count else b""


def _size_on_disk(header: int, voxel_bytes: int, *, background: float, gzipped: bool) -> int:
    """Bytes that ``_plain`` or ``_gzip_member`` makes of so many bytes of header and of voxels."""
    if not gzipped:
        return header + voxel_bytes

    def stored(length: int) -> int:
        noise, zeros = _split(length, background)
        return _STORED.size + noise + len(_deflated_zeros(zeros))

    blocks, rest = divmod(voxel_bytes, _BLOCK)
    framing = len(_GZIP_HEADER) + len(_LAST_BLOCK) + _GZIP_TRAILER.size
    return framing + _STORED.size + header + blocks * stored(_BLOCK) + (stored(rest) if rest else 0)

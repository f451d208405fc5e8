"""Contents that are copied in blocks, and gzip streams that are checked on the way."""

from __future__ import annotations

import gzip
import io
import random
from pathlib import Path

import pytest

from workaround.arrow.contents import blocks_of, copy, drain_gzip, path_of, size_of
from workaround.arrow.files import BLOCK, Files
from workaround.errors import SourceDamagedError

NOISE = random.Random(0).randbytes(300_000)
PACKED = gzip.compress(NOISE)
SMALL = gzip.compress(NOISE[:3000])  # read and decompressed at once
SOUND = {
    "one": PACKED,
    "padded": PACKED + bytes(700),
    "members": PACKED + PACKED,
    "padded members": PACKED + bytes(3) + PACKED + bytes(5),
    "large": gzip.compress(bytes(3 * BLOCK)) + gzip.compress(NOISE * 20, compresslevel=1),
}
DAMAGED = {
    "checksum": (PACKED[:-8] + bytes([PACKED[-8] ^ 1]) + PACKED[-7:], "damaged: CRC check"),
    "length": (PACKED[:-1] + b"\1", "damaged: Incorrect length"),
    "middle": (PACKED[:1000] + bytes(9) + PACKED[1009:], "damaged"),
    "cut": (PACKED[:-20], "truncated"),
    "cut member": (PACKED + PACKED[:500], "truncated"),
    "cut header": (PACKED[:6], "truncated"),
    "garbage": (PACKED + b"garbage", "damaged: Not a gzipped file"),
    "small cut": (SMALL[:-20], "truncated"),
    "small cut member": (SMALL + SMALL[:500], "truncated"),
    "small checksum": (
        SMALL[:-8] + bytes([SMALL[-8] ^ 1]) + SMALL[-7:],
        "damaged: CRC check failed",
    ),
}


def copied(content: bytes, folder: Path | None, *, inflate: bool) -> bytes:
    """Copy embedded bytes, or a file in a folder."""
    sink = io.BytesIO()
    if folder is None:
        copy(memoryview(content), Files(), sink, inflate=inflate)
    else:
        (folder / "a.nii.gz").write_bytes(content)
        copy(Files().look_up(str(folder / "a.nii.gz")), Files(), sink, inflate=inflate)
    return sink.getvalue()


@pytest.mark.parametrize("inflate", [False, True])
@pytest.mark.parametrize("content", [*SOUND.values(), b"", b"text", NOISE], ids=len)
def test_copy_is_the_content(tmp_path: Path, content: bytes, inflate: bool) -> None:
    assert copied(content, tmp_path, inflate=inflate) == content
    assert copied(content, None, inflate=inflate) == content


@pytest.mark.parametrize("name", SOUND)
def test_sound_stream_is_what_its_reader_decompresses(name: str) -> None:
    assert drain_gzip(io.BytesIO(SOUND[name])) == len(gzip.decompress(SOUND[name]))


@pytest.mark.parametrize("name", DAMAGED)
def test_damaged_gzip_stream_is_named(tmp_path: Path, name: str) -> None:
    content, reason = DAMAGED[name]
    with pytest.raises((EOFError, OSError, gzip.zlib.error)):  # type: ignore[attr-defined]
        gzip.decompress(content)
    with pytest.raises(SourceDamagedError, match=reason) as raised:
        copied(content, tmp_path, inflate=True)
    assert raised.value.path == str(tmp_path / "a.nii.gz")
    with pytest.raises(SourceDamagedError, match=reason):
        copied(content, None, inflate=True)
    assert copied(content, tmp_path, inflate=False) == content


def test_embedded_bytes_have_blocks_and_no_path() -> None:
    content = memoryview(bytes(BLOCK + 1))
    assert [len(block) for block in blocks_of(content, Files())] == [BLOCK, 1]
    assert (size_of(content), path_of(content)) == (BLOCK + 1, None)

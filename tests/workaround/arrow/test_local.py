"""Small files of this machine, read at once."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from workaround.arrow.files import Files, SourceFile
from workaround.arrow.local import SMALL, read_small


def write(path: Path, content: bytes) -> SourceFile:
    path.write_bytes(content)
    os.utime(path, ns=(0, 0))
    return Files().look_up(str(path))


def read(source: SourceFile) -> bytes | None:
    return read_small(source.path, source.size, source.version)


def replace(path: Path) -> None:
    """Put another file of the same size and time of modification in the place of a file."""
    write(path.with_name("other"), b"9876543210")
    path.with_name("other").replace(path)


def make_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


@pytest.mark.parametrize(
    "change",
    [
        Path.unlink,
        replace,
        make_pipe,
        lambda path: path.write_bytes(b"9876543210"),
        lambda path: path.write_bytes(b"0123456789more"),
    ],
    ids=["deleted", "replaced", "pipe", "rewritten", "longer"],
)
def test_changed_file_is_left_to_the_blocks(
    tmp_path: Path, change: Callable[[Path], object]
) -> None:
    source = write(tmp_path / "file.bin", b"0123456789")
    assert read(source) == b"0123456789"
    change(tmp_path / "file.bin")
    assert read(source) is None


def test_file_that_is_read_in_parts_is_left_to_the_blocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As network file systems may."""
    source, original = write(tmp_path / "file.bin", b"0123456789"), os.read
    monkeypatch.setattr(os, "read", lambda descriptor, _: original(descriptor, 5))
    assert read(source) is None


def test_large_and_remote_files_are_left_to_the_blocks(tmp_path: Path) -> None:
    assert read(write(tmp_path / "file.bin", bytes(SMALL))) == bytes(SMALL)
    assert read(write(tmp_path / "file.bin", bytes(SMALL + 1))) is None
    assert read(SourceFile("https://host/a.nii", 1, 0)) is None

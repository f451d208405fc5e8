"""Files below a folder: compared, written atomically, never through links."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from filelock import FileLock

from workaround.errors import RestoreError, TargetBusyError
from workaround.restoration.folder import (
    BLOCK,
    LOCK,
    Folder,
    OccupiedError,
    Text,
    UnwritableError,
)

PATH = "sub-1/anat/sub-1_T1w.nii"


class Broken:
    """A content whose reading fails after some bytes."""

    size = 2 * BLOCK

    def __init__(self, error: Exception) -> None:
        self._blocks = [b"x" * BLOCK]
        self._error = error

    def read(self, _count: int) -> bytes:
        if not self._blocks:
            raise self._error
        return self._blocks.pop()


def names(root: Path) -> list[str]:
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())


def test_a_file_is_written_once(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    assert folder.write(PATH, Text(b"abc")) == "written"
    before = (tmp_path / PATH).stat()
    assert Folder(tmp_path).write(PATH, Text(b"abc")) == "equal"
    assert (tmp_path / PATH).stat().st_mtime_ns == before.st_mtime_ns
    assert (tmp_path / PATH).stat().st_ino == before.st_ino
    assert names(tmp_path) == [PATH]


@pytest.mark.parametrize("existing", [b"", b"ab", b"abx", b"abcd"])
def test_another_file_is_not_overwritten_unasked(tmp_path: Path, existing: bytes) -> None:
    (tmp_path / PATH).parent.mkdir(parents=True)
    (tmp_path / PATH).write_bytes(existing)
    with pytest.raises(OccupiedError, match="--overwrite"):
        Folder(tmp_path).write(PATH, Text(b"abc"))
    assert (tmp_path / PATH).read_bytes() == existing
    assert Folder(tmp_path, overwrite=True).write(PATH, Text(b"abc")) == "written"
    assert (tmp_path / PATH).read_bytes() == b"abc"
    assert names(tmp_path) == [PATH]


def test_a_file_that_differs_at_its_end_is_replaced_whole(tmp_path: Path) -> None:
    content = os.urandom(2 * BLOCK + 5)
    (tmp_path / "a.nii").write_bytes(content[:-1] + b"?")
    Folder(tmp_path, overwrite=True).write("a.nii", Text(content))
    assert (tmp_path / "a.nii").read_bytes() == content


def test_the_second_file_of_a_path_has_to_be_equal(tmp_path: Path) -> None:
    folder = Folder(tmp_path, overwrite=True)
    assert folder.write(PATH, Text(b"abc")) == "written"
    assert folder.write(PATH, Text(b"abc")) == "written"
    with pytest.raises(OccupiedError, match="two different files"):
        folder.write(PATH, Text(b"xyz"))
    assert (tmp_path / PATH).read_bytes() == b"abc"


@pytest.mark.parametrize("link", ["sub-1", "sub-1/anat", PATH])
@pytest.mark.parametrize("overwrite", [True, False])
def test_nothing_is_written_through_links(tmp_path: Path, link: str, overwrite: bool) -> None:
    outside, root = tmp_path / "outside", tmp_path / "root"
    outside.mkdir()
    (root / link).parent.mkdir(parents=True)
    (root / link).symlink_to(outside / "new.nii" if link == PATH else outside)
    folder = Folder(root, overwrite)
    assert "link" in str(folder.obstacle(PATH))
    with pytest.raises(OccupiedError, match="link"):
        folder.write(PATH, Text(b"abc"))
    assert names(outside) == []


def test_a_link_in_the_place_of_the_unfinished_file_is_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_text("mine")
    root = tmp_path / "root"
    root.mkdir()
    (root / ".a.nii.part").symlink_to(outside)
    Folder(root).write("a.nii", Text(b"abc"))
    assert outside.read_text() == "mine"
    assert names(root) == ["a.nii"]


def test_a_file_in_the_place_of_a_folder_is_an_obstacle(tmp_path: Path) -> None:
    (tmp_path / "sub-1").write_text("")
    assert "is not a folder" in str(Folder(tmp_path).obstacle(PATH))
    (tmp_path / "sub-2").mkdir()
    assert "no regular file" in str(Folder(tmp_path).obstacle("sub-2"))
    assert Folder(tmp_path).obstacle("sub-3/a.nii") is None


def test_a_failure_of_the_network_leaves_no_part_of_a_file(tmp_path: Path) -> None:
    error = ConnectionError("reset")
    with pytest.raises(ConnectionError) as raised:
        Folder(tmp_path).write(PATH, Broken(error))
    assert raised.value is error
    assert names(tmp_path) == []


def test_a_failure_of_the_disk_is_no_failure_of_the_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(UnwritableError, match="cannot be written: No space left"):
        Folder(tmp_path).write(PATH, Text(b"abc"))
    assert names(tmp_path) == []


def test_a_link_in_the_place_of_the_lock_is_not_followed(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_bytes(b"of somebody")
    root = tmp_path / "copy"
    root.mkdir()
    (root / LOCK).symlink_to(other)
    with Folder(root).locked():
        pass
    assert other.read_bytes() == b"of somebody"


def test_one_process_restores_into_a_folder_at_a_time(tmp_path: Path) -> None:
    root = tmp_path / "new" / "folder"
    with Folder(root).locked(), pytest.raises(TargetBusyError), Folder(root).locked():
        pass
    assert names(tmp_path) == []
    with FileLock(root / LOCK), pytest.raises(TargetBusyError), Folder(root).locked():
        pass


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(RestoreError, match="cannot be written to"),
        Folder(tmp_path / "file" / "folder").locked(),
    ):
        pass

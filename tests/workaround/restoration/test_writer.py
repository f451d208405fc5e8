"""The files of the rows of a shard, written below a folder."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from datasets import Features, Nifti

from tests.support.workaround.bids import LISTS, TEXT, cell, scans, shard_rows
from workaround.errors import DamagedError, RestoreError
from workaround.restoration import folder as folders
from workaround.restoration.folder import Folder
from workaround.restoration.rows import ShardRows
from workaround.restoration.writer import Writer

BOLD = Features({"bold": Nifti(), "bold_path": TEXT, "bold_events": TEXT, "bold_events_path": TEXT})


@pytest.fixture
def writer(tmp_path: Path) -> Writer:
    return Writer(Folder(tmp_path), lambda: None)


def files(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file()
    }


def test_images_are_written_at_their_paths(writer: Writer) -> None:
    writer.write_shard(shard_rows(scans("sub-1/a.nii", None, "sub-2/b.nii")), "train")
    assert files(writer.folder.root) == {
        "sub-1/a.nii": b"sub-1/a.nii",
        "sub-2/b.nii": b"sub-2/b.nii",
    }
    assert (writer.written, writer.nbytes, writer.problems) == (2, 22, {})


def test_images_of_lists_are_written_at_their_paths(writer: Writer) -> None:
    columns = {
        "T1w": [[cell("a.nii", b"a"), cell("b.nii", b"b")], None, [], [cell("c.nii", b"c")]],
        "T1w_path": [["a.nii", "b.nii"], None, [], ["c.nii"]],
    }
    writer.write_shard(shard_rows(columns, LISTS), "train")
    assert files(writer.folder.root) == {"a.nii": b"a", "b.nii": b"b", "c.nii": b"c"}


def bold(path: str, events: str, events_path: str) -> dict[str, list[Any]]:
    return dict(zip(BOLD, ([cell(path)], [path], [events], [events_path]), strict=True))


def test_texts_are_written_at_their_paths(writer: Writer) -> None:
    text = "\ufeffonset\r\n1\n"
    writer.write_shard(shard_rows(bold("a.nii", text, "task-rest_events.tsv"), BOLD), "train")
    assert files(writer.folder.root)["task-rest_events.tsv"] == text.encode()


def test_compressed_texts_are_always_the_same_bytes(writer: Writer, tmp_path: Path) -> None:
    rows = shard_rows(bold("a.nii", "1\t2\n", "a_physio.tsv.gz"), BOLD)
    writer.write_shard(rows, "train")
    content = files(writer.folder.root)["a_physio.tsv.gz"]
    assert gzip.decompress(content) == b"1\t2\n"
    again = Writer(Folder(tmp_path), lambda: None)
    again.write_shard(rows, "train")
    assert again.folder.outcomes == {"a.nii": "equal", "a_physio.tsv.gz": "equal"}


def test_images_that_were_not_embedded_are_problems(writer: Writer) -> None:
    columns = {"T1w": [cell("a.nii", None), cell("b.nii")], "T1w_path": ["a.nii", "b.nii"]}
    writer.write_shard(shard_rows(columns, start=4), "train")
    (problem,) = writer.problems.values()
    assert (problem.row, problem.path) == (4, "a.nii")
    assert list(files(writer.folder.root)) == ["b.nii"]


def test_all_other_files_are_written_beside_one_that_differs(writer: Writer) -> None:
    (writer.folder.root / "a.nii").write_bytes(b"mine")
    writer.write_shard(shard_rows(scans("a.nii", "b.nii", "c.nii")), "train")
    assert list(writer.problems) == ["a.nii"]
    assert files(writer.folder.root) == {"a.nii": b"mine", "b.nii": b"b.nii", "c.nii": b"c.nii"}


def test_a_full_disk_ends_it_with_the_place(
    writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(folders, "_replace", full)
    with pytest.raises(RestoreError, match=r"row 0, column 'T1w', a\.nii: cannot be written: No"):
        writer.write_shard(shard_rows(scans("a.nii", "b.nii")), "train")


def test_a_broken_connection_is_gone_on_from(
    writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = shard_rows(scans(*(f"{number}.nii" for number in range(6))))
    contents: Callable[..., Iterator[Any]] = ShardRows.contents
    reads: list[int] = []

    def broken(self: ShardRows, number: int, image: Any) -> Iterator[Any]:
        reads.append(number)
        cells = contents(self, number, image)
        yield next(cells)
        if reads == [0, 1]:
            raise ConnectionError("reset")
        yield from cells

    monkeypatch.setattr(ShardRows, "contents", broken)
    with pytest.raises(ConnectionError):
        writer.write_shard(rows, "train")
    writer.write_shard(rows, "train")
    assert reads == [0, 1, 1, 2]
    assert (writer.written, writer.nbytes) == (6, 30)


def test_too_few_contents_are_damage(writer: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ShardRows, "contents", lambda *_: iter([]))
    with pytest.raises(DamagedError, match="too few cells of T1w"):
        writer.write_shard(shard_rows(scans("a.nii")), "train")

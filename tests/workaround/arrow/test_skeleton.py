"""Emptied tables: what is taken out, and what stays."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
from datasets import Features, List, Nifti

from workaround.arrow.file_cells import FileLeaf
from workaround.arrow.files import Files
from workaround.arrow.skeleton import base_name, extract_contents, size_of

KINDS = Features({"scan": Nifti(decode=False), "runs": List(Nifti(decode=False))})
SCAN, RUNS = FileLeaf.of("scan"), FileLeaf.of("runs").element()
URL = "hf://datasets/user/name/b.nii.gz"


def row(path: str | None, content: bytes | None = None) -> dict[str, object]:
    return {"bytes": content, "path": path}


def table(*scans: dict[str, object] | None) -> pa.Table:
    runs = [[scan, scan] for scan in scans]
    return pa.table({"scan": list(scans), "runs": runs}, schema=KINDS.arrow_schema)


def test_cells_are_emptied_and_what_belongs_into_them_kept_in_order(tmp_path: Path) -> None:
    path = tmp_path / "a.nii"
    path.write_bytes(b"1234")
    rows = extract_contents(table(row(str(path)), None, row(None, b"held")), KINDS, Files())
    assert rows.table["scan"].to_pylist() == [row("a.nii", b""), None, row(None, b"")]
    assert rows.table["runs"].to_pylist()[0] == [row("a.nii", b"")] * 2
    external, held = rows.contents[SCAN]
    assert external == (str(path), 4)
    assert held == memoryview(b"held")
    assert list(map(size_of, rows.contents[RUNS])) == [4, 4, 4, 4]


def test_contents_follow_each_other_over_chunks(tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.nii" for number in range(4)]
    for path in paths:
        path.write_bytes(path.name.encode())
    first, second = (table(*(row(str(path)) for path in part)) for part in (paths[:2], paths[2:]))
    contents = extract_contents(pa.concat_tables([first, second]), KINDS, Files()).contents
    assert contents[SCAN] == [(str(path), 5) for path in paths]


def test_a_file_of_nothing_is_not_null(tmp_path: Path) -> None:
    (tmp_path / "empty.nii").touch()
    rows = extract_contents(table(row(str(tmp_path / "empty.nii"))), KINDS, Files())
    assert rows.table["scan"].to_pylist() == [row("empty.nii", b"")]
    assert rows.contents[SCAN] == [(str(tmp_path / "empty.nii"), 0)]


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"missing\.nii"):
        extract_contents(table(row(str(tmp_path / "missing.nii"))), KINDS, Files())


def test_without_embedding_files_stay_outside_and_urls_whole() -> None:
    rows = extract_contents(
        table(row("/home/me/a.nii"), row(URL), row("/home/me/c.nii", b"held")),
        KINDS,
        Files(),
        embed=False,
    )
    assert rows.table["scan"].to_pylist() == [row("a.nii"), row(URL), row("c.nii", b"")]
    assert rows.contents[SCAN] == [memoryview(b"held")]


@pytest.mark.parametrize(
    "path",
    [
        "/home/me/a.nii",
        "https://host/folder/a.nii",
        "https://host/a.nii?X-Amz-Credential=me&X-Amz-Signature=secret#part",
        "simplecache::https://host/a.nii?sig=secret",
        "zip://folder/a.nii::https://host/all.zip?sig=secret",
        "zip://a.nii::/home/me/all.zip",
        "hf://datasets/user/name/a.nii",
    ],
)
def test_name_is_that_of_the_file_without_secrets(path: str) -> None:
    assert base_name(path) == "a.nii"


def test_local_names_are_whole() -> None:
    assert base_name("/data/a?b::c#d.nii") == "a?b::c#d.nii"

"""Skeleton tables: contents that are taken out, and paths that stay."""

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


def test_contents_are_extracted_in_order(tmp_path: Path) -> None:
    path = tmp_path / "a.nii"
    path.write_bytes(b"1234")
    rows = extract_contents(table(row(str(path)), None, row(None, b"embedded")), KINDS, Files())
    assert rows.table["scan"].to_pylist() == [row("a.nii", b""), None, row(None, b"")]
    assert rows.table["runs"].to_pylist()[0] == [row("a.nii", b"")] * 2
    external, embedded = rows.contents[SCAN]
    assert external == (str(path), 4)
    assert embedded == memoryview(b"embedded")
    assert list(map(size_of, rows.contents[RUNS])) == [4, 4, 8, 8]


def test_contents_of_chunks_are_in_order(tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.nii" for number in range(4)]
    for path in paths:
        path.write_bytes(path.name.encode())
    first, second = (table(*(row(str(path)) for path in part)) for part in (paths[:2], paths[2:]))
    contents = extract_contents(pa.concat_tables([first, second]), KINDS, Files()).contents
    assert contents[SCAN] == [(str(path), 5) for path in paths]


def test_empty_file_is_not_null(tmp_path: Path) -> None:
    (tmp_path / "empty.nii").touch()
    rows = extract_contents(table(row(str(tmp_path / "empty.nii"))), KINDS, Files())
    assert rows.table["scan"].to_pylist() == [row("empty.nii", b"")]
    assert rows.contents[SCAN] == [(str(tmp_path / "empty.nii"), 0)]


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"missing\.nii"):
        extract_contents(table(row(str(tmp_path / "missing.nii"))), KINDS, Files())


def test_without_embedding_urls_stay_whole() -> None:
    rows = extract_contents(
        table(row("/home/me/a.nii"), row(URL), row("/home/me/c.nii", b"embedded")),
        KINDS,
        Files(),
        embed=False,
    )
    assert rows.table["scan"].to_pylist() == [row("a.nii"), row(URL), row("c.nii", b"")]
    assert rows.contents[SCAN] == [memoryview(b"embedded")]


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
def test_uploaded_name_has_no_folder_and_no_secret(path: str) -> None:
    assert base_name(path) == "a.nii"


def test_local_name_may_look_like_a_url() -> None:
    assert base_name("/data/a?b::c#d.nii") == "a?b::c#d.nii"

"""Skeleton tables: contents that are taken out, and paths that stay."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from datasets import Features, List, Nifti

from workaround.arrow.contents import size_of
from workaround.arrow.file_cells import FileLeaf
from workaround.arrow.files import Files, SourceFile
from workaround.arrow.skeleton import CheckedFiles, extract_contents

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
    assert external == Files().look_up(str(path))
    assert embedded == memoryview(b"embedded")
    assert list(map(size_of, rows.contents[RUNS])) == [4, 4, 8, 8]


def test_contents_of_chunks_are_in_order(tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.nii" for number in range(4)]
    for path in paths:
        path.write_bytes(path.name.encode())
    first, second = (table(*(row(str(path)) for path in part)) for part in (paths[:2], paths[2:]))
    contents = extract_contents(pa.concat_tables([first, second]), KINDS, Files()).contents
    assert contents[SCAN] == [Files().look_up(str(path)) for path in paths]


def test_empty_file_is_not_null(tmp_path: Path) -> None:
    (tmp_path / "empty.nii").touch()
    rows = extract_contents(table(row(str(tmp_path / "empty.nii"))), KINDS, Files())
    assert rows.table["scan"].to_pylist() == [row("empty.nii", b"")]
    assert [size_of(content) for content in rows.contents[SCAN]] == [0]


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


def test_checked_files_are_not_looked_up_again() -> None:
    facts = CheckedFiles(*(np.array(values) for values in ([3, 5, 5], [10, 20, 30], [1, 2, 3])))
    rows = extract_contents(
        table(row("/gone/a.nii"), row("/gone/b.nii")),
        KINDS,
        Files(),
        checked={SCAN: facts.of_rows(4, 6), RUNS: CheckedFiles(*(np.arange(4),) * 3)},
    )
    assert rows.contents[SCAN] == [
        SourceFile("/gone/a.nii", 20, 2),
        SourceFile("/gone/b.nii", 30, 3),
    ]

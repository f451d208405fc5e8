"""Shards hold the rows and files that were written, with the page index that Arrow writes."""

from __future__ import annotations

import io
import json
import os
import random
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import datasets.table
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from datasets import (
    Array2D,
    ClassLabel,
    Dataset,
    Features,
    LargeList,
    List,
    Nifti,
    Translation,
    Value,
)
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from packaging.version import Version

from tests.support.constants import SOURCE
from tests.support.workaround.nested import embedded, shard, shard_of, tables, write_files
from workaround.arrow.file_cells import FileLeaf, file_cells, file_leaves
from workaround.arrow.files import Files, SourceFile
from workaround.arrow.skeleton import SkeletonTable, extract_contents
from workaround.errors import RowTooLargeError
from workaround.parquet import metadata, thrift
from workaround.parquet.writer import PAGE_BYTES, ShardWriter, paged_skeleton

SLOW = settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
IMAGE = Nifti(decode=False)
ONE = Features({"scan": IMAGE})


def read_rows(file: bytes) -> pa.Table:
    return pq.read_table(io.BytesIO(file))


def file_metadata(file: bytes) -> pq.FileMetaData:
    return pq.ParquetFile(io.BytesIO(file)).metadata


def footer(file: bytes | memoryview) -> thrift.Struct:
    return metadata.read_footer(memoryview(file))


def noise(path: Path, size: int) -> str:
    path.write_bytes(random.Random(str(path)).randbytes(size))
    return str(path)


def scans(*paths: str | None) -> Dataset:
    return Dataset.from_dict({"scan": list(paths)}, features=ONE)


@given(data=st.data())
@SLOW
def test_arrow_reads_the_written_rows(tmp_path: Path, data: st.DataObject) -> None:
    write_files(tmp_path)
    kinds, table = data.draw(tables(tmp_path, min_rows=1))
    expected = [embedded(row, kinds) for row in table.to_pylist()]
    cut = data.draw(st.integers(0, len(table) - 1))
    parts = [table[:cut], table[cut:]] if cut else [table]
    stored = read_rows(shard(kinds, *parts))
    assert stored.schema.equals(table.schema)
    assert stored.to_pylist() == expected


@pytest.mark.skipif(
    Version(datasets.__version__) < Version("5.2"), reason="embeds the files of other rows"
)
@given(data=st.data())
@SLOW
def test_shard_equals_upstream_embedding(tmp_path: Path, data: st.DataObject) -> None:
    write_files(tmp_path)
    kinds, table = data.draw(tables(tmp_path, min_rows=1))
    table = table.replace_schema_metadata(kinds.arrow_schema.metadata)
    try:
        upstream = datasets.table.embed_table_storage(table)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, TypeError, ValueError):
        assume(False)  # nulls in fixed-size lists, and the like
    assert read_rows(shard(kinds, table)).to_pylist() == upstream.to_pylist()


@given(data=st.data())
@SLOW
def test_pages_and_page_index_equal_those_of_arrow(tmp_path: Path, data: st.DataObject) -> None:
    write_files(tmp_path)
    kinds, table = data.draw(tables(tmp_path, min_rows=1))
    file = shard(kinds, table)
    full = read_rows(file)
    (group,) = footer(file)[metadata.ROW_GROUPS].items
    columns = {metadata.column_path(column): column for column in group[metadata.COLUMNS].items}
    for leaf in file_leaves(kinds):
        column = columns[(*leaf.path, "bytes")]
        if column[metadata.META][metadata.CODEC] == metadata.ZSTD:
            continue
        sizes = [
            len(content.as_py() or b"")
            for cells in file_cells(full, kinds)
            for content in cells.contents
            if cells.leaf == leaf
        ]
        # The same pages, of a table with the contents in it.
        arrow, expected = paged_skeleton(full, leaf, PAGE_BYTES // max(1, *sizes, 0))
        start, wanted = metadata.column_start(column), metadata.column_start(expected)
        size = expected[metadata.META][metadata.COMPRESSED]
        assert file[start : start + size] == arrow[wanted : wanted + size]
        assert offsets(file, column, start) == offsets(arrow, expected, wanted)
        assert without_offset(column) == without_offset(expected)


def without_offset(column: thrift.Struct) -> dict[int, Any]:
    """The footer entry of a column chunk, without its offset."""
    meta = dict(column[metadata.META].fields)
    return {number: meta[number] for number in meta if number != metadata.DATA_PAGE}


def offsets(file: bytes | memoryview, column: thrift.Struct, start: int) -> thrift.Struct:
    """A page index, counted from the start of the column chunk."""
    index, end = thrift.decode(file, column[metadata.OFFSET_INDEX])
    assert end - column[metadata.OFFSET_INDEX] == column[metadata.OFFSET_INDEX_SIZE]
    for page in index[metadata.LOCATIONS].items:
        page.put(metadata.OFFSET, page[metadata.OFFSET] - start)
    return index


@given(data=st.data())
@SLOW
def test_column_chunks_are_adjacent_and_sizes_add_up(tmp_path: Path, data: st.DataObject) -> None:
    write_files(tmp_path)
    kinds, table = data.draw(tables(tmp_path, min_rows=1))
    file = shard(kinds, table, table)
    stored, place = file_metadata(file), len(metadata.MAGIC)
    for position in range(2):
        group = stored.row_group(position)
        chunks = [group.column(number) for number in range(group.num_columns)]
        assert group.num_rows == len(table)
        assert group.total_byte_size == sum(chunk.total_uncompressed_size for chunk in chunks)
        for chunk in chunks:
            first = chunk.data_page_offset
            assert place == min(first, chunk.dictionary_page_offset or first)
            place += chunk.total_compressed_size
    assert stored.num_rows == 2 * len(table)
    for group in footer(file)[metadata.ROW_GROUPS].items:
        for column in group[metadata.COLUMNS].items:
            pages = offsets(file, column, 0)[metadata.LOCATIONS].items
            for page, following in pairwise(pages):
                assert (
                    page[metadata.OFFSET] + page[metadata.LOCATION_SIZE]
                    <= following[metadata.OFFSET]
                )
            assert pages[0][metadata.OFFSET] == column[metadata.META][metadata.DATA_PAGE]


def test_empty_shard_has_the_schema() -> None:
    stored = read_rows(shard(ONE))
    assert len(stored) == 0
    assert Features.from_arrow_schema(stored.schema) == ONE


def test_other_columns_are_copied(tmp_path: Path) -> None:
    kinds = Features(
        {
            "scan": IMAGE,
            "scan.bytes": Value("string"),
            "label": ClassLabel(names=["no", "yes"]),
            "grid": Array2D((2, 2), "float32"),
            "text": Translation(["de", "en"]),
            "blob": Value("large_binary"),
            "lists": LargeList(List(Value("int16"))),
        }
    )
    row = {
        "scan": noise(tmp_path / "a.nii", 3000),
        "scan.bytes": "named like the contents",
        "label": 1,
        "grid": [[1, 2], [3, 4]],
        "text": {"de": "ja", "en": "yes"},
        "blob": b"mine",
        "lists": [[1], [], None],
    }
    dataset = Dataset.from_list([row] * 3, features=kinds)
    stored = read_rows(shard_of(dataset))
    assert stored.drop_columns("scan").equals(dataset.data.table.drop_columns("scan"))
    assert Features.from_arrow_schema(stored.schema) == kinds


def test_size_is_that_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "shard.parquet"
    with path.open("wb") as sink:
        writer = ShardWriter(sink, ONE.arrow_schema, file_leaves(ONE), Files())
        dataset = scans(noise(tmp_path / "a.nii", 5000))
        writer.write(extract_contents(dataset.with_format("arrow")[:], ONE, Files()))
        writer.close()
    assert writer.size == path.stat().st_size


def test_shard_has_no_local_folder(tmp_path: Path) -> None:
    file = shard_of(scans(noise(tmp_path / "a.nii", 100)))
    assert b"a.nii" in file
    assert tmp_path.name.encode() not in file


def pages(file: bytes, column: tuple[str, ...] = ("scan", "bytes")) -> list[int]:
    """Rows that the pages of a column begin at."""
    (group,) = footer(file)[metadata.ROW_GROUPS].items
    (chunk,) = (one for one in group[metadata.COLUMNS].items if metadata.column_path(one) == column)
    return [page[metadata.FIRST_ROW] for page in offsets(file, chunk, 0)[metadata.LOCATIONS].items]


def test_large_files_have_pages_of_their_own(tmp_path: Path) -> None:
    path = noise(tmp_path / "a.nii", PAGE_BYTES // 2 + 1)
    assert pages(shard_of(scans(*[path] * 4))) == [0, 1, 2, 3]


def test_small_files_share_pages(tmp_path: Path) -> None:
    path = noise(tmp_path / "a.nii", PAGE_BYTES // 4)
    assert pages(shard_of(scans(*[path] * 9))) == [0, 4, 8]


def test_page_ends_with_a_row(tmp_path: Path) -> None:
    path = noise(tmp_path / "a.nii", PAGE_BYTES)
    kinds = Features({"runs": List(IMAGE)})
    dataset = Dataset.from_dict({"runs": [[path, path, path], [path]]}, features=kinds)
    assert pages(shard_of(dataset), ("runs", "list", "element", "bytes")) == [0, 1]


def test_row_group_of_60000_rows(tmp_path: Path) -> None:
    path = noise(tmp_path / "a.nii", 3)
    rows = 60_000
    kinds = Features({"scan": IMAGE, "id": Value("int64"), "runs": List(IMAGE)})
    columns = {"scan": [path, None] * (rows // 2), "id": range(rows), "runs": [[path]] * rows}
    dataset = Dataset.from_dict(columns, features=kinds)
    file = shard_of(dataset)
    content = {"bytes": Path(path).read_bytes(), "path": "a.nii"}
    stored = read_rows(file)
    assert stored["scan"].to_pylist() == [content, None] * (rows // 2)
    assert stored["runs"].to_pylist() == [[content]] * rows
    assert stored["id"].to_pylist() == list(range(rows))
    assert 10 < len(pages(file)) < rows // 100


@pytest.mark.parametrize("size", [2**31 - 8, 2**31])
def test_row_over_2_gib_is_refused(size: int) -> None:
    rows = SkeletonTable(
        pa.table({"scan": [{"bytes": b"", "path": "a.nii.gz"}]}, schema=ONE.arrow_schema),
        {FileLeaf.of("scan"): [SourceFile("a.nii.gz", size, 0)]},
    )
    writer = ShardWriter(io.BytesIO(), ONE.arrow_schema, file_leaves(ONE), Files())
    with pytest.raises(RowTooLargeError, match=r"'scan'.* at most 2 GiB"):
        writer.write(rows)


def codecs(file: bytes) -> dict[str, str]:
    group = file_metadata(file).row_group(0)
    chunks = [group.column(number) for number in range(group.num_columns)]
    return {chunk.path_in_schema: chunk.compression for chunk in chunks}


def test_only_files_that_shrink_are_compressed(tmp_path: Path) -> None:
    kinds = Features({"voxels": List(IMAGE), "noise": IMAGE, "packed": IMAGE})
    voxels = b"".join(bytes([value, 0]) for value in range(256)) * 1000
    (tmp_path / "a.nii").write_bytes(voxels)
    (tmp_path / "b.nii.gz").write_bytes(voxels)  # never looked into
    row = {
        "voxels": [str(tmp_path / "a.nii"), None],
        "noise": noise(tmp_path / "c.nii", 300_000),
        "packed": str(tmp_path / "b.nii.gz"),
    }
    dataset = Dataset.from_list([row] * 3, features=kinds)
    file = shard_of(dataset)
    assert codecs(file) == {
        "voxels.list.element.bytes": "ZSTD",
        "voxels.list.element.path": "UNCOMPRESSED",
        "noise.bytes": "UNCOMPRESSED",
        "noise.path": "UNCOMPRESSED",
        "packed.bytes": "UNCOMPRESSED",
        "packed.path": "UNCOMPRESSED",
    }
    expected = [embedded(row, kinds) for row in dataset.with_format("arrow")[:].to_pylist()]
    assert read_rows(file).to_pylist() == expected
    chunk = file_metadata(file).row_group(0).column(0)
    assert chunk.total_uncompressed_size > 3 * len(voxels) > 10 * chunk.total_compressed_size


WRITE = """
import json, os, resource, sys
import numpy as np
from datasets import Dataset, Features, Nifti
from workaround.arrow.file_cells import file_leaves
from workaround.arrow.files import Files, SourceFile
from workaround.arrow.skeleton import extract_contents
from workaround.parquet.writer import ShardWriter

class Null:
    def write(self, data):
        return len(data)

kinds = Features({name: Nifti(decode=False) for name in ("a", "b")})
dataset = Dataset.from_list([dict.fromkeys(kinds, path) for path in sys.argv[1:]], features=kinds)

def write(rows):
    writer = ShardWriter(Null(), kinds.arrow_schema, file_leaves(kinds), Files())
    writer.write(extract_contents(rows.with_format("arrow")[:], kinds, Files()))
    writer.close()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, writer.size

(before, small), (after, large) = write(dataset.select([0])), write(dataset.select([1, 2]))
print(json.dumps({"small": small, "large": large, "grown": after - before}))
"""


@pytest.mark.parametrize("name", ["large.nii.gz", "large.nii"])
def test_memory_does_not_grow_with_the_files(tmp_path: Path, name: str) -> None:
    size = 256 << 20
    large = tmp_path / name
    with large.open("wb") as sparse:
        sparse.truncate(size)
    paths = [noise(tmp_path / "small.nii", 1000), str(large), str(large)]
    done = subprocess.run(
        [sys.executable, "-c", WRITE, *paths],
        env={**os.environ, "PYTHONPATH": SOURCE},
        stdout=subprocess.PIPE,
        check=True,
    )
    result = json.loads(done.stdout)
    compressed = name == "large.nii"
    assert compressed == (result["large"] < size)
    assert result["grown"] < 64 << 20


def test_embedded_contents_are_written(tmp_path: Path) -> None:
    path = noise(tmp_path / "a.nii", 10)
    rows = [{"bytes": b"embedded", "path": "gone/b.nii"}, path, {"bytes": b"", "path": None}, None]
    dataset = Dataset.from_dict({"scan": rows}, features=ONE)
    assert read_rows(shard_of(dataset))["scan"].to_pylist() == [
        {"bytes": b"embedded", "path": "b.nii"},
        {"bytes": Path(path).read_bytes(), "path": "a.nii"},
        {"bytes": b"", "path": None},
        None,
    ]

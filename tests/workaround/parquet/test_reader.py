"""Read cells from Parquet files of any writer."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from datasets import Features
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.workaround.nested import embedded, tables, write_files
from workaround.arrow.file_cells import file_cells, file_leaves
from workaround.errors import DamagedError
from workaround.parquet import metadata, thrift
from workaround.parquet.reader import StoredCell, is_plain, read_cells, read_tail

SLOW = settings(
    deadline=None, max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
FILE = pa.struct({"bytes": pa.binary(), "path": pa.string()})
LARGE = [b"", b"x" * 100, bytes(range(256)) * 8192]


def contents_of(cells: Any) -> list[bytes | None]:
    """Read cells to their end."""
    return [None if cell is None else cell.read(1 << 30) for cell in cells]


def parquet(table: pa.Table, **options: Any) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink, **{"use_dictionary": False, **options})
    return sink.getvalue()


def chunks(file: bytes | bytearray) -> tuple[thrift.Struct, dict[tuple[str, ...], thrift.Struct]]:
    footer = metadata.read_footer(memoryview(file))
    (group,) = footer[metadata.ROW_GROUPS].items
    return footer, {metadata.column_path(chunk): chunk for chunk in group[metadata.COLUMNS].items}


@given(
    data=st.data(),
    codec=st.sampled_from(["none", "snappy", "gzip", "zstd", "lz4", "brotli"]),
    page=st.sampled_from([1, 1 << 20]),
)
@SLOW
def test_cells_equal_those_that_arrow_reads(
    tmp_path: Path, data: st.DataObject, codec: str, page: int
) -> None:
    write_files(tmp_path)
    kinds, table = data.draw(tables(tmp_path, min_rows=1))
    rows = [embedded(row, kinds) for row in table.to_pylist()]
    table = pa.Table.from_pylist(rows, schema=kinds.arrow_schema)
    file = parquet(table, compression=codec, data_page_size=page, write_batch_size=2)
    footer, columns = chunks(file)
    expected: dict[Any, list[bytes | None]] = {leaf: [] for leaf in file_leaves(Features(kinds))}
    for cells in file_cells(table, kinds):
        expected[cells.leaf] += cells.contents.to_pylist()
    for leaf, contents in expected.items():
        column = columns[(*leaf.path, "bytes")]
        assert is_plain(column)
        assert contents_of(read_cells(io.BytesIO(file), footer, column)) == contents


@pytest.mark.parametrize("codec", ["none", "zstd", "snappy"])
def test_cells_may_be_read_in_pieces_or_skipped(codec: str) -> None:
    table = pa.table({"f": pa.array([{"bytes": content, "path": None} for content in LARGE], FILE)})
    file = parquet(table, compression=codec)
    footer, columns = chunks(file)
    cells = read_cells(io.BytesIO(file), footer, columns["f", "bytes"])
    assert isinstance(next(cells), StoredCell)
    assert isinstance(next(cells), StoredCell)  # the first two are left as they are
    last = next(cells)
    assert last is not None
    assert last.size == len(LARGE[2])
    assert b"".join(iter(lambda: last.read(1000), b"")) == LARGE[2]


def test_dictionary_is_not_plain() -> None:
    table = pa.table({"f": pa.array([{"bytes": content, "path": None} for content in LARGE], FILE)})
    _, columns = chunks(parquet(table, use_dictionary=True))
    assert not is_plain(columns["f", "bytes"])


def test_footer_of_any_size_is_read() -> None:
    file = parquet(pa.table({f"column {number}": [number] for number in range(50)}))
    for guess in (8, 100, 1 << 16):
        tail, start = read_tail(io.BytesIO(file), len(file), guess)
        assert metadata.read_footer(tail)[metadata.ROWS] == 1
        assert file[start:] == tail


@pytest.mark.parametrize("file", [b"", b"PAR1", b"no parquet file at all", b"\xff\xff\0\0PAR1"])
def test_other_files_are_damaged(file: bytes) -> None:
    with pytest.raises(DamagedError, match=r"does not end like|larger than the file"):
        read_tail(io.BytesIO(file), len(file))


def test_cut_pages_are_damaged() -> None:
    table = pa.table({"f": pa.array([{"bytes": b"content", "path": None}], FILE)})
    file = parquet(table, compression="none", write_statistics=False)
    footer, columns = chunks(file)
    cut = io.BytesIO(file[:4] + b"\x15")
    with pytest.raises(DamagedError, match="no page begins at byte 4"):
        contents_of(read_cells(cut, footer, columns["f", "bytes"]))
    cut = io.BytesIO(file[: file.index(b"content") + 2])
    with pytest.raises(DamagedError, match="ends 5 bytes too early"):
        contents_of(read_cells(cut, footer, columns["f", "bytes"]))


@pytest.mark.parametrize("codec", ["zstd", "snappy"])
def test_page_that_cannot_be_decompressed_is_damaged(codec: str) -> None:
    table = pa.table({"f": pa.array([{"bytes": LARGE[2], "path": None}], FILE)})
    file = bytearray(parquet(table, compression=codec, write_statistics=False))
    footer, columns = chunks(file)
    middle = len(file) // 3
    file[middle : middle + 20] = bytes(20)
    with pytest.raises(DamagedError, match=r"cannot be decoded|too early"):
        contents_of(read_cells(io.BytesIO(file), footer, columns["f", "bytes"]))


def test_network_error_is_not_damage() -> None:
    class Broken(io.BytesIO):
        def read(self, _count: int | None = -1) -> bytes:
            raise ConnectionResetError

    table = pa.table({"f": pa.array([{"bytes": b"content", "path": None}], FILE)})
    footer, columns = chunks(parquet(table))
    with pytest.raises(ConnectionResetError):
        contents_of(read_cells(Broken(), footer, columns["f", "bytes"]))


def test_pages_of_version_2_are_refused() -> None:
    table = pa.table({"f": pa.array([{"bytes": b"content", "path": None}], FILE)})
    file = parquet(table, data_page_version="2.0")
    footer, columns = chunks(file)
    with pytest.raises(DamagedError, match="pages of type 3"):
        contents_of(read_cells(io.BytesIO(file), footer, columns["f", "bytes"]))

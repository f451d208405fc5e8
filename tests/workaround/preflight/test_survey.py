"""Surveys: sizes row by row, and each distinct file looked at once."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import numpy as np
import pyarrow as pa
import pytest
from datasets import Array2D, Dataset, Features, Image, LargeList, List, Value
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.workaround.nested import FILES, tables, write_files
from workaround.arrow.file_cells import file_cells, file_leaves
from workaround.arrow.files import Files
from workaround.arrow.row_sizes import arrow_bytes, parquet_bytes
from workaround.preflight.survey import survey

IMAGE = Image(decode=False)


@pytest.mark.parametrize(
    ("cells", "kind", "expected"),
    [
        ([1, None, 3], pa.int16(), [2, 2, 2]),
        ([True, None], pa.bool_(), [1, 1]),
        ([None, None], pa.null(), [0, 0]),
        (["ab", None, "ü"], pa.string(), [6, 4, 6]),
        (["ab", None], pa.large_string(), [6, 4]),
        ([[1, 2], None, []], pa.list_(pa.int64()), [20, 4, 4]),
        ([["a"], None, ["bc", None]], pa.large_list(pa.string()), [9, 4, 14]),
        ([[1, 2], None], pa.list_(pa.int64(), 2), [20, 4]),
        ([{"a": 1, "b": "x"}, None], pa.struct({"a": pa.int32(), "b": pa.string()}), [9, 8]),
    ],
)
def test_bytes_of_rows(cells: list[Any], kind: pa.DataType, expected: list[int]) -> None:
    column = pa.chunked_array([pa.array(cells[:1], kind), pa.array(cells[1:], kind)])
    assert arrow_bytes(column).tolist() == expected
    whole = pa.chunked_array([pa.array(cells * 2, kind)])
    assert arrow_bytes(whole[1:-1]).tolist() == (expected * 2)[1:-1]
    assert (parquet_bytes(column) >= arrow_bytes(column)).all()


def test_bytes_of_extension_types() -> None:
    features = Features({"m": Array2D((2, 3), "float32")})
    table = Dataset.from_dict({"m": [[[1, 2, 3], [4, 5, 6]]]}, features=features)
    assert arrow_bytes(table.data["m"]).tolist() == [24 + 3 * 4]


def test_files_and_contents_count_in_their_rows(tmp_path: Path) -> None:
    a, b = str(tmp_path / "a"), str(tmp_path / "b")
    Path(a).write_bytes(bytes(1000))
    Path(b).write_bytes(bytes(2000))
    embedded = {"bytes": bytes(500), "path": None}
    cells = [[a, b], [], [embedded], None, [a, embedded]]
    features = Features({"runs": LargeList(IMAGE), "n": Value("int64")})
    dataset = Dataset.from_dict({"runs": cells, "n": list(range(5))}, features=features)
    result = survey(dataset, Files())
    cell = 8 + len(a)  # the lengths of bytes and path, and the path
    expected = [3000 + 2 * cell, 0, 508, 0, 1500 + cell + 8]
    assert result.row_bytes.tolist() == [8 + 4 + size for size in expected]
    assert (result.files, result.file_bytes) == (3, 4000)


def test_without_embedding_rows_are_of_average_size(tmp_path: Path) -> None:
    features = Features({"scan": IMAGE})
    dataset = Dataset.from_dict({"scan": [str(tmp_path / "gone")] * 3}, features=features)
    result = survey(dataset, Files(), embed=False)
    assert result.files == 0
    assert result.problems == []
    assert result.row_bytes.tolist() == [dataset.data.nbytes // 3] * 3


def test_each_distinct_file_is_looked_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [tmp_path / str(number) for number in range(3)]
    for path in paths:
        path.write_bytes(b"x")
    asked: list[str] = []
    open_file = os.open

    def note(path: Any, *arguments: Any, **options: Any) -> int:
        asked.append(path)
        return open_file(path, *arguments, **options)

    monkeypatch.setattr(os, "open", note)
    monkeypatch.setattr(Path, "stat", Mock(side_effect=AssertionError))
    features = Features({"a": IMAGE, "b": List(IMAGE)})
    names = [str(path) for path in paths]
    table = {"a": names * 1000, "b": [names] * 3000}
    result = survey(Dataset.from_dict(table, features=features), Files())
    monkeypatch.undo()
    assert sorted(asked) == names
    assert result.files == 12_000


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_totals_are_those_of_the_cells(data: st.DataObject, tmp_path_factory: Any) -> None:
    folder = tmp_path_factory.getbasetemp() / "surveyed"
    if not folder.exists():
        folder.mkdir()
        write_files(folder)
    features, table = data.draw(tables(folder, min_rows=1))
    dataset = Dataset(table.replace_schema_metadata(features.arrow_schema.metadata))
    sizes = {str(folder / name): len(content) for name, content in FILES.items()}
    expected = np.zeros(len(table), np.int64)
    files = 0
    for name in table.column_names:
        expected += arrow_bytes(table[name])
    for cells in file_cells(table, features):
        external = cells.external()
        files += int(external.sum())
        for row, path in zip(cells.rows[external], np.array(cells.paths)[external], strict=True):
            expected[row] += sizes[path]
    result = survey(dataset, Files())
    assert result.files == files
    if file_leaves(features):  # otherwise nothing is walked over
        assert result.row_bytes.tolist() == expected.tolist()

"""File cells at any depth of a table, and in any slice of it."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
from datasets import Array2D, Features, LargeList, List, Nifti, Translation, Value
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.workaround.nested import tables, write_files
from workaround.arrow.file_cells import file_cells, file_columns, file_leaves, replace_cells

SLOW = settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
IMAGE = Nifti(decode=False)
KINDS = Features(
    {
        "id": Value("string"),
        "plain": IMAGE,
        "list": List({"element": LargeList(IMAGE), "label": Value("int8")}),
        "pair": List(IMAGE, length=2),
        "grid": Array2D((2, 2), "float32"),
        "text": Translation(["de", "en"]),
    }
)


def test_leaves_at_any_depth_have_their_parquet_path() -> None:
    assert {leaf.column: (leaf.path, leaf.repeated) for leaf in file_leaves(KINDS)} == {
        "plain": (("plain",), False),
        "list.element": (("list", "list", "element", "element", "list", "element"), True),
        "pair": (("pair", "list", "element"), True),
    }
    assert file_columns(KINDS) == ["plain", "list", "pair"]


def cell(name: str) -> dict[str, str | None]:
    return {"bytes": None, "path": name}


@pytest.fixture
def table() -> pa.Table:
    columns = {
        "list": [
            [{"element": [cell("a"), cell("b")], "label": 1}],
            None,
            [None, {"element": None, "label": 2}, {"element": [None, cell("c")], "label": 3}],
        ],
        "pair": [[cell("d"), None], None, [cell("e"), cell("f")]],
    }
    kinds = Features({name: KINDS[name] for name in columns})
    return pa.table(columns, schema=kinds.arrow_schema)


def paths_by_row(table: pa.Table) -> dict[str, list[tuple[int, str | None]]]:
    kinds = {name: KINDS[name] for name in table.column_names}
    return {
        cells.leaf.column: list(zip(cells.rows.tolist(), cells.paths.to_pylist(), strict=True))
        for cells in file_cells(table, kinds)
    }


def test_cell_has_its_row(table: pa.Table) -> None:
    assert paths_by_row(table) == {
        "list.element": [(0, "a"), (0, "b"), (2, None), (2, "c")],
        "pair": [(0, "d"), (0, None), (2, "e"), (2, "f")],
    }


def test_slice_has_only_its_cells(table: pa.Table) -> None:
    assert paths_by_row(table[1:]) == {
        "list.element": [(1, None), (1, "c")],
        "pair": [(1, "e"), (1, "f")],
    }


@given(data=st.data())
@SLOW
def test_replacement_by_the_same_cells_changes_nothing(tmp_path: Path, data: st.DataObject) -> None:
    write_files(tmp_path)
    kinds, table = data.draw(tables(tmp_path))
    same = replace_cells(table, kinds, lambda _leaf, cells: cells)
    assert same.schema == table.schema
    assert same.to_pylist() == table.to_pylist()

"""The rows of a stored shard without contents."""

from __future__ import annotations

import pyarrow as pa
import pytest
from datasets import Features, Value

from tests.support.workaround.bids import LISTS, SCANS, cell, scans, shard_rows
from workaround.errors import DamagedError
from workaround.restoration.columns import bids_columns
from workaround.restoration.rows import cells_of

PATHS = ["sub-1/a.nii", None, "sub-2/b.nii"]


def test_row_groups_are_numbered_in_the_split() -> None:
    rows = shard_rows(scans(*PATHS), start=10)
    assert list(rows.groups()) == [(0, 10), (1, 12)]
    assert rows.count == 3
    assert rows.features == SCANS


def test_a_table_has_no_contents() -> None:
    table = shard_rows(scans(*PATHS)).table(0)
    assert table["T1w"].to_pylist() == [{"path": "a.nii"}, None]
    assert table["T1w_path"].to_pylist() == PATHS[:2]
    assert shard_rows(scans(*PATHS)).table(0, ["T1w_path"]).column_names == ["T1w_path"]


@pytest.mark.parametrize("dictionary", [True, False])
def test_contents_are_read_in_order(dictionary: bool) -> None:
    columns = {
        "T1w": [[cell("a.nii", b"a"), None], [], None, [cell("b.nii", b"bb")]],
        "T1w_path": [["a.nii", None], [], None, ["b.nii"]],
    }
    rows = shard_rows(columns, LISTS, row_group_size=4, use_dictionary=dictionary)
    (image,) = bids_columns(rows.features).images
    contents = [stored and stored.read(9) for stored in rows.contents(0, image)]
    assert contents == [b"a", None, b"bb"]


def test_a_shard_without_contents_is_damaged() -> None:
    (image,) = bids_columns(SCANS).images
    rows = shard_rows({"n": [1]}, Features({"n": Value("int64")}))
    with pytest.raises(DamagedError, match="no contents of T1w"):
        rows.contents(0, image)


def test_cells_are_taken_out_of_their_lists() -> None:
    column = pa.chunked_array([[[["a"], ["b", None]], None, []], [[[], ["c"]]]])
    cells = cells_of(column, 2)
    assert list(cells) == [(0, "a"), (0, "b"), (0, None), (3, "c")]
    outer = cells_of(column, 1)
    assert outer.values.to_pylist() == [["a"], ["b", None], [], ["c"]]
    assert not cells.in_places_of(outer)
    assert list(cells_of(pa.chunked_array([], pa.list_(pa.string())), 1)) == []

"""Shards on the Hub that are damaged, or large."""

from __future__ import annotations

import io
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from datasets import Dataset, Features, List, Nifti, Value
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.workaround.nested import shard
from workaround.arrow.files import Files
from workaround.errors import DamagedError
from workaround.parquet import metadata
from workaround.verification.compare import Origin, compare_cells, compare_footer, expected_cells
from workaround.verification.stored_shard import StoredShard

KINDS = Features(
    {"id": Value("string"), "scan": Nifti(decode=False), "runs": List(Nifti(decode=False))}
)


def cell(number: int) -> dict[str, Any]:
    return {"bytes": bytes([number]) * (200 + number), "path": f"{number}.nii.gz"}


ROWS = Dataset.from_dict(
    {
        "id": [f"sub-{row}" for row in range(6)],
        "scan": [*map(cell, range(5)), None],
        "runs": [[], [cell(1)], None, [cell(2), cell(3)], [cell(4), None], [None]],
    },
    features=KINDS,
)
TABLE = ROWS.with_format("arrow")[:].cast(KINDS.arrow_schema)
OURS = shard(KINDS, TABLE[:3], TABLE[3:])


def arrows(**options: Any) -> bytes:
    sink = io.BytesIO()
    pq.write_table(TABLE, sink, row_group_size=3, **options)
    return sink.getvalue()


SHARDS = {
    "ours": OURS,
    "dictionary": arrows(),
    "zstd": arrows(use_dictionary=False, compression="zstd", write_page_index=True),
    "pages of version 2": arrows(use_dictionary=False, data_page_version="2.0"),
}


def is_sound(file: bytes, level: str) -> bool:
    """Return True if a shard is verified; False if it is damaged or differs."""
    try:
        stored = StoredShard.open("shard", io.BytesIO(file), len(file))
        compare = compare_footer if level == "footers" else compare_cells
        return not [*compare(stored, Origin(ROWS, Files()), 0)]
    except DamagedError:
        return False


def is_loaded(file: bytes) -> bool:
    """Return True if Arrow reads the rows that were written."""
    try:
        table = pq.read_table(io.BytesIO(file))
        table.validate(full=True)
        return bool(table.to_pylist() == TABLE.to_pylist())
    except (pa.ArrowException, OSError, ValueError):
        return False


@pytest.mark.parametrize("name", SHARDS)
def test_sound_shard_is_verified(name: str) -> None:
    assert is_sound(SHARDS[name], "full")


@settings(max_examples=300, deadline=None)
@given(
    name=st.sampled_from([*SHARDS]),
    changes=st.lists(st.tuples(st.integers(8, 4000), st.integers(0, 255)), min_size=1, max_size=3),
)
def test_damaged_shard_is_never_verified(name: str, changes: list[tuple[int, int]]) -> None:
    """Report all that Arrow cannot load as damage; nothing else is raised."""
    file = bytearray(SHARDS[name])
    for from_end, value in changes:
        file[-min(from_end, len(file) - 4)] = value
    assert is_loaded(bytes(file)) or not is_sound(bytes(file), "full")
    is_sound(bytes(file), "footers")


@pytest.mark.parametrize("name", SHARDS)
@pytest.mark.parametrize("level", ["footers", "full"])
def test_shard_cut_anywhere_is_damaged(name: str, level: str) -> None:
    file = SHARDS[name]
    for size in range(0, len(file), 97):
        assert not is_sound(file[:size], level)


def test_deeply_nested_footer_is_damaged() -> None:
    footer = b"\x1c" * 5000
    file = OURS[:-8] + footer + len(footer).to_bytes(4, "little") + metadata.MAGIC
    with pytest.raises(DamagedError):
        StoredShard.open("shard", io.BytesIO(file), len(file))


class Measured(io.BytesIO):
    """A file that notes the largest number of bytes that was read at once."""

    largest = 0

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        self.largest = max(self.largest, len(data))
        return data


def test_contents_are_decoded_a_few_at_a_time() -> None:
    size, count = 4 << 20, 32
    kinds = Features({"scan": Nifti(decode=False)})
    cells = [{"bytes": bytes([row]) * size, "path": None} for row in range(count)]
    rows = Dataset.from_dict({"scan": cells}, features=kinds)
    sink = io.BytesIO()
    table = rows.with_format("arrow")[:].cast(kinds.arrow_schema)
    pages = {"use_dictionary": False, "data_page_size": 1, "write_batch_size": 1}
    pq.write_table(table, sink, compression="none", **pages)
    del cells, table
    file = Measured(sink.getvalue())
    stored = StoredShard.open("shard", file, len(file.getvalue()))
    ((group, start, stop),) = stored.groups(0)
    (want,) = expected_cells(Origin(rows, Files()), start, stop)[1]
    before, most = pa.total_allocated_bytes(), 0
    contents = stored.cells(0, group[metadata.COLUMNS].items[0], want.leaf, kinds["scan"], size)
    for content in contents:
        assert content is not None
        most = max(most, pa.total_allocated_bytes() - before)
    assert most < size * count // 2
    assert file.largest < 2 * size

"""Rows cut into shards and row groups, by numbers and by sizes."""

from __future__ import annotations

import numpy as np
import pytest
from datasets import Dataset, Features, Value
from hypothesis import given
from hypothesis import strategies as st

from workaround.planning.packing import (
    bounds,
    cut_evenly,
    cut_like_upstream,
    file_overhead,
    pack_rows,
    pack_shards,
    split_groups,
)
from workaround.preflight.survey import Survey

SIZES = st.lists(st.integers(0, 50), min_size=1, max_size=40).map(np.array)


@pytest.mark.parametrize(
    ("rows", "parts", "ends"),
    [(5, 3, [2, 4, 5]), (3, 5, [1, 2, 3, 3, 3]), (0, 2, [0, 0]), (4, 1, [4])],
)
def test_first_parts_are_longer_by_one(rows: int, parts: int, ends: list[int]) -> None:
    assert cut_evenly(rows, parts) == ends


@pytest.mark.parametrize(("parts", "workers"), [(1, 1), (5, 1), (7, 3), (3, 3), (12, 5)])
def test_parts_are_those_of_upstream(parts: int, workers: int) -> None:
    dataset = Dataset.from_dict({"n": list(range(23))})
    jobs = [dataset.shard(workers, index, contiguous=True) for index in range(workers)]
    counts = [len(range(index, parts, workers)) for index in range(workers)]
    shards = [
        job.shard(count, index, contiguous=True)["n"][:]
        for job, count in zip(jobs, counts, strict=True)
        for index in range(count)
    ]
    runs = bounds(cut_like_upstream(23, parts, workers))
    assert [list(range(start, stop)) for start, stop in runs] == shards


def test_fewer_parts_than_processes_lose_no_row() -> None:
    assert cut_like_upstream(23, 2, 5) == [12, 23]


def test_parts_without_rows_come_last() -> None:
    assert cut_like_upstream(2, 4, 2) == [1, 2, 2, 2]


@given(SIZES, st.integers(1, 100))
def test_packed_runs_are_within_the_limit_and_as_few_as_possible(
    sizes: np.ndarray[tuple[int], np.dtype[np.int64]], limit: int
) -> None:
    runs = list(bounds(pack_rows(sizes, limit)))
    assert [row for start, stop in runs for row in range(start, stop)] == list(range(len(sizes)))
    for start, stop in runs:
        assert sizes[start:stop].sum() <= limit or stop - start == 1
    for start, stop in runs[:-1]:
        assert sizes[start : stop + 1].sum() > limit  # the next row would not fit


def test_no_rows_are_one_empty_run() -> None:
    assert pack_rows(np.array([], dtype=np.int64), 10) == [0]


def test_small_shard_has_one_row_group() -> None:
    assert split_groups(np.full(4, 10), 0, 4) == (4,)


def test_row_groups_of_a_shard_are_of_about_one_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workaround.planning.packing.ROW_GROUP_BYTES", 100)
    assert split_groups(np.full(20, 10), 4, 16) == (11, 16)
    assert split_groups(np.array([10, 500, 10]), 0, 3) == (1, 2, 3)


def test_shards_leave_room_for_metadata_and_are_no_fewer_than_asked_for() -> None:
    features = Features({"n": Value("int64")})
    sizes = np.full(10, 100_000)
    survey = Survey(sizes, sizes)
    limit = 300_000 + file_overhead(features, 3, 0)
    assert pack_shards(survey, features, limit, 1) == [3, 6, 9, 10]
    assert pack_shards(survey, features, limit - 1, 1) == [2, 4, 6, 8, 10]
    assert len(pack_shards(survey, features, limit, 6)) >= 6


def test_metadata_grow_with_names_columns_and_row_groups() -> None:
    few, long = Features({"n": Value("int64")}), Features({"n" * 500: Value("int64")})
    many = Features({f"{number}": Value("int64") for number in range(50)})
    assert file_overhead(few, 1, 0) < file_overhead(few, 2, 0) < file_overhead(few, 2, 1000)
    assert file_overhead(few, 1, 0) < file_overhead(long, 1, 0)
    assert file_overhead(few, 1, 0) < file_overhead(many, 1, 0)

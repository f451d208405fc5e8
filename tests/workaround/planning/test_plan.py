"""Plans: true sizes decide, and the files that are written keep to them."""

from __future__ import annotations

import dataclasses
import json
import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from datasets import Dataset, DatasetDict, Features, Image, List, Value
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workaround.errors import CheckError
from workaround.planning.packing import ROW_GROUP_BYTES
from workaround.planning.plan import Plan, Shard, plan
from workaround.preflight.source import source_of
from workaround.upload.files import write
from workaround.upload.shard import ShardJob

IMAGE = Image(decode=False)
NOISE = random.Random(0).randbytes(200_000)
MakeFiles = Callable[[list[int]], list[str]]


@pytest.fixture
def make_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MakeFiles:
    """A function that makes files of some sizes, which do not compress.

    Their names are short and relative: long ones would count in the plan and not be in the shard.
    """
    monkeypatch.chdir(tmp_path)

    def make(sizes: list[int]) -> list[str]:
        paths = [Path(str(number)) for number in range(len(sizes))]
        for path, size in zip(paths, sizes, strict=True):
            path.write_bytes(NOISE[:size])
            os.truncate(path, size)  # of holes where noise would take long
        return list(map(str, paths))

    return make


def images(paths: list[str]) -> Dataset:
    return Dataset.from_dict({"scan": paths}, features=Features({"scan": IMAGE}))


def rows_of(plan: Plan) -> list[tuple[int, int]]:
    return [(shard.start, shard.stop) for split in plan.splits for shard in split.shards]


def written(dataset: Dataset, shard: Shard, folder: Path) -> Path:
    """A shard, as it would be uploaded."""
    rows = dataset.select(range(shard.start, shard.stop) or [])
    files = source_of(dataset, None, embed=True, token=None).files
    return write(ShardJob("train", shard, rows, files, fill=True, embed=True), folder).file


def assert_fits(dataset: Dataset, limit: int, folder: Path) -> None:
    for shard in plan(dataset, max_shard_size=limit).splits[0].shards:
        file = written(dataset, shard, folder)
        assert file.stat().st_size <= limit or shard.stop - shard.start == 1
        groups = pq.ParquetFile(file).metadata
        assert groups.num_row_groups == len(shard.groups)
        assert groups.num_rows == shard.stop - shard.start
        file.unlink()


def test_shards_are_as_full_as_they_can_be(make_files: MakeFiles) -> None:
    sizes = [300_000] * 3 + [900_000, 10_000, 60_000, 700_000, 2_000_000, 100_000]
    dataset = images(make_files(sizes))
    stops = [stop for _, stop in rows_of(plan(dataset, max_shard_size="1MB"))]
    assert stops == [3, 6, 7, 8, 9]
    assert rows_of(plan(dataset)) == [(0, 9)]


def test_lists_count_with_all_their_files(make_files: MakeFiles) -> None:
    paths = make_files([400_000] * 6)
    features = Features({"runs": List(IMAGE)})
    dataset = Dataset.from_dict({"runs": [paths[:1], paths[1:4], [], paths[4:]]}, features=features)
    result = plan(dataset, max_shard_size="1MB").splits[0]
    assert [(shard.start, shard.stop) for shard in result.shards] == [(0, 1), (1, 2), (2, 4)]
    assert (result.files, result.file_bytes) == (6, 2_400_000)


def test_contents_of_the_table_count_too(make_files: MakeFiles) -> None:
    (path,) = make_files([300_000])
    embedded = {"bytes": bytes(600_000), "path": "held.bin"}
    dataset = Dataset.from_dict(
        {"scan": [embedded, {"path": path, "bytes": None}, embedded]},
        features=Features({"scan": IMAGE}),
    )
    assert rows_of(plan(dataset, max_shard_size="1MB")) == [(0, 2), (2, 3)]


def test_number_of_shards_is_kept_even_beyond_the_rows(make_files: MakeFiles) -> None:
    dataset = images(make_files([1000] * 5))
    assert rows_of(plan(dataset, num_shards=3)) == [(0, 2), (2, 4), (4, 5)]
    assert rows_of(plan(dataset, num_shards=7)) == [*((n, n + 1) for n in range(5)), (5, 5), (5, 5)]


def test_shard_without_rows_is_written(make_files: MakeFiles, tmp_path: Path) -> None:
    dataset = images(make_files([1000]))
    last = plan(dataset, num_shards=2).splits[0].shards[-1]
    assert pq.read_table(written(dataset, last, tmp_path)).num_rows == 0


def test_processes_get_a_shard_each_within_the_size(make_files: MakeFiles) -> None:
    dataset = images(make_files([800_000] + [100_000] * 8))
    stops = rows_of(plan(dataset, max_shard_size="1MB", num_proc=4))
    assert len(stops) >= 4
    assert len(rows_of(plan(dataset, max_shard_size="1MB"))) == 2
    assert all(stop - start <= 9 for start, stop in stops)
    assert stops[0] == (0, 1)


@pytest.mark.parametrize(("limit", "count"), [(8001, 1), (8000, 2), (4001, 2), (4000, 3)])
def test_rows_without_files_get_as_many_shards_as_upstream_gives_them(
    limit: int, count: int
) -> None:
    dataset = Dataset.from_dict({"n": list(range(1000))})
    assert dataset._estimate_nbytes() == 8000
    assert len(rows_of(plan(dataset, max_shard_size=limit))) == count


def test_row_groups_are_bounded_in_bytes(make_files: MakeFiles) -> None:
    sizes = [30_000_000] * 10 + [250_000_000] + [1_000_000] * 30
    (shard,) = plan(images(make_files(sizes)), num_shards=1).splits[0].shards
    groups = list(shard.row_groups())
    assert groups[0][0] == 0
    assert groups[-1][1] == len(sizes)
    for start, stop in groups:
        assert sum(sizes[start:stop]) <= ROW_GROUP_BYTES or stop - start == 1
    assert (10, 11) in groups


def test_row_groups_of_a_shard_are_of_about_one_size(make_files: MakeFiles) -> None:
    sizes = [ROW_GROUP_BYTES // 10] * 12
    (shard,) = plan(images(make_files(sizes)), num_shards=1).splits[0].shards
    assert sorted(stop - start for start, stop in shard.row_groups()) in ([5, 7], [6, 6])


def test_paths_name_split_folder_and_count(make_files: MakeFiles) -> None:
    dataset = images(make_files([600_000] * 2))
    paths = [
        shard.path for shard in plan(dataset, split="test", max_shard_size="1MB").splits[0].shards
    ]
    assert paths == ["data/test-00000-of-00002.parquet", "data/test-00001-of-00002.parquet"]
    (shard,) = plan(dataset, config_name="raw").splits[0].shards
    assert shard.path == "raw/train-00000-of-00001.parquet"
    (shard,) = plan(dataset, data_dir="deep/er/").splits[0].shards
    assert shard.path == "deep/er/train-00000-of-00001.parquet"


def test_plan_is_a_table_for_people_and_numbers_for_json(make_files: MakeFiles) -> None:
    dataset = images(make_files([600_000] * 3))
    result = plan(
        DatasetDict({"train": dataset, "test": dataset.select([0])}), max_shard_size="1MB"
    )
    header, _, train, test = str(result).splitlines()
    size = ["600.0", "kB"]
    assert header.split()[:4] == ["split", "rows", "files", "of"]
    assert train.split() == ["train", "3", "3", "1.8", "MB", "3", *size, *size, "3"]
    assert test.split() == ["test", "1", "1", *size, "1", *size, *size, "1"]
    read = json.loads(json.dumps(dataclasses.asdict(result)))
    assert [shard["stop"] for shard in read["splits"][0]["shards"]] == [1, 2, 3]


def test_missing_file_leaves_no_plan(tmp_path: Path) -> None:
    with pytest.raises(CheckError, match=r"row 0, column 'scan', .*gone.bin: no such file"):
        plan(images([str(tmp_path / "gone.bin")]))


SCALARS = st.one_of(
    st.tuples(st.just(Value("string")), st.just(st.text(max_size=20))),
    st.tuples(st.just(Value("string")), st.just(st.text("abc", min_size=500, max_size=9000))),
    st.tuples(st.just(Value("int64")), st.just(st.integers(-(2**60), 2**60))),
    st.tuples(st.just(Value("int8")), st.just(st.integers(-128, 127))),
    st.tuples(st.just(List(Value("int16"))), st.just(st.lists(st.integers(-9999, 9999)))),
    st.tuples(st.just(List(Value("string"))), st.just(st.lists(st.text(max_size=3)))),
    st.tuples(st.just({"x": Value("bool")}), st.just(st.fixed_dictionaries({"x": st.booleans()}))),
)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_no_file_is_larger_than_asked_for_unless_one_row_is(
    data: st.DataObject, tmp_path: Path, make_files: MakeFiles
) -> None:
    columns = data.draw(
        st.dictionaries(st.text("nämé.", min_size=1, max_size=60), SCALARS, max_size=5)
    )
    rows = data.draw(st.integers(1, 30))
    sizes = data.draw(st.lists(st.integers(1, 30_000), min_size=rows, max_size=rows))
    table: dict[str, list[Any]] = {"scan": list(make_files(sizes))}
    features = Features({"scan": IMAGE})
    for name, (feature, values) in columns.items():
        cells = st.lists(st.none() | values, min_size=rows, max_size=rows)
        table[name], features[name] = data.draw(cells), feature
    limit = data.draw(st.integers(20_000, 400_000))
    group = data.draw(st.sampled_from([5_000, 50_000, ROW_GROUP_BYTES]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("workaround.planning.packing.ROW_GROUP_BYTES", group)
        assert_fits(Dataset.from_dict(table, features=features), limit, tmp_path)


def test_many_tiny_rows_keep_to_the_size(make_files: MakeFiles, tmp_path: Path) -> None:
    rows, columns = 20_000, 10
    numbers = random.Random(1)
    (path,) = make_files([3])
    table = {
        f"n{column}": [numbers.getrandbits(62) for _ in range(rows)] for column in range(columns)
    }
    features = Features({name: Value("int64") for name in table} | {"scan": IMAGE})
    dataset = Dataset.from_dict(table | {"scan": [path] * rows}, features=features)
    assert_fits(dataset, 400_000, tmp_path)


@pytest.mark.parametrize("kind", ["int8", "int16", "int32", "bool"])
def test_lists_of_small_numbers_keep_to_the_size(
    make_files: MakeFiles, tmp_path: Path, kind: str
) -> None:
    bits, numbers = {"int8": 7, "int16": 15, "int32": 31, "bool": 1}[kind], random.Random(1)
    cells = [[numbers.getrandbits(bits) for _ in range(500)] for _ in range(200)]
    features = Features({"values": List(Value(kind)), "scan": IMAGE})
    table = {"values": cells, "scan": make_files([1] * len(cells))}
    assert_fits(Dataset.from_dict(table, features=features), 60_000, tmp_path)


def test_long_texts_keep_to_the_size(make_files: MakeFiles, tmp_path: Path) -> None:
    rows, numbers = 9000, random.Random(1)
    features = Features({"text": Value("string"), "scan": IMAGE})
    table = {
        "text": [numbers.randbytes(2000).hex() for _ in range(rows)],
        "scan": make_files([1]) * rows,
    }
    assert_fits(Dataset.from_dict(table, features=features), 16_000_000, tmp_path)


def test_many_columns_of_long_names_keep_to_the_size(
    make_files: MakeFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workaround.planning.packing.ROW_GROUP_BYTES", 100_000)
    names = [f"{'long' * 50}{number}" for number in range(40)]
    features = Features({"scan": IMAGE} | {name: Value("bool") for name in names})
    table: dict[str, list[Any]] = {name: [True] * 40 for name in names}
    table["scan"] = list(make_files([50_000] * 40))
    assert_fits(Dataset.from_dict(table, features=features), 1_500_000, tmp_path)


def test_many_row_groups_keep_to_the_size(
    make_files: MakeFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workaround.planning.packing.ROW_GROUP_BYTES", 30_000)
    features = Features({"scan": IMAGE, "note": Value("string")})
    table = {
        "scan": make_files([20_000] * 100),
        "note": [f"{row:03}" + "x" * 4000 for row in range(100)],
    }
    assert_fits(Dataset.from_dict(table, features=features), 1_000_000, tmp_path)

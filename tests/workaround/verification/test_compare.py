"""A shard beside its rows, without a Hub: what only one of the two levels can tell, and how."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from datasets import Array2D, Dataset, Features, List, Nifti, Value

from tests.support.workaround.nested import shard_of
from workaround.arrow.files import Files, SourceFile
from workaround.arrow.local import SMALL
from workaround.errors import Problem
from workaround.parquet import metadata, thrift
from workaround.verification.compare import Origin, compare_cells, compare_footer
from workaround.verification.stored_shard import StoredShard

IMAGE = Nifti(decode=False)
COMPARE = {"footers": compare_footer, "full": compare_cells}
LEVELS = pytest.mark.parametrize("level", COMPARE)


def cell(content: bytes | None, path: str | None = "a.nii") -> dict[str, Any]:
    return {"bytes": content, "path": path}


def dataset_of(feature: Any, *rows: Any) -> Dataset:
    return Dataset.from_dict({"f": list(rows)}, features=Features({"f": feature}))


def written(dataset: Dataset, **options: Any) -> bytes:
    """The rows as they are, as a shard of Arrow's."""
    sink = io.BytesIO()
    table = dataset.with_format("arrow")[:].cast(dataset.features.arrow_schema)
    pq.write_table(table, sink, **{"use_dictionary": False, **options})
    return sink.getvalue()


def compared(
    file: bytes, dataset: Dataset, level: str, files: Files | None = None
) -> list[Problem]:
    stored = StoredShard.open("shard", io.BytesIO(file), len(file))
    return list(COMPARE[level](stored, Origin(dataset, files or Files()), 0))


def with_sizes(file: bytes, change: Callable[[thrift.Struct], object]) -> bytes:
    """A shard whose footer says something else of its first column chunk."""
    footer = metadata.read_footer(memoryview(file))
    change(footer[metadata.ROW_GROUPS].items[0][metadata.COLUMNS].items[0][metadata.META])
    size = int.from_bytes(file[-metadata.TAIL : -4], "little")
    data = thrift.encode(footer)
    return file[: -metadata.TAIL - size] + data + len(data).to_bytes(4, "little") + metadata.MAGIC


@LEVELS
def test_a_cell_with_more_bytes_than_its_file(level: str) -> None:
    file = written(dataset_of(IMAGE, cell(b"abc"), cell(b"defg")))
    (problem,) = compared(file, dataset_of(IMAGE, cell(b"abc"), cell(b"def")), level)
    assert (problem.row, problem.column) == (1, "f")
    assert problem.reason == "shard has 4 bytes of contents, not 3"


@LEVELS
def test_contents_in_a_cell_that_should_have_none(level: str) -> None:
    file = written(dataset_of(IMAGE, cell(b"abc"), cell(b"d")))
    problems = compared(file, dataset_of(IMAGE, cell(b"abc"), None), level)
    assert {(problem.row, problem.column) for problem in problems} == {(1, "f")}
    assert problems[-1].reason == "shard has 1 bytes in a cell that should be null"


@LEVELS
def test_a_list_with_a_file_too_many(level: str) -> None:
    rows = dataset_of(List(IMAGE), [cell(b"abc")], [cell(b"def")])
    file = written(dataset_of(List(IMAGE), [cell(b"abc")], [cell(b"def"), cell(b"ghi")]))
    (problem,) = compared(file, rows, level)
    assert problem.column == "f"
    if level == "footers":
        assert problem.reason == "shard has contents in 3 cells instead of 2"
    else:
        assert problem.row == 1


def test_a_shard_that_does_not_say_its_sizes_needs_the_other_level() -> None:
    rows = dataset_of(IMAGE, cell(b"abc"))
    file = with_sizes(written(rows), lambda meta: meta.fields.pop(metadata.SIZE_STATISTICS))
    (problem,) = compared(file, rows, "footers")
    assert problem.column == "f"
    assert "verify with level='full'" in problem.reason
    assert compared(file, rows, "full") == []


def test_a_shard_that_says_a_wrong_size_of_right_contents() -> None:
    rows = dataset_of(IMAGE, cell(b"abc"))

    def change(meta: thrift.Struct) -> None:
        meta[metadata.SIZE_STATISTICS].put(metadata.UNENCODED_BYTES, 4)

    (problem,) = compared(with_sizes(written(rows), change), rows, "footers")
    assert (problem.column, problem.reason) == ("f", "shard holds 4 bytes instead of 3")


def test_a_value_in_the_middle_of_a_large_array() -> None:
    zeros = np.zeros((60, 60), dtype=np.float32)
    one = zeros.copy()
    one[30, 30] = 1
    rows = dataset_of(Array2D((60, 60), "float32"), zeros, zeros)
    file = written(dataset_of(Array2D((60, 60), "float32"), zeros, one))
    assert [(problem.row, problem.column) for problem in compared(file, rows, "full")] == [(1, "f")]
    assert compared(written(rows), rows, "full") == []


@pytest.mark.parametrize("name", ["a.bytes", "a.list.element.bytes"])
def test_a_column_with_the_dotted_name_of_contents(name: str) -> None:
    image = IMAGE if name == "a.bytes" else List(IMAGE)
    features = Features({"a": image, name: Value("binary")})

    def rows(content: bytes) -> Dataset:
        file = cell(b"abc") if image is IMAGE else [cell(b"abc")]
        return Dataset.from_dict({"a": [file], name: [content]}, features=features)

    assert compared(shard_of(rows(b"same")), rows(b"same"), "full") == []
    (problem,) = compared(shard_of(rows(b"other")), rows(b"same"), "full")
    assert (problem.row, problem.column) == (0, name)


def test_a_page_index_that_is_longer_than_the_tail() -> None:
    """A page for each row: those of 8000 take more than the 64 KiB that are read at first."""
    contents = [cell(b"x" * (row % 7)) for row in range(8000)]
    pages = {"data_page_size": 1, "write_batch_size": 1, "write_page_index": True}
    rows = dataset_of(IMAGE, *contents)
    file = written(rows, **pages)
    stored = StoredShard.open("shard", io.BytesIO(file), len(file))
    ((group, *_),) = stored.groups(0)
    assert group[metadata.COLUMNS].items[0][metadata.OFFSET_INDEX] < stored.tail_start
    assert compared(file, rows, "footers") == []
    contents[:2] = contents[1::-1]
    problems = compared(written(dataset_of(IMAGE, *contents), **pages), rows, "footers")
    assert [problem.row for problem in problems] == [0, 1]


class Vanishing(Files):
    """Files that go away between the look at their size and their reading."""

    def blocks(self, source: SourceFile) -> Iterator[memoryview]:
        Path(source.path).unlink()
        return super().blocks(source)


def test_a_file_that_goes_away_while_it_is_compared(tmp_path: Path) -> None:
    paths = [str(tmp_path / f"{name}.nii") for name in ("a", "b")]
    for path in paths:
        Path(path).write_bytes(bytes(SMALL + 1))  # smaller ones are read at once
    rows = dataset_of(IMAGE, *(cell(None, path) for path in paths))
    problems = compared(shard_of(rows), rows, "full", Vanishing())
    assert [(problem.row, problem.path) for problem in problems] == [*enumerate(paths)]
    assert all("cannot be compared with the file" in problem.reason for problem in problems)

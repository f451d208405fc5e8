"""Problems of the cells of one column."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from datasets import Dataset, Features, Image, List

from repro.synthetic.nifti import write_nifti
from tests.support.workaround.checks import NIFTI, scans
from workaround.errors import Problem
from workaround.preflight.check import check


def test_cell_with_neither_bytes_nor_path_is_named(sound: str) -> None:
    storage = pa.array([{"bytes": None, "path": None}, None, {"bytes": None, "path": sound}])
    table = pa.table({"scan": storage.cast(NIFTI.pa_type)})
    (problem,) = check(Dataset(table).cast(Features({"scan": NIFTI})))
    assert (problem.row, problem.path) == (0, None)
    assert problem.reason == "neither bytes nor a path; make the cell None"


def test_row_over_two_gib_is_refused_and_names_its_size(tmp_path: Path) -> None:
    large, small = tmp_path / "large.png", tmp_path / "small.png"
    for path, size in ((large, 1 << 30), (small, (1 << 30) - 1000)):
        path.touch()
        os.truncate(path, size)  # of holes
    cells = [[str(large)], [str(large), str(large)], [str(small), str(large)]]
    problems = check(scans(cells, List(Image(decode=False))))
    (refused,) = (problem for problem in problems if problem.severity == "error")
    assert (refused.row, refused.column, refused.path) == (1, "scan", None)
    assert str(2**31 + 74) in refused.reason


def test_relative_path_is_a_remark(
    tmp_path: Path, sound: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    second = write_nifti(tmp_path / "second.nii", 5000).name
    (problem,) = check(scans([None, Path(sound).name, second]))
    assert (problem.row, problem.path) == (1, "sound.nii.gz")
    assert problem.reason.startswith("a relative path, as 1 more of this column")
    assert problem.severity == "remark"


def test_file_in_several_cells_of_a_column_is_a_remark(sound: str, tmp_path: Path) -> None:
    other = str(write_nifti(tmp_path / "other.nii", 5000))
    cells = [[sound], [other], [sound, sound], [sound]]
    (problem,) = check(scans(cells, List(NIFTI)))
    assert problem == Problem(
        0, "scan", sound, "the same file as in rows 2, 3: uploaded 4 times", severity="remark"
    )


def test_file_twice_in_one_row_is_a_remark(sound: str) -> None:
    (problem,) = check(scans([[sound, sound]], List(NIFTI)))
    assert problem.reason == "several times in this row: uploaded 2 times"
    assert problem.severity == "remark"


def test_file_in_two_rows_is_named_with_both(sound: str) -> None:
    (problem,) = check(scans([None, sound, sound]))
    assert problem.row == 1
    assert problem.reason == "the same file as in row 2: uploaded 2 times"


def test_file_in_two_columns_is_no_problem(sound: str) -> None:
    features = Features({"a": NIFTI, "b": NIFTI})
    assert check(Dataset.from_dict({"a": [sound], "b": [sound]}, features=features)) == []


@pytest.mark.parametrize(("feature", "cells"), [(NIFTI, [None, None]), (List(NIFTI), [[], None])])
def test_column_without_files_is_a_remark(feature: Any, cells: list[Any]) -> None:
    assert check(scans(cells, feature)) == [
        Problem(None, "scan", None, "no row has a file in this column", severity="remark")
    ]

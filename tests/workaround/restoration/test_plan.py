"""All paths of a dataset are checked before anything is written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from datasets import Features, Nifti

from tests.support.workaround.bids import (
    LISTS,
    TEXT,
    cell,
    scans,
    shard_rows,
)
from workaround.errors import Problem
from workaround.restoration.folder import Folder
from workaround.restoration.plan import RestorePlan, plan_shard

DWI = Features(
    {"dwi": Nifti(), "dwi_path": TEXT, "dwi_bval": TEXT, "dwi_bval_path": TEXT, "n": TEXT}
)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def dwi(path: str, bval_path: str | None = "dwi.bval") -> dict[str, list[Any]]:
    cells = [cell(path), path, "0", bval_path, "n"]
    return {name: [value] for name, value in zip(DWI, cells, strict=True)}


def test_the_files_of_a_shard_are_planned(folder: Folder) -> None:
    plan = plan_shard(shard_rows(scans("a.nii", None, "b.nii"), start=5), "train", folder)
    assert plan.images == {
        "a.nii": (5, "T1w_path", "train"),
        "b.nii": (7, "T1w_path", "train"),
    }
    assert (plan.texts, plan.problems) == ({}, [])
    plan = plan_shard(shard_rows(dwi("sub-1/dwi/a.nii"), DWI), "train", folder)
    assert list(plan.texts) == ["dwi.bval"]


HOSTILE = ["../a.nii", "/a.nii", "sub-1/../../a.nii", r"..\a.nii", "NUL.nii"]


@pytest.mark.parametrize("path", HOSTILE)
def test_hostile_paths_are_refused_with_row_and_column(folder: Folder, path: str) -> None:
    (problem,) = plan_shard(shard_rows(scans("a.nii", "b.nii", path)), "test", folder).problems
    assert (problem.row, problem.column, problem.path) == (2, "T1w_path", path)
    assert problem.split == "test"
    assert str(problem).startswith("split 'test', row 2, column 'T1w_path', ")


def test_links_in_the_folder_are_refused_with_row_and_column(folder: Folder) -> None:
    (folder.root / "sub-1").symlink_to("/")
    (problem,) = plan_shard(shard_rows(scans("sub-1/a.nii")), "train", folder).problems
    assert (problem.row, problem.column) == (0, "T1w_path")
    assert "nothing is written through links" in problem.reason


@pytest.mark.parametrize("bval_path", ["../dwi.bval", "dwi.nii", "/etc/cron.d/x.bval", None])
def test_paths_of_texts_are_checked_too(folder: Folder, bval_path: str | None) -> None:
    rows = shard_rows(dwi("a.nii", bval_path=bval_path), DWI)
    (problem,) = plan_shard(rows, "train", folder).problems
    assert (problem.column, problem.path) == ("dwi_bval_path", bval_path)


def test_an_image_without_a_path_is_a_problem(folder: Folder) -> None:
    rows = shard_rows({"T1w": [cell("a.nii"), None], "T1w_path": [None, "b.nii"]})
    plan = plan_shard(rows, "train", folder)
    (problem,) = plan.problems
    assert (problem.row, problem.path) == (0, "a.nii")
    assert plan.images == {}


def test_an_image_of_another_name_is_a_problem(folder: Folder) -> None:
    rows = shard_rows({"T1w": [cell("a.nii")], "T1w_path": ["sub-1/b.nii"]})
    (problem,) = plan_shard(rows, "train", folder).problems
    assert "is called a.nii" in problem.reason
    unnamed = {"T1w": [{"bytes": b"", "path": None}], "T1w_path": ["sub-1/b.nii"]}
    assert plan_shard(shard_rows(unnamed), "train", folder).problems == []


def test_lists_of_different_lengths_are_a_problem(folder: Folder) -> None:
    rows = shard_rows({"T1w": [[cell("a.nii")]], "T1w_path": [["a.nii", "b.nii"]]}, LISTS)
    (problem,) = plan_shard(rows, "train", folder).problems
    assert problem.column == "T1w"


def test_columns_without_paths_are_known(folder: Folder) -> None:
    rows = shard_rows({"scan": [cell("a.nii")]}, Features({"scan": Nifti()}))
    plan = plan_shard(rows, "train", folder)
    assert (list(plan.unknown), plan.images) == (["scan"], {})


def test_files_that_do_not_let_each_other_be_are_problems() -> None:
    place = (0, "T1w_path", "train")
    plan = RestorePlan({"a.nii": place, "A.nii/b.nii": place})
    plan.add(RestorePlan(texts={"A.NII": (3, "dwi_bval_path", "train")}))
    case, nested = plan.collisions()
    assert case == Problem(
        3, "dwi_bval_path", "A.NII", "it differs from a.nii in case alone", split="train"
    )
    assert (nested.path, nested.reason) == ("A.nii/b.nii", "a.nii is a file of the dataset too")

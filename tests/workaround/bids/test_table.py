"""BIDS folders as tables: a row for each session."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from datasets import Features, List, Nifti, Value

from repro.synthetic.bids import BidsTree
from tests.support.workaround.bids import plain
from workaround.bids.table import bids_table
from workaround.errors import ArgumentError, BidsError

MakeTree = Callable[..., BidsTree]
IMAGES = Nifti()


def test_the_table_is_that_of_the_tree(make_bids_tree: MakeTree) -> None:
    runs = {"T1w": 1, "bold": 2, "dwi": 1}
    tree = make_bids_tree(3, sessions=2, runs=runs, missing_every=3, size=20_000)
    result = bids_table(tree.root)
    names = ["subject_id", "session_id", "T1w", "bold", "dwi"]
    assert plain(result.select_columns(names)) == list(tree.rows)
    assert result.features == Features(
        {
            "subject_id": Value("string"),
            "session_id": Value("string"),
            "T1w": IMAGES,
            "T1w_path": Value("string"),
            "dwi": IMAGES,
            "dwi_path": Value("string"),
            "dwi_bval": Value("string"),
            "dwi_bvec": Value("string"),
            "dwi_bval_path": Value("string"),
            "dwi_bvec_path": Value("string"),
            "bold": List(IMAGES),
            "bold_path": List(Value("string")),
            "bold_task": List(Value("string")),
            "bold_run": List(Value("int64")),
            "bold_RepetitionTime": List(Value("float64")),
            "bold_TaskName": List(Value("string")),
        }
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [({"layout": "run"}, "layout is one of session"), ({"list_sessions": True}, "for the layout")],
)
def test_options_that_cannot_be_meant_are_refused(
    touch: Callable[..., Path], options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ArgumentError, match=message):
        bids_table(touch("sub-1/anat/sub-1_T1w.nii"), **options)


def test_a_folder_of_misnamed_images_says_what_is_wrong(touch: Callable[..., Path]) -> None:
    with pytest.raises(BidsError, match="sub-CC-01: left out: the label CC-01 has a hyphen"):
        bids_table(touch("sub-CC-01/anat/sub-CC-01_T1w.nii"))

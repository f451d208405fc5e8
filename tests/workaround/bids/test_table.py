"""BIDS folders as tables: a row for each session."""

from __future__ import annotations

from collections.abc import Callable

from datasets import Features, List, Nifti, Value

from repro.synthetic.bids import BidsTree
from tests.support.workaround.bids import plain
from workaround.bids.table import bids_table

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
            "dwi": IMAGES,
            "dwi_bval": Value("string"),
            "dwi_bvec": Value("string"),
            "bold": List(IMAGES),
            "bold_task": List(Value("string")),
            "bold_run": List(Value("int64")),
        }
    )

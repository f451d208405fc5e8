"""Images that may show a face."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from workaround.bids.options import BidsOptions
from workaround.bids.table import bids_table, read_bids
from workaround.errors import CheckError


def faces(root: Path) -> list[str]:
    problems = read_bids(root, BidsOptions()).problems
    return [problem.reason for problem in problems if problem.identifying]


def test_plain_t1w_is_one_remark(touch: Callable[..., Path]) -> None:
    root = touch(*(f"sub-{name}/anat/sub-{name}_T1w.nii" for name in "123"))
    (reason,) = faces(root)
    assert reason.startswith("3 T1w images may show the face")
    with pytest.raises(CheckError, match="3 T1w images may show the face"):
        bids_table(root, require_deidentified=True)


@pytest.mark.parametrize(
    "names",
    [
        ["sub-1_rec-defaced_T1w"],
        ["sub-1_acq-skullstripped_T1w"],
        ["sub-1_T1w", "sub-1_mod-T1w_defacemask"],
        ["sub-1_T2w"],
    ],
)
def test_names_and_masks_may_say_otherwise(touch: Callable[..., Path], names: list[str]) -> None:
    assert faces(touch(*(f"sub-1/anat/{name}.nii" for name in names))) == []


def test_names_within_texts_are_read_too(touch: Callable[..., Path]) -> None:
    root = touch("sub-1/anat/sub-1_T2w.nii")
    touch("participants.tsv", text="participant_id\tbirth_date\nsub-1\t1970\n")
    problems = read_bids(root, BidsOptions(layout="image")).problems
    assert [problem.column for problem in problems if problem.identifying] == ["birth_date"]

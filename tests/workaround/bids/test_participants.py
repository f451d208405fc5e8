"""The columns of ``participants.tsv``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.workaround.bids import plain
from workaround.bids.table import bids_table
from workaround.errors import BidsError, CheckError


def test_participants_are_joined_by_their_id(touch: Callable[..., Path]) -> None:
    root = touch(*(f"sub-{name}/ses-1/anat/sub-{name}_ses-1_T1w.nii" for name in ("1", "2", "3")))
    text = "age\tparticipant_id\tgroup\n31\tsub-3\t01\nn/a\tsub-1\t02\n50\tsub-9\t03\n"
    touch("participants.tsv", text=text)
    result = bids_table(root)
    assert result.column_names[:4] == ["subject_id", "session_id", "age", "group"]
    rows = plain(result)
    assert [row["age"] for row in rows] == [None, None, 31]
    assert [row["group"] for row in rows] == ["02", None, "01"]


def test_columns_of_participants_can_be_named(touch: Callable[..., Path]) -> None:
    root = touch("sub-1/anat/sub-1_T1w.nii")
    touch("participants.tsv", text="participant_id\tage\tatlas\nsub-1\t1.50\tmni.nii\n")
    (row,) = plain(bids_table(root, {"age": "string", "atlas": "string"}))
    assert (row["age"], row["atlas"]) == ("1.50", "mni.nii")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("id\nsub-1\n", "no column participant_id"),
        ("participant_id\nsub-1\nsub-1\n", "several rows of one participant, sub-1"),
        ("participant_id\nsub-1\n1\n", "several rows of one participant, sub-1"),
        ("participant_id\nsub-01\nsub-02\n", "no row of any subject: sub-1"),
        ("participant_id\tT1w\nsub-1\tyes\n", "two columns 'T1w'"),
    ],
)
def test_participants_that_do_not_fit_are_an_error(
    touch: Callable[..., Path], text: str, message: str
) -> None:
    root = touch("sub-1/anat/sub-1_T1w.nii")
    touch("participants.tsv", text=text)
    with pytest.raises(BidsError, match=message):
        bids_table(root)


@pytest.mark.parametrize(
    "text", ["1\t31\n2\t50\n", "sub-1 \t31\n sub-2\t50\n", "sub-1\t31\n\t\n\t\n2\t50\n\n\n"]
)
def test_ids_of_participants_may_lack_the_prefix_and_rows_may_be_blank(
    touch: Callable[..., Path], text: str
) -> None:
    root = touch("sub-1/anat/sub-1_T1w.nii", "sub-2/anat/sub-2_T1w.nii")
    touch("participants.tsv", text=f"participant_id\tage\n{text}")
    assert [row["age"] for row in plain(bids_table(root, strict=True))] == [31, 50]


def test_a_subject_without_a_row_of_participants_is_refused_if_strict(
    touch: Callable[..., Path], caplog: pytest.LogCaptureFixture
) -> None:
    root = touch(*(f"sub-1/ses-{name}/anat/sub-1_ses-{name}_T1w.nii" for name in "ab"))
    touch("sub-2/ses-a/anat/sub-2_ses-a_T1w.nii")
    touch("participants.tsv", text="participant_id\tage\nsub-2\t31\n")
    assert [row["age"] for row in plain(bids_table(root))] == [None, None, 31]
    assert "no row of sub-1" in caplog.text
    with pytest.raises(CheckError, match="no row of sub-1") as caught:
        bids_table(root, strict=True)
    assert [problem.severity for problem in caught.value.problems] == ["omission"]

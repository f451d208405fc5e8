"""``sessions.tsv`` and ``scans.tsv``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.workaround.bids import plain
from workaround.bids.table import bids_table
from workaround.errors import CheckError

IMAGES = [f"sub-1/ses-{name}/anat/sub-1_ses-{name}_T1w.nii" for name in "ab"]


def test_sessions_and_scans_are_joined(touch: Callable[..., Path]) -> None:
    root = touch(*IMAGES)
    touch("sub-1/sub-1_sessions.tsv", text="session_id\tage\nses-b\t31\nses-a\tn/a\n")
    touch(
        "sub-1/ses-a/sub-1_ses-a_scans.tsv",
        text="filename\tquality\n./anat/sub-1_ses-a_T1w.nii\t0.5\n",
    )
    rows = plain(bids_table(root, strict=True))
    assert [row["age"] for row in rows] == [None, 31]
    assert [row["T1w_quality"] for row in rows] == [0.5, None]
    (row,) = plain(bids_table(root, strict=True, layout="subject"))
    assert row["age"] == [None, 31]


def test_a_column_of_a_session_does_not_hide_that_of_the_participant(
    touch: Callable[..., Path],
) -> None:
    root = touch(*IMAGES)
    touch("participants.tsv", text="participant_id\tage\nsub-1\t30\n")
    touch("sub-1/sub-1_sessions.tsv", text="session_id\tage\nses-b\t31\n")
    rows = plain(bids_table(root))
    assert [(row["age"], row["sessions_age"]) for row in rows] == [(30, None), (30, 31)]


def test_a_table_without_its_key_is_an_omission(touch: Callable[..., Path]) -> None:
    root = touch(*IMAGES)
    touch("sub-1/sub-1_sessions.tsv", text="session\tage\nses-b\t31\n")
    with pytest.raises(CheckError, match="no column session_id"):
        bids_table(root, strict=True)

"""Patterns that choose images."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from workaround.bids.filters import patterns_of
from workaround.bids.table import bids_table
from workaround.errors import ArgumentError, BidsError

NAMES = [
    "sub-1/ses-a/anat/sub-1_ses-a_T1w.nii",
    "sub-1/ses-b/anat/sub-1_ses-b_acq-bad1_T1w.nii",
    "sub-2/ses-a/anat/sub-2_ses-a_T2w.nii",
    "sub-2/ses-a/func/sub-2_ses-a_task-rest_bold.nii",
]


@pytest.mark.parametrize(
    ("include", "exclude", "expected"),
    [
        (["sub-1"], [], [0, 1]),
        (["sub-1", "sub-2"], ["func"], [0, 1, 2]),
        (["ses-a", "T1w", "T2w"], [], [0, 2]),
        (["anat"], ["acq-bad*"], [0, 2]),
        ([], ["T?w"], [3]),
    ],
)
def test_images_are_chosen(
    touch: Callable[..., Path], include: list[str], exclude: list[str], expected: list[int]
) -> None:
    table = bids_table(touch(*NAMES), layout="image", include=include, exclude=exclude, strict=True)
    assert table["bids_path"] == [NAMES[number] for number in expected]


def test_a_pattern_without_images_is_an_error(touch: Callable[..., Path]) -> None:
    with pytest.raises(BidsError, match="No image matches 'sub-9'"):
        bids_table(touch(*NAMES), include=["sub-9"])


@pytest.mark.parametrize("value", ["sub-1", [""], [1], 5])
def test_patterns_are_a_list_of_texts(value: Any) -> None:
    with pytest.raises(ArgumentError, match="include has to"):
        patterns_of("include", value)

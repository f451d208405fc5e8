"""Kinds of files, as callers name them."""

from __future__ import annotations

from typing import Any

import pytest

from workaround.errors import ArgumentError
from workaround.tables.kinds import installed_kinds, known_kinds


def test_kinds_are_those_of_the_installed_datasets() -> None:
    assert {"nifti", "image", "audio"} <= {*installed_kinds()}
    assert known_kinds(None) == {}
    assert known_kinds({"t1w": "nifti", "note": "string"}) == {"t1w": "nifti", "note": "string"}


@pytest.mark.parametrize(
    "kinds", [{"t1w": "dicom"}, {"t1w": None}, {5: "nifti"}, ["t1w"], "t1w=nifti", {"t1w": ["x"]}]
)
def test_other_kinds_are_refused(kinds: Any) -> None:
    with pytest.raises(ArgumentError, match="kind"):
        known_kinds(kinds)

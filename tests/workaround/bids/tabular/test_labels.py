"""Ids of participants, matched with folders."""

from __future__ import annotations

import pytest

from workaround.bids.tabular.labels import match_labels

FOLDERS = {"01", "002", "0050002", "CC03", "A"}


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("sub-01", "01"),
        ("01", "01"),
        ("1", "01"),
        ("1.0", "01"),
        ("sub-2", "002"),
        ("50002", "0050002"),
        ("Sub-A", "A"),
        ("sub_a", "A"),
        ("CC-03", "CC03"),
        ("CC3", "CC3"),
        ("sub-9", "9"),
    ],
)
def test_ids_match_the_one_folder_that_fits(text: str, label: str) -> None:
    matches = match_labels([text], "sub-", FOLDERS)
    assert (matches.labels, matches.ambiguous) == ({text: label}, {})


def test_an_exact_id_is_not_ambiguous() -> None:
    matches = match_labels(["1", "sub-01"], "sub-", {"01", "001"})
    assert matches.labels["sub-01"] == "01"
    assert matches.ambiguous == {"1": ["001", "01"]}

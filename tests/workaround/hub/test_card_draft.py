"""Additions to a card."""

from __future__ import annotations

import pytest

from workaround.hub.card_draft import CardDraft, size_category

DRAFT = CardDraft({"license": "cc0-1.0", "tags": ["bids"]}, "# Name\n\nText")


@pytest.mark.parametrize(
    ("rows", "category"),
    [(0, "n<1K"), (999, "n<1K"), (1000, "1K<n<10K"), (123_456, "100K<n<1M"), (10**12, "n>1T")],
)
def test_size_category(rows: int, category: str) -> None:
    assert size_category(rows) == category


def test_card_without_text_gets_all() -> None:
    assert DRAFT.complete("---\nconfigs: []\n---\n", 3, None) == (
        "---\nconfigs: []\nlicense: cc0-1.0\ntags:\n- bids\nsize_categories:\n- n<1K\n---\n\n"
        "# Name\n\nText\n"
    )


def test_keys_and_text_that_exist_remain() -> None:
    card = "---\nlicense: mit # ours\ntags: []\nsize_categories: [n>1T]\n---\nMine.\n"
    assert DRAFT.complete(card, 3, 2) == card


def test_completing_again_changes_nothing() -> None:
    card = DRAFT.complete("---\nconfigs: []\n---\n", 3, None)
    assert DRAFT.complete(card, 4, 3) == card


def test_category_that_was_right_follows_the_rows() -> None:
    card = DRAFT.complete("---\nconfigs: []\n---\n", 999, None)
    assert "- 1K<n<10K\n" in DRAFT.complete(card, 1000, 999)
    assert "- n<1K\n" in DRAFT.complete(card, 1000, None)


def test_line_ends_are_those_of_the_card() -> None:
    card = DRAFT.complete("---\r\nconfigs: []\r\n---\r\n", None, None)
    assert card.endswith("---\r\n\r\n# Name\r\n\r\nText\r\n")
    assert "size_categories" not in card

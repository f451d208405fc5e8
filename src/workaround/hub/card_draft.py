"""Additions to a card: what a dataset says of itself, where the card on the Hub says nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from workaround.hub.card_text import CardText

SIZES = "size_categories"
_LIMITS = ("1K", "10K", "100K", "1M", "10M", "100M", "1B", "10B", "100B", "1T")


@dataclass(frozen=True)
class CardDraft:
    """A card to be, without what a push writes.

    Attributes:
        metadata: Keys such as ``license``, for cards that have them not.
        text: Markdown, for cards without any.
    """

    metadata: Mapping[str, Any] = field(default_factory=dict)
    text: str = ""

    def complete(self, card: str, rows: int | None, rows_before: int | None) -> str:
        """Return a card with all that it does not say yet; all else remains letter by letter.

        Args:
            card: Text of README.md, with the metadata of the push.
            rows: Number of rows of the dataset; None if it is not known.
            rows_before: The same of the card before, whose category may change with it.
        """
        parts = CardText.parse(card)
        current = parts.metadata()
        additions = {key: value for key, value in self.metadata.items() if key not in current}
        stale = rows_before is not None and current.get(SIZES) == [size_category(rows_before)]
        if rows is not None and (stale or SIZES not in current):
            additions[SIZES] = [size_category(rows)]
        card = parts.update(additions) if additions else card
        fence, _, markdown = parts.tail.partition("\n")
        if not self.text or markdown.strip():
            return card
        line_end = "\r\n" if fence.endswith("\r") else "\n"
        text = self.text.replace("\n", line_end)
        return f"{card.rstrip()}{line_end}{line_end}{text}{line_end}"


def size_category(rows: int) -> str:
    """Return the category of the Hub of a number of rows, such as ``1K<n<10K``."""
    for place, limit in enumerate(_LIMITS):
        if rows < 1000 * 10**place:
            return f"{_LIMITS[place - 1]}<n<{limit}" if place else f"n<{limit}"
    return f"n>{_LIMITS[-1]}"

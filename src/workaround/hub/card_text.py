"""The text of README.md: a block of YAML metadata, then Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from workaround.hub import card_yaml

# As `huggingface_hub` and the Hub find the block, and an empty one too.
_CARD = re.compile(
    r"(?P<head>\s*---(?:\r\n|\r|\n))"
    r"(?P<block>(?:[\S\s]*?(?:\r\n|\r|\n))??)"
    r"(?P<tail>---[ \t]*(?:\r\n|\n|$)[\S\s]*)"
)
_BETWEEN_KEYS = re.compile(r"(?:^(?:#.*|[ \t]*)(?:\r\n|\r|\n))*\Z", re.MULTILINE)
"""Comments and blank lines at the end of a value: they belong to the next key."""


@dataclass(frozen=True)
class CardText:
    """A card, cut at its metadata.

    Attributes:
        head: First line, ``---``.
        block: The YAML.
        tail: The closing ``---`` and the Markdown.
    """

    head: str
    block: str
    tail: str

    @classmethod
    def parse(cls, text: str) -> CardText:
        """Cut a card; one without metadata gets an empty block.

        A byte order mark goes: behind it, some releases of `datasets` see no metadata.
        """
        text = text.removeprefix("\ufeff")
        if match := _CARD.fullmatch(text):
            return cls(**match.groupdict())
        fence = f"---{_line_end(text)}"
        return cls(fence, "", fence + text)

    def metadata(self) -> dict[str, Any]:
        """Return the metadata.

        Raises:
            ValueError: It is no mapping.
            YAMLError: It is no YAML.
        """
        data = card_yaml.load(self.block)
        if data is None:
            return {}
        if not isinstance(data, dict):
            raise ValueError(f"the metadata is a {type(data).__name__}, not a mapping")  # noqa: TRY004
        return data

    def update(self, changes: Mapping[str, Any]) -> str:
        """Return the whole text with other values of some keys of the metadata.

        All else remains letter by letter, comments between keys included: a parser would read
        ``no`` as false and ``1.10`` as 1.1 where others do not, and write what it read.

        Args:
            changes: New values; keys that the block lacks are added at its end.
        """
        metadata = self.metadata()
        wanted = {**metadata, **changes}
        line_end = _line_end(self.head)
        texts = {
            key: card_yaml.dump({key: value}, line_end)
            for key, value in changes.items()
            if key not in metadata or metadata[key] != value
        }
        block = _replace(self.block, texts)
        # Not so with flow style, or anchors of one key that another uses.
        if self.block.strip() and _load(block) != wanted:
            block = card_yaml.dump(wanted, line_end)
        return self.head + block + self.tail


def _replace(block: str, texts: Mapping[str, str]) -> str:
    """Return a block with the lines of some keys replaced, and those of new keys at the end."""
    places = dict(_keys(block))
    added = [text for key, text in texts.items() if key not in places]
    for key in sorted(texts.keys() & places.keys(), key=places.__getitem__, reverse=True):
        start, stop = places[key]
        if (between := _BETWEEN_KEYS.search(block, start, stop)) is not None:
            stop = between.start()
        block = block[:start] + texts[key] + block[stop:]
    return block + "".join(added)


def _keys(block: str) -> Iterator[tuple[str, tuple[int, int]]]:
    """Yield the keys at the top of a block with their place in it."""
    node = card_yaml.compose(block)
    if isinstance(node, yaml.MappingNode):
        starts = [key.start_mark.index for key, _ in node.value]
        stops = [*starts[1:], len(block)]
        for (key, _), start, stop in zip(node.value, starts, stops, strict=True):
            yield key.value, (start, stop)


def _load(block: str) -> Any:
    try:
        return card_yaml.load(block)
    except yaml.YAMLError:
        return None


def _line_end(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"

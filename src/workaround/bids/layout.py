"""Columns of images, and of the entities in their names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from workaround.bids.scan import Image, Session
from workaround.errors import BidsError

T = TypeVar("T")


def by_column(images: Sequence[Image]) -> dict[str, list[Image]]:
    """Group images by column."""
    datatypes: dict[str, set[str]] = defaultdict(set)
    for image in images:
        datatypes[image.suffix].add(image.datatype)
    columns: dict[str, list[Image]] = defaultdict(list)
    for image in sorted(images, key=lambda image: (image.datatype, image.suffix)):
        ambiguous = len(datatypes[image.suffix]) > 1
        columns[f"{image.datatype}_{image.suffix}" if ambiguous else image.suffix].append(image)
    return columns


@dataclass(frozen=True)
class Column:
    """The images of a column, sorted within each session."""

    sessions: list[list[Image]]
    several: bool

    @classmethod
    def of(
        cls, images: Iterable[Image], sessions: Sequence[Session], names: Sequence[str]
    ) -> Column:
        """Group images by session, sorted by their entities in the order of these names."""
        grouped: dict[Session, list[Image]] = defaultdict(list)
        for image in images:
            grouped[image.session].append(image)

        def order(image: Image) -> tuple[object, ...]:
            values = [image.entities.get(name) for name in names]
            return (*((value is not None, value) for value in values), image.path)

        cells = [sorted(grouped[session], key=order) for session in sessions]
        return cls(cells, several=max(map(len, cells)) > 1)

    def cells(self, value: Callable[[Image], T]) -> list[list[T]] | list[T | None]:
        """Return a value of every image, in lists if any session has several images."""
        values = [[value(image) for image in images] for images in self.sessions]
        return values if self.several else [next(iter(cell), None) for cell in values]


def entity_columns(name: str, column: Column, entities: Sequence[str]) -> dict[str, Any]:
    """Return the columns of entities that any image of a column has."""

    def value(image: Image, entity: str) -> str | int | None:
        return image.entities.get(entity)

    used = {entity for images in column.sessions for image in images for entity in image.entities}
    return {
        f"{name}_{entity}": column.cells(partial(value, entity=entity))
        for entity in entities
        if entity in used
    }


def add_columns(columns: dict[str, Any], more: Mapping[str, Any]) -> None:
    """Add columns.

    Raises:
        BidsError: A name is in use already.
    """
    if taken := columns.keys() & more.keys():
        raise BidsError(f"There are two columns {min(taken)!r}: rename that of participants.tsv")
    columns.update(more)

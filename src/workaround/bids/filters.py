"""Patterns that choose images: ``sub-01``, ``ses-*``, ``anat``, ``T1w``, ``acq-bad*``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from typing import Any

from workaround.bids.scan import Image
from workaround.errors import ArgumentError, BidsError


def chosen(images: Sequence[Image], include: Sequence[str], exclude: Sequence[str]) -> list[Image]:
    """Return the images that the patterns choose.

    A pattern with a hyphen is about an entity, one without about a data type or a suffix. An image
    is included if it matches a pattern about each entity that there are patterns of.

    Args:
        images: All images.
        include: Patterns of images to choose; all if there are none.
        exclude: Patterns of images to leave out nevertheless.

    Raises:
        BidsError: A pattern matches no image.
    """
    for pattern in (*include, *exclude):
        if not any(_matches(image, pattern) for image in images):
            raise BidsError(f"No image matches {pattern!r}: write it as {_examples(images)}")
    by_key: dict[str, list[str]] = defaultdict(list)
    for pattern in include:
        key, hyphen, _ = pattern.partition("-")
        by_key[key if hyphen else ""].append(pattern)
    return [
        image
        for image in images
        if all(_matches_any(image, patterns) for patterns in by_key.values())
        and not _matches_any(image, exclude)
    ]


def patterns_of(name: str, value: Any) -> tuple[str, ...]:
    """Return the patterns that a caller names.

    Raises:
        ArgumentError: Not a list of texts.
    """
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise ArgumentError(f"{name} has to be a list of patterns such as 'sub-01', not {value!r}")
    patterns = tuple(value)
    for pattern in patterns:
        if not isinstance(pattern, str) or not pattern:
            raise ArgumentError(f"{name} has to hold patterns such as 'sub-01', not {pattern!r}")
    return patterns


def _matches_any(image: Image, patterns: Iterable[str]) -> bool:
    return any(_matches(image, pattern) for pattern in patterns)


def _matches(image: Image, pattern: str) -> bool:
    if "-" not in pattern:
        return any(fnmatchcase(text, pattern) for text in (image.datatype, image.suffix))
    written = [f"{key}-{label}" for key, label in image.name.entities.items()]
    return any(fnmatchcase(text, pattern) for text in written)


def _examples(images: Sequence[Image]) -> str:
    image = images[0]
    return f"sub-{image.session[0]}, {image.datatype or 'anat'} or {image.suffix}"

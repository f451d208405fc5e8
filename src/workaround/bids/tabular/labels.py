"""Ids of participants and sessions, matched with the labels of folders."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Matches:
    """The labels of ids.

    Attributes:
        labels: Label of each id: that of a folder, or the id without prefix where no folder fits.
        ambiguous: Labels of the folders that fit an id, where several do.
    """

    labels: Mapping[str, str]
    ambiguous: Mapping[str, Collection[str]]


def match_labels(ids: Iterable[str], prefix: str, known: Collection[str]) -> Matches:
    """Match ids with the labels of folders.

    An id fits a folder of its name, with or without the prefix. If there is none, it fits those
    that differ from it in zeros at the beginning, case and punctuation alone.

    Args:
        ids: Ids as they are in a table.
        prefix: ``sub-`` or ``ses-``.
        known: Labels of the folders, without the prefix.
    """
    similar = defaultdict(list)
    for label in sorted(known):
        similar[_plain(label, prefix)].append(label)
    labels, ambiguous = {}, {}
    for text in dict.fromkeys(ids):
        label = text.removeprefix(prefix)
        candidates = [label] if label in known else similar[_plain(label, prefix)]
        labels[text] = candidates[0] if candidates else label
        if len(candidates) > 1:
            ambiguous[text] = candidates
    return Matches(labels, ambiguous)


def _plain(label: str, prefix: str) -> str:
    text = label.casefold()
    if re.fullmatch(r"[0-9]+\.0+", text):  # an integer that a program has made a float
        text = text.partition(".")[0]
    letters = prefix.rstrip("-")
    text = re.sub(rf"^{letters}[-_ ]?(?=.)|[^0-9a-z+]", "", text)
    text = re.sub("[^0-9a-z+]", "", text)
    return text.lstrip("0") or "0" if text.isdecimal() else text

"""Names of columns and fields that are called like data about a person."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any

from workaround.errors import Problem

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_PERSONS = frozenset(
    [
        *("patient", "patients", "participant", "subject", "first", "last", "full", "given"),
        *("family", "middle", "maiden", "operator", "operators", "physician", "physicians"),
        *("institution", "station", "department", "parent", "caregiver"),
    ]
)
_NAMES = frozenset(["surname", "forename", "firstname", "lastname", "fullname", "patientname"])
_CONTACTS = frozenset(["address", "email", "phone", "telephone", "zipcode", "postcode", "ssn"])
_EVENTS = frozenset(
    [
        *("acquisition", "acq", "study", "series", "content", "scan", "visit", "exam", "session"),
        *("admission", "surgery", "stroke", "death"),
    ]
)
_TIMES = frozenset(["date", "time", "datetime", "day"])
_NUMBERS = frozenset(
    [("patient", "id"), ("accession", "number"), ("serial", "number"), ("record", "number")]
)


def name_problems(names: Iterable[str]) -> list[Problem]:
    """Return a remark on each name that is called like data about a person."""
    return [
        Problem(
            None,
            name,
            None,
            f"is called like {meaning}: leave it out if it says who someone is",
            "remark",
            identifying=True,
        )
        for name in names
        if (meaning := meaning_of(name))
    ]


def meaning_of(name: str) -> str | None:
    """Return what a column of a name may hold about a person; None for other names."""
    words = [word.lower() for word in _WORD.findall(name)]
    pairs = [*pairwise(words)]
    if "dob" in words or any(word.startswith("birth") for word in words):
        return "a date of birth"
    if words == ["name"] or not _NAMES.isdisjoint(words) or _ends(pairs, _PERSONS, {"name"}):
        return "a name"
    if not _CONTACTS.isdisjoint(words):
        return "an address"
    if words in (["date"], ["datetime"]) or _ends(pairs, _EVENTS, _TIMES):
        return "a time of acquisition or visit"
    if "mrn" in words or not _NUMBERS.isdisjoint(pairs):
        return "a number of a record or device"
    return None


def all_names(features: Mapping[str, Any]) -> Iterator[str]:
    """Yield the names of all columns and fields of objects, dotted where nested."""
    for name, feature in features.items():
        yield name
        inner = feature
        while isinstance(inner, list) or hasattr(inner, "feature"):
            inner = inner[0] if isinstance(inner, list) else inner.feature
        if isinstance(inner, Mapping):
            yield from (f"{name}.{child}" for child in all_names(inner))


def _ends(pairs: Iterable[tuple[str, str]], firsts: Iterable[str], seconds: Iterable[str]) -> bool:
    return any(first in firsts and second.rstrip("s") in seconds for first, second in pairs)

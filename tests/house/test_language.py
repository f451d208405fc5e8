"""The language: docstrings and names in the field's own words (`tests/support/house/words.py`)."""

from collections import defaultdict

import pytest

from tests.support.constants import ROOT
from tests.support.house.rooms import python_files, room
from tests.support.house.words import wrong_words, wrong_words_of


def language() -> dict[str, list[str]]:
    """Return the wrong words of this project, by room."""
    result = defaultdict(list)
    for path in python_files():
        for sentence in wrong_words_of(ROOT / path):
            result[room(path)].append(f"{path}:{sentence}")
    return dict(result)


def test_docstrings_and_names_use_plain_words() -> None:
    broken = [text for texts in language().values() for text in texts]
    assert not broken, "\n".join(broken)


@pytest.mark.parametrize(
    "source",
    [
        '"""Whether it is so."""',
        'class A:\n    """What it is."""',
        'async def f():\n    """\n    How: so.\n    """',
        "found = 1",
        "for each in []: ...",
        "def f(there): ...",
        "def told(): ...",
        "class HeldBytes: ...",
        "MOST_SAID = 1",
        "import os as there",
        "def test_error_is_told(): ...",
    ],
)
def test_wrong_words_are_reported_with_their_line(source: str) -> None:
    (sentence,) = wrong_words(source)
    assert sentence.startswith(f"{sentence.split(':')[0]}:")


@pytest.mark.parametrize(
    "source",
    [
        '"""Return what it is."""',
        "class RepoNotFoundError(Exception): ...",
        "def test_bug_is_found_by_its_id(): ...",
        "foundation = teach = 1",
        "value.found",
    ],
)
def test_plain_words_pass(source: str) -> None:
    assert not list(wrong_words(source))

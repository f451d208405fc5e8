"""Regular expressions of requests, in linear time."""

from __future__ import annotations

import pytest

from mockhub.control.patterns import MAX_LENGTH, compile_pattern


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("", "/any", True),
        ("/commit/", "/api/datasets/a/b/commit/main", True),
        ("^/api/(datasets|models)/", "/api/models/a", True),
        ("main$", "/main/x", False),
        ("%2F", "/refs%2Fpr", True),
        ("[0-9]{2}", "/1", False),
        ("(?i)API", "/api", True),
    ],
)
def test_pattern_is_searched_anywhere(pattern: str, path: str, matches: bool) -> None:
    assert (compile_pattern(pattern).search(path) is not None) is matches


@pytest.mark.parametrize(
    "pattern", ["(", "a{1000}{1000}", "(?=a)", r"(a)\1", "\ud800", "a" * (MAX_LENGTH + 1)]
)
def test_unsupported_pattern_is_a_value_error(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"regular expression|surrogates"):
        compile_pattern(pattern)


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|aa)+$", "(.*a){20}$"])
def test_no_pattern_backtracks(pattern: str) -> None:
    """Python's ``re`` needs years for these: the time-out of the tests would end it."""
    assert compile_pattern(pattern).search("a" * 60_000 + "!") is None

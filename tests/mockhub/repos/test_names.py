"""Names of users, organizations, repositories and buckets."""

from __future__ import annotations

import pytest

from mockhub.repos.names import is_name


@pytest.mark.parametrize("name", ["a", "0", "_a", "A_b-c.d", "a" * 96])
def test_valid_name(name: str) -> None:
    assert is_name(name)


@pytest.mark.parametrize(
    "name",
    ["", "-a", "a-", ".a", "a.", "a--b", "a..b", "a.git", "a/b", "a b", "ü", "a\n", "a" * 97],
)
def test_invalid_name(name: str) -> None:
    assert not is_name(name)

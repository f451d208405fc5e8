"""The contents that a repository may refer to."""

from __future__ import annotations

from pathlib import Path

from mockhub.storage.ownership import Ownership


def test_contents_belong_to_the_repository_they_were_added_to(tmp_path: Path) -> None:
    ownership = Ownership(tmp_path)
    ownership.add("one", "a", "b")
    ownership.add("two", "a")
    owned = {(holder, name) for holder in ("one", "two", "none") for name in "ab"}
    assert {pair for pair in owned if ownership.has(*pair)} == {
        ("one", "a"),
        ("one", "b"),
        ("two", "a"),
    }


def test_removed_contents_remain_with_others(tmp_path: Path) -> None:
    ownership = Ownership(tmp_path)
    ownership.add("one", "a", "b")
    ownership.add("two", "a")
    ownership.remove("one", "a", "unknown")
    assert (ownership.has("one", "a"), ownership.has("one", "b")) == (False, True)
    assert ownership.has("two", "a")


def test_deleted_repository_has_no_contents(tmp_path: Path) -> None:
    ownership = Ownership(tmp_path)
    ownership.add("one", "a")
    ownership.drop("one")
    ownership.drop("one")
    assert not ownership.has("one", "a")
    assert list(tmp_path.iterdir()) == []


def test_ownership_outlasts_the_server(tmp_path: Path) -> None:
    Ownership(tmp_path).add("one", "a")
    assert Ownership(tmp_path).has("one", "a")

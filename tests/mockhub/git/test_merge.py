"""Merging trees."""

from __future__ import annotations

from hypothesis import given

from mockhub.git.merge import merge
from mockhub.git.tree import TreeBuilder
from tests.support.mockhub.trees import Texts, texts, tree

BASE = {"same": "1", "ours": "1", "theirs": "1", "gone": "1", "both": "1"}


def merged(base: Texts, ours: Texts, theirs: Texts) -> list[str]:
    """The paths after a merge without conflicts."""
    result = merge(tree(base), tree(ours), tree(theirs))
    assert result.conflicts == ()
    builder = TreeBuilder(tree(ours))
    builder.apply(result.changes, "")
    return sorted(builder.tree())


def conflicts(base: Texts, ours: Texts, theirs: Texts) -> tuple[str, ...]:
    return merge(tree(base), tree(ours), tree(theirs)).conflicts


def test_changes_of_both_sides_come_together() -> None:
    ours = BASE | {"ours": "2", "new": "2"}
    theirs = {name: text for name, text in BASE.items() if name != "gone"} | {"theirs": "3"}
    result = merge(tree(BASE), tree(ours), tree(theirs))
    assert result.conflicts == ()
    assert sorted(result.changes) == ["gone", "theirs"]


def test_same_change_on_both_sides_is_none() -> None:
    changed = BASE | {"both": "2"}
    assert merge(tree(BASE), tree(changed), tree(changed)).changes == {}


def test_different_changes_of_a_file_are_a_conflict() -> None:
    assert conflicts(BASE, BASE | {"both": "2"}, BASE | {"both": "3"}) == ("both",)


def test_deleting_what_the_other_side_changed_is_a_conflict() -> None:
    without = {name: text for name, text in BASE.items() if name != "both"}
    assert conflicts(BASE, without, BASE | {"both": "3"}) == ("both",)
    assert conflicts(BASE, BASE | {"both": "3"}, without) == ("both",)


def test_file_and_folder_of_one_name_are_a_conflict() -> None:
    assert conflicts({}, {"a": ""}, {"a/b": ""}) == ("a/b",)
    assert conflicts({}, {"a/b": ""}, {"a": ""}) == ("a",)


def test_file_may_become_a_folder_on_one_side() -> None:
    assert merged({"a": "1"}, {"a": "1", "b": "1"}, {"a/b": "1"}) == ["a/b", "b"]
    assert merged({"a/b": "1"}, {"a/b": "1"}, {"a": "1"}) == ["a"]


@given(texts, texts)
def test_merging_into_an_unchanged_tree_takes_everything(base: Texts, theirs: Texts) -> None:
    assert merged(base, base, theirs) == sorted(theirs)
    assert merged(base, theirs, base) == sorted(theirs)

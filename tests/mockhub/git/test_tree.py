"""Trees, against git and against plain dictionaries."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings

from mockhub.errors import BadRequestError
from mockhub.git.tree import File, Folder, Tree, TreeBuilder, changes_between
from tests.support.mockhub.trees import Texts, entry, git, texts, tree, write

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="compares with git")


@needs_git
@pytest.mark.processes
@settings(max_examples=15, deadline=None)
@given(texts)
def test_ids_and_order_are_those_of_git(files: Texts) -> None:
    with tempfile.TemporaryDirectory() as name:
        write(Path(name), files)
        root = git(Path(name), "write-tree").strip()
        listed = git(Path(name), "ls-tree", "-r", "-t", "-z", root).split("\0")[:-1]
    ours = tree(files)
    assert ours.root.oid == root
    by_git = [tuple(item.replace("\t", " ", 1).split(" ", 3)[2:]) for item in listed]
    assert [(node.oid, path) for path, node in ours.walk()] == by_git


@given(texts, texts)
def test_replayed_changes_make_the_other_tree(old: Texts, new: Texts) -> None:
    before, after = tree(old), tree(new)
    builder = TreeBuilder(before)
    builder.apply(changes_between(before, after), "")
    replayed = builder.tree()
    assert dict(replayed) == dict(after) == {path: entry(text) for path, text in new.items()}
    assert replayed.root.oid == after.root.oid
    assert dict(before) == {path: entry(text) for path, text in old.items()}


@given(texts)
def test_a_tree_has_no_differences_to_itself(files: Texts) -> None:
    assert changes_between(tree(files), tree(files)) == {}


def test_mapping_holds_files_and_no_folders() -> None:
    files = tree({"a/b/c": "", "d": ""})
    assert list(files) == ["a/b/c", "d"]
    assert len(files) == 2
    assert "a/b" not in files
    assert "d/e" not in files
    assert isinstance(files.node("a/b"), Folder)
    assert [path for path, _ in files.walk("a")] == ["a/b", "a/b/c"]
    assert [path for path, _ in files.list("")] == ["a", "d"]
    assert [*files.walk("d"), *files.list("x")] == []


def test_nodes_know_the_last_commit_that_touched_them() -> None:
    builder = TreeBuilder(tree({"a/1": "", "a/2": "", "b/1": "", "c": ""}, "first"))
    builder.apply({"a/1": None, "b/1": entry("new")}, "second")
    commits = {path: node.commit for path, node in builder.tree().walk()}
    assert commits == {"a": "second", "a/2": "first", "b": "second", "b/1": "second", "c": "first"}


def test_nodes_know_the_last_of_many_commits_at_once() -> None:
    builder = TreeBuilder()
    for commit in ("first", "second"):
        builder.apply({f"a/{commit}": entry("")}, commit)
    commits = {path: node.commit for path, node in builder.tree().walk()}
    assert commits == {"a": "second", "a/first": "first", "a/second": "second"}


def test_removing_tells_the_files_and_leaves_no_empty_folder() -> None:
    builder = TreeBuilder(tree({"a/b/1": "", "a/b/2": "", "c": ""}))
    assert sorted(builder.remove("a/b")) == ["a/b/1", "a/b/2"]
    assert builder.remove("c") == ["c"]
    assert builder.remove("missing/c") == []
    assert list(builder.tree().walk()) == []


@pytest.mark.parametrize("path", ["a", "a/b/c/d", "a/b/c/d/e"])
def test_path_cannot_be_file_and_folder(path: str) -> None:
    builder = TreeBuilder(tree({"a/b/c": ""}))
    with pytest.raises(BadRequestError):
        builder.put(path, entry(""))
    assert list(builder.tree()) == ["a/b/c"]


def test_trees_share_what_did_not_change() -> None:
    old = tree({"a/1": "", "b/1": ""})
    builder = TreeBuilder(old)
    builder.put("b/2", entry(""))
    assert builder.cost == 4  # a and b in the new tree, 1 and 2 in the new b
    new = builder.tree()
    assert new.node("a") is old.node("a")
    builder.put("b/3", entry(""))
    assert list(new) == ["a/1", "b/1", "b/2"]


def test_missing_path_has_no_node() -> None:
    assert Tree(Folder({}, "")).node("a") is None
    assert isinstance(tree({"a": ""}).node("a"), File)

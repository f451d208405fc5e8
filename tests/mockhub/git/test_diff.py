"""Differences as text, applied by git."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings

from mockhub.git.diff import LARGEST_TEXT, diff
from mockhub.git.tree import Entry, TreeBuilder
from tests.support.mockhub.trees import Texts, entry, git, texts, tree, write

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="applied by git")


def as_text(old: Texts, new: Texts) -> str:
    contents = {entry(text): text.encode() for text in [*old.values(), *new.values()]}
    return diff(tree(old), tree(new), contents.__getitem__)


@needs_git
@settings(max_examples=15, deadline=None)
@given(texts, texts)
def test_git_applies_it(old: Texts, new: Texts) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, old)
        patch = as_text(old, new)
        if patch:
            git(folder, "apply", "--index", "-", text=patch)
        assert git(folder, "write-tree").strip() == tree(new).root.oid


def test_lfs_files_differ_by_their_pointers() -> None:
    old, new = TreeBuilder(), TreeBuilder()
    old.put("a.bin", Entry.pointing_to(hashlib.sha256(b"1").hexdigest(), 1))
    new.put("a.bin", Entry.pointing_to(hashlib.sha256(b"22").hexdigest(), 2))
    lines = diff(old.tree(), new.tree(), lambda _: b"").splitlines()
    assert "-size 1" in lines
    assert "+size 2" in lines


@pytest.mark.parametrize("content", [b"\xff", b"x" * (LARGEST_TEXT + 1)])
def test_content_that_is_no_small_text_is_not_compared(content: bytes) -> None:
    new = TreeBuilder()
    new.put("a", Entry(len(content), "0" * 64, "0" * 40, lfs=False))
    text = diff(TreeBuilder().tree(), new.tree(), lambda _: content)
    assert text.splitlines()[-1] == "Binary files /dev/null and b/a differ"

"""All files of a folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from workaround.errors import RecipeError
from workaround.recipes.folder import files_of


def test_hidden_files_are_not_listed(tree: Callable[..., Path]) -> None:
    root = tree("b/c/1.nii", "a.csv", ".git/2.nii", "b/.DS_Store")
    assert files_of(root) == ["a.csv", "b/c/1.nii"]


def test_links_are_followed_but_not_in_circles(tree: Callable[..., Path], tmp_path: Path) -> None:
    root = tree("a/1.nii")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/2.nii").touch()
    (root / "b").symlink_to(tmp_path / "elsewhere")
    (root / "a/loop").symlink_to(root)
    assert files_of(root) == ["a/1.nii", "b/2.nii"]


def test_a_folder_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="cannot be read: No such file"):
        files_of(tmp_path / "missing")

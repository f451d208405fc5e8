"""Trees and recipes for the tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest


@pytest.fixture
def tree(tmp_path: Path) -> Callable[..., Path]:
    """A function that makes a folder of empty files, and of texts, which it returns."""

    def make(*paths: str, texts: Mapping[str, str] | None = None) -> Path:
        root = tmp_path / "data"
        for path, text in {**dict.fromkeys(paths, ""), **(texts or {})}.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text)
        return root

    return make


@pytest.fixture
def recipe(tmp_path: Path) -> Callable[[str], Path]:
    """A function that writes a recipe, and returns its path."""

    def write(text: str) -> Path:
        path = tmp_path / "recipe.toml"
        path.write_text(text)
        return path

    return write

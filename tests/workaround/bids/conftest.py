"""Fixtures of the tests of BIDS folders."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def touch(tmp_path: Path) -> Callable[..., Path]:
    """A function that makes files under the root of a dataset, which it returns."""

    def touch(*paths: str, text: str = "") -> Path:
        root = tmp_path / "dataset"
        for path in paths:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text)
        return root

    return touch

"""Fixtures of the tests of tables."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.workaround.tables import FORMATS, Rows


@pytest.fixture(params=FORMATS)
def write(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[Rows], Path]:
    """A function that writes a table of each format."""
    name: str = request.param

    def write(rows: Rows) -> Path:
        FORMATS[name](tmp_path / name, rows)
        return tmp_path / name

    return write


@pytest.fixture
def table(tmp_path: Path) -> Callable[..., Path]:
    """A function that writes a table with this text."""

    def write(text: str, name: str = "table.csv") -> Path:
        (tmp_path / name).write_text(text)
        return tmp_path / name

    return write

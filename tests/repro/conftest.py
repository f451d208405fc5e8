"""Fixtures of the tests of the harness."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from repro.catalog import bugs as catalog
from tests.support.repro.index import Index, serve


@pytest.fixture
def scripts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder where the scripts of bugs are looked for during the test; empty."""
    folder = tmp_path / "scripts"
    folder.mkdir()
    monkeypatch.setattr(catalog, "SCRIPTS", folder)
    return folder


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Index]:
    """An index of packages, the only one during the test; nothing that uv keeps outlives it."""
    with serve(tmp_path / "index") as index:
        monkeypatch.setenv("UV_DEFAULT_INDEX", index.url)
        monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "uv"))
        monkeypatch.setenv("UV_NO_CONFIG", "1")
        monkeypatch.setenv("UV_PYTHON_DOWNLOADS", "never")
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
        yield index

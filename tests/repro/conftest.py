"""Fixtures of the tests of the harness."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from repro.catalog import bugs as catalog
from tests.support.repro.index import Index, serve


@pytest.fixture(autouse=True, scope="session")
def _own_folder_of_runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the runs of other processes, and what they left, out of the tests."""
    folder = str(tmp_path_factory.mktemp("runs"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", folder)
        patch.setattr(tempfile, "tempdir", folder)
        yield


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

"""What tests of the harness share."""

from pathlib import Path

import pytest

from repro import catalog


@pytest.fixture
def scripts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder where the scripts of bugs are looked for during the test; empty."""
    folder = tmp_path / "scripts"
    folder.mkdir()
    monkeypatch.setattr(catalog, "SCRIPTS", folder)
    return folder

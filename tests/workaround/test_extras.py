"""Advice for what is not installed."""

from __future__ import annotations

from pathlib import Path

import pytest

from workaround import extras


@pytest.mark.parametrize(
    ("clone", "expected"),
    [(False, "pip install 'nifti-hub-workaround[s3]'"), (True, "pip install -e '{clone}[s3]'")],
)
def test_advice_fits_what_is_installed(
    clone: bool, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extras, "SOURCES", tmp_path)
    if clone:
        (tmp_path / "pyproject.toml").touch()
    assert extras.advice("s3") == expected.format(clone=tmp_path)

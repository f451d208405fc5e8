"""Advice for what is not installed."""

from __future__ import annotations

from pathlib import Path

import pytest

from mockhub import extras


@pytest.mark.parametrize(
    ("name", "clone", "extra", "expected"),
    [
        ("mockhub", False, "hub", "pip install mockhub"),
        ("mockhub", True, "completion", "pip install 'mockhub[completion]'"),
        ("nifti-hub-workaround", False, "hub", "pip install 'nifti-hub-workaround[hub]'"),
        ("nifti-hub-workaround", True, "hub", "pip install -e '{clone}[hub]'"),
    ],
)
def test_advice_fits_what_is_installed(
    name: str,
    clone: bool,
    extra: str,
    expected: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(extras, "distribution", lambda: name)
    monkeypatch.setattr(extras, "SOURCES", tmp_path)
    if clone:
        (tmp_path / "pyproject.toml").touch()
    assert extras.advice(extra) == expected.format(clone=tmp_path)

"""Reports, as they are printed."""

from __future__ import annotations

import pytest

from workaround.cli.report import Report, show


def test_name_that_is_not_text_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    show(Report("a\udcff.nii: no such file", {}), as_json=False)
    assert capsys.readouterr().out == "a\\udcff.nii: no such file\n"


def test_control_characters_of_names_are_escaped(capsys: pytest.CaptureFixture[str]) -> None:
    show(Report("a\x1b[2J.nii", {}), as_json=False)
    assert capsys.readouterr().out == "a\\x1b[2J.nii\n"

"""The completion of arguments in shells, of the programs that offer it by this module."""

from __future__ import annotations

import sys
from argparse import ArgumentParser

import pytest

from repro.__main__ import parser as make_repro_parser
from workaround.cli.arguments import parser as make_workaround_parser
from workaround.extras import advice

PROGRAMS = pytest.mark.parametrize(
    ("parser", "script", "option"),
    [
        (make_workaround_parser(), "workaround", "dry-run"),
        (make_repro_parser(), "nifti-repro", "verdicts"),
    ],
    ids=["workaround", "repro"],
)


@PROGRAMS
@pytest.mark.parametrize(
    ("shell", "line"),
    [("bash", " {}\n"), ("zsh", "#compdef {}\n"), ("tcsh", "complete {} ")],
    ids=["bash", "zsh", "tcsh"],
)
def test_completion_is_a_script_for_the_command(
    parser: ArgumentParser,
    script: str,
    option: str,
    shell: str,
    line: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as exited:
        parser.parse_args(["--print-completion", shell])
    assert not exited.value.code
    printed = capsys.readouterr().out
    assert line.format(script) in printed
    assert option in printed


@PROGRAMS
def test_missing_extra_is_a_line_with_its_cure(
    parser: ArgumentParser,
    script: str,
    option: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setitem(sys.modules, "shtab", None)  # importing it fails
    with pytest.raises(SystemExit) as exited:
        parser.parse_args(["--print-completion", "bash"])
    assert exited.value.code == 2
    assert capsys.readouterr().err == f"{script}: no shtab: {advice('completion')}\n"

"""`--help` of every command of every program."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from mockhub.__main__ import make_parser
from repro.__main__ import parser as make_repro_parser
from workaround.cli.arguments import parser as make_workaround_parser

ROOTS = (make_workaround_parser(), make_parser(), make_repro_parser())


def commands(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """Yield the parsers of the commands of a program."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for command in action.choices.values():
                yield from commands(command)
            return
    yield parser


COMMANDS = [(root, command) for root in ROOTS for command in commands(root)]
HELPS = {root.prog: (root, root) for root in ROOTS}
HELPS |= {command.prog: (root, command) for root, command in COMMANDS}


@pytest.mark.parametrize("program", HELPS)
def test_help_fits_a_terminal_and_has_an_example(
    program: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    root, parser = HELPS[program]
    lines = parser.format_help().splitlines()
    assert max(map(len, lines)) <= 80
    example = lines[lines.index("Example:") + 1].strip()
    assert example.startswith(program)
    (tmp_path / "bids").mkdir()
    (tmp_path / "scans.csv").touch()
    monkeypatch.chdir(tmp_path)
    root.parse_args(shlex.split(example.removeprefix(root.prog)))


@pytest.mark.parametrize("command", [command for _, command in COMMANDS], ids=lambda one: one.prog)
def test_every_command_can_be_quiet(command: argparse.ArgumentParser) -> None:
    assert {"-q", "--quiet"} <= command._option_string_actions.keys()


@pytest.mark.parametrize("root", ROOTS, ids=lambda root: root.prog)
@pytest.mark.parametrize("option", ["--version", "--print-completion"])
def test_every_program_has_version_and_completion(
    root: argparse.ArgumentParser, option: str
) -> None:
    assert option in root._option_string_actions

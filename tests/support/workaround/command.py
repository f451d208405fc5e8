"""The command, run by tests."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from tests.support import warm
from tests.support.constants import SOURCE
from workaround.cli.main import main

ROWS = 4
"""Rows of the table that the command is run with."""


def start(*arguments: object) -> AbstractContextManager[warm.Process]:
    """Start the command in a process of its own, in another folder than the table."""
    return warm.start("-m", "workaround", *arguments, env=os.environ, cwd=Path("/"))


def start_cold(*arguments: object, **options: Any) -> subprocess.Popen[str]:
    """Start the command as a user does, with pipes."""
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
    return subprocess.Popen(
        [sys.executable, "-m", "workaround", *map(str, arguments)],
        cwd="/",
        env={**os.environ, "PYTHONPATH": SOURCE},
        text=True,
        **options,
    )


def run(*arguments: object) -> tuple[int, str, str]:
    """Return exit status, standard output and error of the command."""
    with start(*arguments) as process:
        output, error = process.communicate()
    return process.wait(), output, error


def call(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    """Run the command in this process, and return the same."""
    try:
        status = main([str(argument) for argument in arguments])
    except SystemExit as exited:  # argparse
        status = int(str(exited.code))
    return status, *capsys.readouterr()

"""How tests run the command."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import Any

import pytest

from tests.support.constants import SOURCE
from workaround.cli.main import main


def start(*arguments: object, **options: Any) -> subprocess.Popen[str]:
    """The command in a process of its own, elsewhere than the table."""
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "cwd": "/", **options}
    return subprocess.Popen(
        [sys.executable, "-m", "workaround", *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": SOURCE},
        text=True,
        preexec_fn=hear_ctrl_c,
        **options,
    )


def hear_ctrl_c() -> None:
    """A background job of a shell ignores Ctrl-C, and so would all that the tests start there."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def run(*arguments: object) -> tuple[int, str, str]:
    """Exit status, standard output and error of the command."""
    with start(*arguments) as process:
        output, error = process.communicate()
    return process.returncode, output, error


def call(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    """The same in this process."""
    try:
        status = main([str(argument) for argument in arguments])
    except SystemExit as exited:  # argparse
        status = int(str(exited.code))
    return status, *capsys.readouterr()

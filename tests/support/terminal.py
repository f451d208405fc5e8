"""Terminals: one that a program runs in, and its screen; and those of this process."""

from __future__ import annotations

import io
import os
import pty
import subprocess
import termios
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyte


class Terminal(io.StringIO):
    """Standard error on a terminal, for code of this process."""

    def isatty(self) -> bool:
        """Return True."""
        return True


class NotebookCell(io.StringIO):
    """Standard error of a cell of a notebook, which is no terminal."""


NotebookCell.__module__ = "ipykernel.iostream"


@dataclass(frozen=True)
class Shown:
    """A program that has ended, and its terminal.

    Attributes:
        status: Exit status.
        lines: Lines of the screen at the end, without empty ones.
        written: Everything that was written to the terminal.
    """

    status: int
    lines: list[str]
    written: str


def run_in_terminal(
    *command: object,
    env: Mapping[str, str],
    cwd: Path | None = None,
    columns: int = 80,
    rows: int = 40,
) -> Shown:
    """Run a program whose standard output and error are a terminal.

    Args:
        command: Program and arguments.
        env: Its environment.
        cwd: Its working folder.
        columns: Width of the terminal.
        rows: Height of the terminal.
    """
    terminal, end = pty.openpty()
    termios.tcsetwinsize(end, (rows, columns))
    screen = pyte.Screen(columns, rows)
    stream = pyte.ByteStream(screen)
    written = b""
    with (
        os.fdopen(terminal, "rb", buffering=0) as reader,
        subprocess.Popen(
            [*map(str, command)], stdout=end, stderr=end, stdin=end, env=env, cwd=cwd
        ) as process,
    ):
        os.close(end)
        try:
            while some := reader.read(65_536):
                written += some
                stream.feed(some)
        except OSError:  # how Linux ends it
            pass
    lines = [line.rstrip() for line in screen.display]
    return Shown(process.returncode, [line for line in lines if line], written.decode())

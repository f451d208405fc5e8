"""The result of a command, and its output."""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from workaround.errors import printable

DONE, FAILED, USAGE = 0, 1, 2
"""Statuses to exit with."""


@dataclass(frozen=True)
class Report:
    """The result of a command.

    Attributes:
        text: Text for people.
        values: Values for ``--json``.
        status: Status to exit with.
    """

    text: str
    values: dict[str, Any]
    status: int = DONE


def printable_lines(text: str) -> str:
    """Return a text of several lines whose other control characters are escaped."""
    return "\n".join(map(printable, text.split("\n")))


def show(report: Report, *, as_json: bool) -> None:
    """Print a report; the status of what was done does not depend on it."""
    failed = "error" in report.values
    if failed:
        _complain(report.text)
    if failed and not as_json:
        return
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    text = json.dumps(report.values) if as_json else printable_lines(report.text)
    try:
        print(text.encode(encoding, "backslashreplace").decode(encoding))
        sys.stdout.flush()
    except OSError as error:
        _complain(f"standard output cannot be written: {error.strerror}. The result: {text}")
        # What is left in the buffer would fail again when Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _complain(text: str) -> None:
    with suppress(OSError):
        print(f"workaround: {printable_lines(text)}", file=sys.stderr)

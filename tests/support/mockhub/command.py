"""The command `mockhub`, as a shell would start it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.constants import SOURCE

SECONDS_TO_END = 20


@contextmanager
def run(*options: str, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A server as a shell would start it."""
    with subprocess.Popen(
        [sys.executable, "-m", "mockhub", *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": SOURCE, "TMPDIR": str(tmp_path)},
    ) as process:
        try:
            yield process
        finally:
            process.kill()

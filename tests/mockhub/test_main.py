"""The command line: wrong use, and what is not installed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from mockhub.extras import SOURCES
from tests.support.constants import SOURCE
from tests.support.mockhub.command import SECONDS_TO_END, run

BARE = """
import sys
sys.modules |= dict.fromkeys(["starlette", "uvicorn", "re2", "lz4", "blake3", "yaml", "filelock"])
from mockhub.__main__ import main
main(sys.argv[1:])
"""


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--port", "99999"], "cannot listen on 127.0.0.1:99999"),
        (["--host", "192.0.2.1"], "cannot listen on 192.0.2.1:0"),
        (["--host", "example.com"], "--host"),
        (["--user", "nobody"], "NAME:TOKEN"),
        (["--user", "ann:hf_a:read"], "the first of users must have a token that may write"),
        (["--upload-mode", "git"], "--upload-mode"),
        (["--page-size", "0"], "page_size must be above 0"),
        (["--root", "/dev/null/x"], "/dev/null/x"),
    ],
)
def test_failed_start_says_why_in_one_line(
    options: list[str], complaint: str, tmp_path: Path
) -> None:
    with run(*options, tmp_path=tmp_path) as process:
        output, complaints = process.communicate(timeout=SECONDS_TO_END)
    assert process.returncode not in (0, None)
    assert output == ""
    assert complaint in complaints.splitlines()[-1]
    assert "Traceback" not in complaints


@pytest.mark.parametrize("arguments", [[], ["--port", "0"]])
def test_missing_extra_is_a_line_with_its_cure(arguments: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", BARE, *arguments],
        env={"PYTHONPATH": SOURCE},
        capture_output=True,
        text=True,
        check=False,
    )
    (line,) = done.stderr.splitlines()
    assert line.startswith("mockhub: no ")
    assert line.endswith(f": pip install -e '{SOURCES}[hub]'")
    assert (done.returncode, done.stdout) == (2, "")


def test_help_needs_no_extra() -> None:
    command = [sys.executable, "-c", BARE, "--help"]
    done = subprocess.run(
        command, env={"PYTHONPATH": SOURCE}, capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("usage: mockhub")

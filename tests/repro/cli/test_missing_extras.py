"""`python -m repro` where only the dependencies of the uploader are installed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from repro.__main__ import EXTRAS
from repro.results.store import MEASURED
from tests.support.repro.aftermath import PYTHONPATH

BARE = """
import sys
sys.modules |= dict.fromkeys(sys.argv[1].split(","))  # importing them fails
from repro.__main__ import main
sys.exit(main(sys.argv[2:]))
"""


def bare(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run the program without any of the extras."""
    return subprocess.run(
        [sys.executable, "-c", BARE, ",".join(EXTRAS), *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": PYTHONPATH},
        cwd=cwd,
    )


@pytest.mark.parametrize("arguments", [("list",), ("--help",), ("matrix", "--help")])
def test_catalog_and_help_need_no_extra(arguments: tuple[str, ...], tmp_path: Path) -> None:
    done = bare(*arguments, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


def test_drift_needs_no_extra(tmp_path: Path) -> None:
    done = bare("drift", MEASURED / "datasets-5.2.0.json", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "no drift\n", "")


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "temp-files-left"),
        ("matrix", "--datasets", "5.2.0"),
        ("bisect", "temp-files-left"),
        ("issue", "temp-files-left"),
        ("report",),
    ],
    ids=lambda arguments: arguments[0],
)
def test_command_that_needs_one_says_in_a_line_what_to_install(
    arguments: tuple[str, ...], tmp_path: Path
) -> None:
    done = bare(*arguments, cwd=tmp_path)
    (complaint,) = done.stderr.splitlines()
    assert complaint.startswith("repro: no ")
    assert complaint.endswith(": pip install -e '.[matrix,report]'")
    assert (done.returncode, done.stdout) == (2, "")

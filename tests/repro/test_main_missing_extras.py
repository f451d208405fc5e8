"""`python -m repro` where only the dependencies of the uploader are installed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from repro.__main__ import EXTRAS
from repro.results.store import MEASURED
from tests.support.repro.aftermath import PYTHONPATH
from workaround.extras import advice

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


@pytest.mark.parametrize(
    "arguments",
    [
        ("--help",),
        ("list",),
        ("run", "temp-files-left"),
        ("matrix", "--datasets", "5.2.0"),
        ("bisect", "temp-files-left"),
        ("issue", "temp-files-left"),
        ("report",),
        ("drift", MEASURED / "datasets-5.2.0.json"),
    ],
    ids=lambda arguments: str(arguments[0]),
)
def test_command_that_needs_one_says_in_a_line_what_to_install(
    arguments: tuple[str | Path, ...], tmp_path: Path
) -> None:
    done = bare(*arguments, cwd=tmp_path)
    (complaint,) = done.stderr.splitlines()
    assert complaint.startswith("repro: no ")
    module = complaint.removeprefix("repro: no ").partition(":")[0].partition(".")[0]
    assert complaint.endswith(f": {advice(EXTRAS[module])}")
    assert (done.returncode, done.stdout) == (2, "")

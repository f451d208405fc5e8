"""`python -m repro`: what it prints, its exit status, and what is left of it when it is killed."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.imports import SLOW
from tests.support.repro import fakes
from tests.support.repro.aftermath import PYTHONPATH, Command
from tests.support.repro.children import eventually

# The real program on scripts of ours.
FAKED = """
import pathlib, signal, sys
from repro import __main__
from repro.catalog import bugs as catalog
catalog.SCRIPTS = pathlib.Path(sys.argv[1])
signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job ignores it
sys.exit(__main__.main(sys.argv[2:]))
"""
LARGE_HANGS = f"import sys\nif '--large' in sys.argv:\n    {fakes.HANGING}\n{fakes.REPRODUCED}"

Start = Callable[..., Command]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start a Python command that is ended after the test."""
    commands = []

    def start(*arguments: str | Path) -> Command:
        commands.append(command := Command(arguments, tmp_path))
        return command

    yield start
    for command in commands:
        command.end()


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_output_that_nobody_reads_is_no_error(unbuffered: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "repro", "list"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": PYTHONPATH, "PYTHONUNBUFFERED": unbuffered},
    ) as listing:
        assert listing.stdout is not None
        assert listing.stderr is not None
        listing.stdout.close()
        assert listing.stderr.read() == b""
    assert listing.returncode == 141


@pytest.mark.parametrize("name", ["SIGKILL", "SIGTERM", "SIGINT"])
def test_killed_in_a_capped_run_it_leaves_nothing_behind(
    name: str, start: Start, scripts: Path
) -> None:
    fakes.write(scripts, "sliced-list-embed", LARGE_HANGS)
    fakes.write(scripts, "additions-retain-bytes", fakes.HANGING)
    bugs = ("sliced-list-embed", "additions-retain-bytes", "temp-files-left")
    command = start("-c", FAKED, scripts, "run", "--jobs", "2", *bugs)
    command.wait_for("--large")
    command.wait_for("additions-retain-bytes.py")
    command.process.send_signal(signal.Signals[name])
    command.process.wait()
    assert eventually(lambda: command.left() == []), command.left()


def test_killed_in_real_scripts_it_leaves_nothing_behind(start: Start) -> None:
    bugs = ("embed-zero-bytes", "sliced-list-embed")
    command = start("-m", "repro", "run", *bugs, "--jobs", "2")
    for bug_id in bugs:
        command.wait_for(f"{bug_id}.py")
    command.process.kill()
    command.process.wait()
    assert eventually(lambda: command.left() == []), command.left()


def test_ctrl_c_is_status_130_and_a_word(start: Start, scripts: Path) -> None:
    fakes.write(scripts, "temp-files-left", fakes.HANGING)
    command = start("-c", FAKED, scripts, "run", "temp-files-left")
    command.wait_for("temp-files-left.py")
    command.interrupt()
    assert command.process.wait() == 130
    assert command.stderr.read_text() == "temp-files-left ... \nrepro: interrupted\n"
    assert command.stdout.read_text() == ""
    assert command.left() == []


def test_help_imports_nothing_slow(start: Start) -> None:
    code = "import sys; from repro import __main__; sys.argv[0] = 'repro'\n"
    code += "try: __main__.main(['--help'])\nexcept SystemExit: print(*sys.modules)"
    command = start("-c", code)
    assert command.process.wait() == 0
    *usage, modules = command.stdout.read_text().splitlines()
    assert usage[0].startswith("usage: ")
    assert not SLOW.intersection(modules.split())

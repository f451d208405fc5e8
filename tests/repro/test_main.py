"""`python -m repro`: what it prints, its exit status, and what is left of it when it is killed."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from repro.__main__ import main
from repro.catalog import bugs as catalog
from repro.report.markdown import specifier
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


@pytest.fixture
def faked(monkeypatch: pytest.MonkeyPatch, scripts: Path) -> Path:
    """A catalog of two bugs, one present and one fixed, and their scripts."""
    fixed = fakes.bug("fixed", affected=fakes.NONE)
    monkeypatch.setattr(catalog, "BUGS", (fakes.bug("present"), fixed))
    fakes.write(scripts, "present", fakes.REPRODUCED)
    fakes.write(scripts, "fixed", fakes.ABSENT)
    return scripts


def test_list_names_every_bug_and_its_range(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list"]) == 0
    listed = capsys.readouterr().out
    for bug in catalog.BUGS:
        assert bug.id in listed
        assert specifier(bug.affected) in listed
        assert bug.title in listed


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


@pytest.mark.usefixtures("faked")
def test_run_examines_the_whole_catalog_by_default(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run"]) == 0
    out, err = capsys.readouterr()
    assert err == "present ... reproduced\nfixed ... absent\n"
    assert out.startswith("datasets ")
    assert "7 rows lost" in out
    assert "0 rows lost" in out


def test_bug_named_twice_is_examined_once(
    faked: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    runs = tmp_path / "runs"
    fakes.write(faked, "fixed", f"open({str(runs)!r}, 'a').write('x')\n{fakes.ABSENT}")
    assert main(["run", "fixed", "fixed"]) == 0
    assert capsys.readouterr().err == "fixed ... absent\n"
    assert runs.read_text() == "x"


def test_mismatch_is_status_1_and_its_sentence(
    faked: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fakes.write(faked, "present", fakes.ABSENT)
    file = tmp_path / "verdicts.json"
    assert main(["run", "--jobs", "1", "--verdicts", str(file)]) == 1
    (sentence,) = capsys.readouterr().err.splitlines()[2:]
    assert sentence.startswith("present is absent on datasets ")
    assert sentence.endswith(
        "but expected reproduced: upstream fixed it, set the upper bound in "
        "repro/bugs/present.toml (0 rows lost)"
    )
    judged = json.loads(file.read_text())["bugs"]
    assert [(bug["id"], bug["agrees"]) for bug in judged] == [("present", False), ("fixed", True)]


def test_unknown_bug_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "no-such-bug"]) == 2
    known = ", ".join(bug.id for bug in catalog.BUGS)
    assert capsys.readouterr().err == f"repro: no bug 'no-such-bug'; there are: {known}\n"


@pytest.mark.parametrize("place", ["missing/verdicts.json", "."])
def test_verdicts_that_cannot_be_written_are_told_before_anything_runs(
    place: str, faked: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fakes.write(faked, "present", f"open({str(tmp_path / 'ran')!r}, 'w')")
    assert main(["run", "--verdicts", str(tmp_path / place)]) == 2
    (complaint,) = capsys.readouterr().err.split("\n", 1)[1].splitlines()
    assert complaint.startswith("repro: ")
    assert str(tmp_path) in complaint
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("jobs", ["0", "-1", "two"])
def test_jobs_must_be_a_number_above_0(jobs: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["run", "--jobs", jobs])
    assert f"argument --jobs: {jobs!r} is not a number above 0" in capsys.readouterr().err


def test_run_that_cannot_be_isolated_is_one_line(
    faked: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fakes.write(faked, "present", "import os; os.kill(os.getppid(), 9)")
    assert main(["run", "present"]) == 2
    complaint = capsys.readouterr().err.splitlines()[1]
    assert complaint.startswith("repro: the supervisor of ")
    assert complaint.endswith("failed: status -9")


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

"""`python -m repro run`: the table, the verdicts as JSON, and the exit status."""

import json
from pathlib import Path

import pytest

from repro.__main__ import main
from repro.catalog import bugs as catalog
from tests.support.repro import fakes

pytestmark = pytest.mark.processes  # its scripts run


@pytest.fixture
def faked(monkeypatch: pytest.MonkeyPatch, scripts: Path) -> Path:
    """A catalog of two bugs, one present and one fixed, and their scripts."""
    fixed = fakes.bug("fixed", affected=fakes.NONE)
    monkeypatch.setattr(catalog, "BUGS", (fakes.bug("present"), fixed))
    fakes.write(scripts, "present", fakes.REPRODUCED)
    fakes.write(scripts, "fixed", fakes.ABSENT)
    return scripts


@pytest.mark.usefixtures("faked")
def test_run_examines_the_whole_catalog_by_default(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run"]) == 0
    out, err = capsys.readouterr()
    assert err == "present ... reproduced\nfixed ... absent\n"
    assert out.startswith("datasets ")
    assert "7 rows lost" in out
    assert "0 rows lost" in out


def test_quiet_run_prints_mismatches_and_no_progress(
    faked: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "-q", "fixed"]) == 0
    assert capsys.readouterr().err == ""
    fakes.write(faked, "present", fakes.ABSENT)
    assert main(["run", "--quiet", "present"]) == 1
    (sentence,) = capsys.readouterr().err.splitlines()
    assert sentence.startswith("present is absent on datasets ")


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


@pytest.mark.parametrize("place", ["missing/verdicts.json", "."])
def test_verdicts_that_cannot_be_written_are_refused_before_anything_runs(
    place: str, faked: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fakes.write(faked, "present", f"open({str(tmp_path / 'ran')!r}, 'w')")
    assert main(["run", "--verdicts", str(tmp_path / place)]) == 2
    (complaint,) = capsys.readouterr().err.split("\n", 1)[1].splitlines()
    assert complaint.startswith("repro: ")
    assert str(tmp_path) in complaint
    assert not (tmp_path / "ran").exists()


def test_run_that_cannot_be_isolated_is_one_line(
    faked: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fakes.write(faked, "present", "import os; os.kill(os.getppid(), 9)")
    assert main(["run", "present"]) == 2
    complaint = capsys.readouterr().err.splitlines()[1]
    assert complaint.startswith("repro: the supervisor of ")
    assert complaint.endswith("failed: status -9")

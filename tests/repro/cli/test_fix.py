"""`python -m repro fix` and `fixes` on bugs that are nobody's, in a package of Python itself."""

from pathlib import Path

import msgspec
import pytest

from repro.__main__ import main
from repro.catalog import bugs as catalog
from repro.fixes import document
from repro.fixes.edits import file_of
from tests.support.repro import fakes

pytestmark = pytest.mark.processes  # its scripts run

SCRIPT = """
import json, sys
from wsgiref.util import guess_scheme
lost = {lost}
print(json.dumps({{"rows_lost": lost}}))
sys.exit(lost > 0)
"""
FIX = """
summary = "Count them."

[[edits]]
module = "wsgiref.util"
function = "guess_scheme"
anchor = "{anchor}"
substitute = "{new}"
"""


@pytest.fixture
def bugs(scripts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Two bugs that differ in what they ask for, and their fixes."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(catalog, "BUGS", (fakes.bug("plain"), fakes.bug("secure")))
    fakes.write(scripts, "plain", SCRIPT.format(lost="7 * (guess_scheme({}) == 'http')"))
    secure = "7 * (guess_scheme({'HTTPS': 'on'}) == 'https')"
    fakes.write(scripts, "secure", SCRIPT.format(lost=secure))
    write_fix("plain", "return 'http'", "return 'ftp'")
    write_fix("secure", "return 'https'", "return 'ftps'")
    return ["plain", "secure"]


def write_fix(bug_id: str, anchor: str, new: str) -> None:
    """Write the fix of a bug."""
    file_of(catalog.find(bug_id)).write_text(FIX.format(anchor=anchor, new=new))


def test_fix_shows_the_verdict_before_and_after_with_the_diff(
    bugs: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["fix", "plain"]) == 0
    output = capsys.readouterr().out
    assert "+        return 'ftp'\n" in output
    (row,) = (line for line in output.splitlines() if line.startswith("plain"))
    assert " ".join(row.split()) == "plain reproduced -> absent 7 rows lost 0 rows lost"


def test_matrix_has_a_cell_for_each_bug_and_fix(
    bugs: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["fixes", "--jobs", "2"]) == 0
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["plain", "x>·", "x"] in rows
    assert ["secure", "x", "x>·"] in rows


def test_matrix_is_written_as_a_document(bugs: list[str], tmp_path: Path) -> None:
    file = tmp_path / "fixes.json"
    assert main(["fixes", "--fixes", "plain", "--out", str(file)]) == 0
    own, other = document.read(file).trials
    assert (own.bug, own.fix, own.before, own.after) == ("plain", "plain", "reproduced", "absent")
    assert (other.bug, other.before, other.after) == ("secure", "reproduced", "reproduced")


def test_matrix_goes_on_where_it_was_stopped(
    bugs: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "fixes.json"
    command = ["fixes", "--continue", "--out", str(file)]
    assert main(command) == 0
    whole = document.read(file)
    document.write(file, msgspec.structs.replace(whole, trials=whole.trials[:2]))
    capsys.readouterr()
    assert main([*command, "--bugs", "plain", "--fixes", "secure"]) == 0
    assert capsys.readouterr().err.startswith("plain with the fix of secure")
    assert document.read(file).trials == whole.trials[:3]
    assert main(command) == 0
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert document.read(file).trials == whole.trials


def test_matrix_does_not_go_on_from_other_packages(
    bugs: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "fixes.json"
    document.write(file, document.build([], {"datasets": "4.4.0"}))
    assert main(["fixes", "--continue", "--out", str(file)]) == 2
    assert f"{file} is of other packages" in capsys.readouterr().err


def test_fix_that_flips_another_bug_needs_a_reason(
    bugs: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    write_fix("plain", "return 'http", "return 'ftp")
    file = file_of(catalog.find("plain"))
    file.write_text(f"{file.read_text()}every = true\n")
    assert main(["fixes", "--fixes", "plain"]) == 1
    complaint = capsys.readouterr().err.splitlines()[-1]
    assert complaint == ("secure: the fix of plain changes it: reproduced -> absent (0 rows lost)")
    file.write_text(file.read_text().replace("[[", "flips = {secure = 'the same line'}\n[[", 1))
    assert main(["fixes", "--fixes", "plain"]) == 0
    assert "secure with the fix of plain: the same line" in capsys.readouterr().out


def test_fix_that_cures_nothing_fails(bugs: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    write_fix("plain", "return 'http'", "return str('http')")
    assert main(["fix", "--all"]) == 1
    complaint = capsys.readouterr().err.splitlines()[-1]
    assert complaint.startswith("plain: its fix does not cure it: reproduced -> reproduced")


def test_anchor_that_is_gone_is_a_line_even_if_quiet_and_the_others_are_examined(
    bugs: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    write_fix("plain", "gopher", "ftp")
    assert main(["fix", "--all", "-q"]) == 1
    output = capsys.readouterr()
    assert output.err == (
        "repro: the fix of plain: the anchor 'gopher' is gone: look at wsgiref.util:guess_scheme\n"
    )
    assert "secure  reproduced -> absent" in output.out


def test_diff_runs_nothing(
    bugs: list[str], scripts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fakes.write(scripts, "plain", "raise SystemExit('it runs')")
    assert main(["fix", "plain", "--diff"]) == 0
    assert capsys.readouterr().out.startswith("# plain: Count them.\n--- a/src/wsgiref/util.py\n")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["fix"], "name bugs, or pass --all"),
        (["fix", "plain", "--all"], "name bugs, or pass --all"),
        (["fixes", "--continue"], "--continue needs the --out that it goes on from"),
        (["fix", "unfixed"], "unfixed has no fix: Say so in three sentences."),
    ],
)
def test_impossible_request_is_one_line(
    bugs: list[str],
    arguments: list[str],
    complaint: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    unfixed = msgspec.structs.replace(fakes.bug("unfixed"), redesign="Say so in three sentences.")
    monkeypatch.setattr(catalog, "BUGS", (*catalog.BUGS, unfixed))
    assert main(arguments) == 2
    assert capsys.readouterr().err == f"repro: {complaint}\n"

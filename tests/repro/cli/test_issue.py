"""`python -m repro issue`: what it writes, where, and when it does not."""

import re
from pathlib import Path

import pytest

from repro.__main__ import main
from repro.catalog import bugs as catalog
from repro.report import issue
from repro.results import store as collected
from tests.support.repro import fakes
from tests.support.repro.documents import document, entry
from tests.support.repro.index import Index

TELLS = """
import getpass, os, pathlib, socket, sys, tempfile
print(f"{getpass.getuser()}@{socket.gethostname()}", pathlib.Path.home(), os.getcwd())
print(pathlib.Path(tempfile.gettempdir(), "scan.nii"), sys.executable, __file__, file=sys.stderr)
raise FileNotFoundError(pathlib.Path.home() / "study" / "scan.nii")
"""


pytestmark = pytest.mark.processes  # its scripts run


@pytest.fixture(autouse=True)
def _fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty folder to be in, and nothing measured before but one release that has the bug."""
    (tmp_path / "cwd").mkdir()
    monkeypatch.chdir(tmp_path / "cwd")
    monkeypatch.setattr(collected, "MEASURED", tmp_path / "measured")


@pytest.fixture
def faked(monkeypatch: pytest.MonkeyPatch, scripts: Path) -> Path:
    """A catalog of one bug, and the folder of its script, which reproduces it."""
    bug = fakes.bug("present")
    monkeypatch.setattr(catalog, "BUGS", (bug,))
    fakes.write(scripts, "present", fakes.REPRODUCED)
    return scripts


def test_bundle_of_a_real_bug(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["issue", "commit-conflict-not-retried"]) == 0
    folder = Path("issue-commit-conflict-not-retried")
    names = {"issue.md", "commit-conflict-not-retried.py", "output.txt", "fix.diff"}
    names.add("test_commit_conflict_not_retried.py")
    assert {path.name for path in folder.iterdir()} == names
    text = (folder / issue.TEXT).read_text()
    assert "commits sent: 412 1 (lost), 409 1 (lost), 429 1 (lost), 503 1 (lost)" in text
    assert '"409": {"commits_sent": 1, "raised": "HfHubHTTPError"}' in text
    assert "With this change the lines at the top pass" in text
    assert "](../" not in text
    out, err = capsys.readouterr()
    assert all(str(folder / name) in out for name in names)
    assert err == "commit-conflict-not-retried ... reproduced\n"


@pytest.mark.usefixtures("faked")
def test_folder_can_be_chosen(tmp_path: Path) -> None:
    assert main(["issue", "present", "--out", str(tmp_path / "a" / "b")]) == 0
    assert (tmp_path / "a" / "b" / issue.TEXT).is_file()


def test_absent_bug_is_not_written_but_a_release_that_has_it_is_named(
    faked: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fakes.write(faked, "present", fakes.ABSENT)
    collected.write(collected.MEASURED, document("4.4.2", entry("present", "reproduced")))
    collected.write(collected.MEASURED, document("5.2.0", entry("present", "absent")))
    assert main(["issue", "present"]) == 1
    _, sentence = capsys.readouterr().err.splitlines()
    assert re.fullmatch(
        r"repro: present is absent on datasets \S+ \(0 rows lost\); "
        r"--datasets 4\.4\.2 reports it from there; --anyway writes that it is so",
        sentence,
    )
    assert list(Path.cwd().iterdir()) == []


@pytest.mark.parametrize(
    ("code", "word"), [(fakes.ABSENT, "is absent"), ("exit(125)", "cannot be tested")]
)
def test_absent_or_untestable_bug_is_written_anyway_as_what_it_is(
    code: str, word: str, faked: Path
) -> None:
    fakes.write(faked, "present", code)
    assert main(["issue", "present", "--anyway"]) == 1
    assert f"it {word}**" in Path("issue-present", issue.TEXT).read_text()


def test_nothing_of_the_machine_is_in_the_bundle(
    faked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "homes" / "ada"
    home.mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("LOGNAME", "lovelace")
    fakes.write(faked, "present", TELLS)
    assert main(["issue", "present", "--anyway"]) == 1
    for path in Path("issue-present").iterdir():
        if path.name != "present.py":
            text = path.read_text()
            assert not re.search(r"\b(ada|lovelace)\b", text)
            assert not re.search(r"(?<![\w/:.…])/(?:[\w.-]+/)+", text)
            assert str(tmp_path) not in text
            assert "$TMP/scan.nii $PYTHON/bin/python" in text
            assert "$HOME/…/scan.nii" in text


@pytest.mark.parametrize("name", ["notes.txt", issue.TEXT])
def test_folder_of_something_else_is_left_alone(
    name: str, faked: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fakes.write(faked, "present", f"open({str(tmp_path / 'ran')!r}, 'w')")
    folder = Path("issue-present")
    folder.mkdir()
    (folder / name).write_text("mine")
    assert main(["issue", "present"]) == 2
    assert capsys.readouterr().err == (
        "repro: issue-present holds something else than a bundle: name another with --out\n"
    )
    assert [path.read_text() for path in folder.iterdir()] == ["mine"]
    assert not (tmp_path / "ran").exists()


@pytest.mark.usefixtures("faked")
def test_file_in_the_place_of_the_folder_is_left_alone() -> None:
    Path("issue-present").write_text("mine")
    assert main(["issue", "present"]) == 2
    assert Path("issue-present").read_text() == "mine"


@pytest.mark.parametrize("writable", [True, False])
def test_folder_that_cannot_be_written_is_refused_before_anything_runs(
    writable: bool,
    faked: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    place = tmp_path / "place"
    place.mkdir() if not writable else place.write_text("a file")
    monkeypatch.setattr("os.access", lambda *_: writable)  # root may write anywhere
    fakes.write(faked, "present", f"open({str(tmp_path / 'ran')!r}, 'w')")
    assert main(["issue", "present", "--out", str(place / "bundle")]) == 2
    line = f"repro: {place} is no folder to write to: name another with --out\n"
    assert capsys.readouterr().err == line
    assert not (tmp_path / "ran").exists()


@pytest.mark.usefixtures("faked")
def test_bundle_is_replaced_and_what_lies_beside_it_stays() -> None:
    assert main(["issue", "present"]) == 0
    folder = Path("issue-present")
    for name in (issue.PLOT, "notes.txt", "present.py"):
        (folder / name).write_text("old")
    assert main(["issue", "present"]) == 0
    assert not (folder / issue.PLOT).exists()
    assert (folder / "notes.txt").read_text() == "old"
    assert (folder / "present.py").read_text() == fakes.REPRODUCED


def test_unknown_bug_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["issue", "no-such-bug"]) == 2
    assert capsys.readouterr().err.startswith("repro: no bug 'no-such-bug'; there are: ")


@pytest.mark.usefixtures("faked")
def test_bundle_of_another_release(index: Index) -> None:
    index.add("datasets", "9.9.9")
    assert main(["issue", "present", "--datasets", "9.9.9"]) == 0
    text = Path("issue-present", issue.TEXT).read_text()
    assert "On datasets 9.9.9: **7 rows lost**." in text
    assert "- `datasets` version: 9.9.9\n" in text


@pytest.mark.usefixtures("faked")
def test_release_that_there_is_not_is_one_line(
    index: Index, capsys: pytest.CaptureFixture[str]
) -> None:
    index.add("datasets", "9.9.9")
    assert main(["issue", "present", "--datasets", "9.9.8"]) == 2
    (complaint,) = capsys.readouterr().err.splitlines()
    assert complaint.startswith("repro: ")
    assert "9.9.8" in complaint

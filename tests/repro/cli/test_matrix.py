"""`python -m repro matrix`, with small packages from an index of our own and real installations."""

import json
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from packaging.specifiers import SpecifierSet

from repro.__main__ import main
from repro.catalog import bugs as catalog
from repro.results import store as collected
from tests.support.repro import fakes
from tests.support.repro.aftermath import Command
from tests.support.repro.children import eventually
from tests.support.repro.index import Index

# Present in 4.4.0 of the package; says what else is installed.
SCRIPT = """
import datasets, pathlib, sys
from importlib.metadata import version
with open({runs!r}, "a") as runs:
    print(datasets.__version__, file=runs)
present = datasets.__version__ == "4.4.0"
print('{{"rows_lost": %d}}' % (7 if present else 0))
sys.exit(1 if present else 0)
"""

# The real program, with the catalog of these tests.
FAKED = """
import pathlib, signal, sys
from packaging.specifiers import SpecifierSet
from repro import __main__
from repro.catalog import bugs as catalog
from tests.support.repro import fakes
catalog.SCRIPTS = pathlib.Path(sys.argv[1])
catalog.BUGS = (fakes.bug("fixed", affected=SpecifierSet("<4.5"), timeout=600),)
signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job ignores it
sys.exit(__main__.main(sys.argv[2:]))
"""


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """A file with the version of datasets on a line, for each run of a script."""
    return tmp_path / "runs"


@pytest.fixture(autouse=True)
def faked(
    index: Index, scripts: Path, runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Releases 4.3.0, 4.4.0 and 4.5.0, and a catalog of one bug, fixed in 4.5.0."""
    for version in ("4.3.0", "4.5.0", "4.4.0"):
        index.add("datasets", version)
    bug = fakes.bug("fixed", affected=SpecifierSet("<4.5"))
    monkeypatch.setattr(catalog, "BUGS", (bug,))
    monkeypatch.setattr(collected, "MEASURED", tmp_path / "nothing")
    monkeypatch.chdir(tmp_path)
    fakes.write(scripts, "fixed", SCRIPT.format(runs=str(runs)))


@pytest.fixture
def command(scripts: Path, runs: Path, tmp_path: Path) -> Iterator[Command]:
    """The command as a process of its own, in which a release hangs."""
    hangs = f"import datasets\nif datasets.__version__ == '4.5.0':\n    {fakes.HANGING}\n"
    fakes.write(scripts, "fixed", hangs + SCRIPT.format(runs=str(runs)))
    command = Command(["-c", FAKED, scripts, "matrix", "--jobs", "1"], tmp_path)
    yield command
    command.end()


def test_every_release_from_the_first_with_nifti_is_examined(
    tmp_path: Path, runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["matrix"]) == 0
    assert sorted(runs.read_text().split()) == ["4.4.0", "4.5.0"]
    out, err = capsys.readouterr()
    assert err == ""
    rows = [line.split(maxsplit=1) for line in out.splitlines()]
    assert rows[0] == ["datasets", "fixed"]
    assert rows[2:4] == [["4.4.0", "x 7 rows lost"], ["4.5.0", "· 0 rows lost"]]
    first, second = collected.read(tmp_path / "measured")
    assert (first.asked, second.asked) == ({"datasets": "4.4.0"}, {"datasets": "4.5.0"})
    assert first.bugs[0].evidence == {"rows_lost": 7}
    assert json.loads((tmp_path / "measured" / "drift.json").read_text()) == []


def test_new_release_is_picked_up_and_its_drift_reported(
    index: Index, scripts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    index.add("datasets", "4.6.0")
    fakes.write(scripts, "fixed", fakes.REPRODUCED)
    assert main(["matrix", "--datasets", "all", "--out", "found"]) == 1
    out, err = capsys.readouterr()
    assert err.splitlines() == [
        f"drift: fixed absent -> reproduced on datasets {version} (never seen)"
        for version in ("4.5.0", "4.6.0")
    ]
    assert "4.6.0       x! ″" in out
    changes = json.loads((tmp_path / "found" / "drift.json").read_text())
    assert [drift["datasets"] for drift in changes] == ["4.5.0", "4.6.0"]


def test_all_combinations_are_examined(index: Index, tmp_path: Path) -> None:
    for version in ("1.0", "2.0"):
        index.add("pyarrow", version)
    index.add("huggingface_hub", "1.0")
    arguments = ["--datasets", "4.5.0", "--pyarrow", "1.0,2.0,1.0", "--huggingface-hub", "1.0"]
    assert main(["matrix", *arguments]) == 0
    environments = [kept.environment for kept in collected.read(tmp_path / "measured")]
    assert [versions["pyarrow"] for versions in environments] == ["1.0", "2.0"]
    assert {versions["huggingface_hub"] for versions in environments} == {"1.0"}


def test_dependencies_of_the_newest_release_are_varied(index: Index, tmp_path: Path) -> None:
    index.add("datasets", "4.6.0", requires=("pyarrow>=21", "huggingface_hub", "hf_xet", "pandas"))
    for name in ("huggingface_hub", "hf_xet", "pandas"):
        index.add(name, "3.0")
    for version in ("20.0", "21.0", "22.0"):
        index.add("pyarrow", version)
    assert main(["matrix", "--datasets", "newest", "--deps"]) == 0
    environments = [kept.environment for kept in collected.read(tmp_path / "measured")]
    assert {versions["datasets"] for versions in environments} == {"4.6.0"}
    assert sorted(versions["pyarrow"] for versions in environments) == ["21.0", "22.0"]


def test_version_that_cannot_be_installed_is_a_cell_and_the_rest_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["matrix", "--datasets", "4.4.99,4.5.0"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[2].split(maxsplit=1) == ["4.4.99", "not installable"]
    assert lines[3].split(maxsplit=1) == ["4.5.0", "· 0 rows lost"]
    assert lines[-1].startswith("datasets 4.4.99 cannot be installed: No solution found")
    broken = collected.read(tmp_path / "measured")[0]
    assert "no version of datasets==4.4.99" in (broken.error or "")
    assert broken.environment == {"datasets": "4.4.99"}


def test_second_run_measures_again_unless_it_is_to_continue(runs: Path) -> None:
    for arguments, examined in (((), 1), ((), 2), (("--continue",), 2)):
        assert main(["matrix", "--datasets", "4.5.0", *arguments]) == 0
        assert len(runs.read_text().split()) == examined


def test_continued_run_shows_what_it_kept(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["matrix"]) == 0
    table = capsys.readouterr().out
    assert main(["matrix", "--continue"]) == 0
    assert capsys.readouterr().out == table


def test_repeated_runs_are_added_to_those_that_are_kept(runs: Path, tmp_path: Path) -> None:
    for arguments, counted in (((), 1), (("--repeat", "3", "--continue"), 3)):
        assert main(["matrix", "--datasets", "4.5.0", *arguments]) == 0
        ((entry,),) = [document.bugs for document in collected.read(tmp_path / "measured")]
        assert entry.runs == counted
    assert entry.readings["rows_lost"] == (0, 0, 0)
    assert len(runs.read_text().split()) == 3


def test_bug_of_a_later_day_joins_those_that_are_kept(
    scripts: Path, runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["matrix", "--datasets", "4.5.0"]) == 0
    new = fakes.bug("new", affected=fakes.NONE)
    monkeypatch.setattr(catalog, "BUGS", (*catalog.BUGS, new))
    fakes.write(scripts, "new", fakes.ABSENT)
    for arguments in (["--bugs", "new"], ["--continue"]):
        assert main(["matrix", "--datasets", "4.5.0", *arguments]) == 0
        (document,) = collected.read(tmp_path / "measured")
        assert [entry.id for entry in document.bugs] == ["fixed", "new"]
    assert len(runs.read_text().split()) == 1


def test_what_another_environment_gave_is_not_mixed_in(
    scripts: Path, runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["matrix", "--datasets", "4.5.0"]) == 0
    (document,) = collected.read(tmp_path / "measured")
    elsewhere = {**document.environment, "platform": "elsewhere"}
    collected.write(tmp_path / "measured", msgspec.structs.replace(document, environment=elsewhere))
    new = fakes.bug("new", affected=fakes.NONE)
    monkeypatch.setattr(catalog, "BUGS", (*catalog.BUGS, new))
    fakes.write(scripts, "new", fakes.ABSENT)
    assert main(["matrix", "--datasets", "4.5.0", "--continue"]) == 0
    assert len(runs.read_text().split()) == 2
    (document,) = collected.read(tmp_path / "measured")
    assert document.environment["platform"] != "elsewhere"


def test_drift_against_the_run_before_is_reported(
    scripts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fakes.write(scripts, "fixed", "raise SystemExit('no Hub today')")
    assert main(["matrix", "--datasets", "4.5.0"]) == 1
    fakes.write(scripts, "fixed", fakes.ABSENT)
    capsys.readouterr()
    assert main(["matrix", "--datasets", "4.5.0"]) == 1
    line = "drift: fixed untestable -> absent on datasets 4.5.0 (last seen 4.5.0)\n"
    assert capsys.readouterr().err == line


def test_interrupted_run_keeps_what_is_finished_and_goes_on_from_there(
    scripts: Path, runs: Path, tmp_path: Path, command: Command
) -> None:
    kept = tmp_path / "measured" / "datasets-4.4.0.json"
    assert eventually(kept.exists, 60)
    command.wait_for("fixed.py")
    command.interrupt()
    assert command.process.wait() == 130
    assert command.stderr.read_text() == "\nrepro: interrupted\n"
    assert command.left() == []
    assert [file.name for file in kept.parent.iterdir()] == [kept.name]
    fakes.write(scripts, "fixed", SCRIPT.format(runs=str(runs)))
    assert main(["matrix", "--continue"]) == 0
    assert runs.read_text().split() == ["4.4.0", "4.5.0"]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--datasets", "4.4.x"], "argument --datasets: '4.4.x' is not a version"),
        (["--datasets", ","], "argument --datasets: no version is named"),
        (["--pyarrow", "git"], "argument --pyarrow: 'git' is not a version"),
        (["--python", ""], "argument --python: no version is named"),
        (["--jobs", "0"], "argument --jobs: '0' is not a number above 0"),
    ],
)
def test_argument_that_cannot_be_meant_is_status_2(
    arguments: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["matrix", *arguments])
    assert complaint in capsys.readouterr().err


def test_unknown_bug_and_unusable_folder_are_refused_before_anything_runs(
    tmp_path: Path, runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["matrix", "--bugs", "fixed,other"]) == 2
    assert capsys.readouterr().err == "repro: no bug 'other'; there are: fixed\n"
    (tmp_path / "file").touch()
    assert main(["matrix", "--out", "file"]) == 2
    assert "file" in capsys.readouterr().err
    assert not runs.exists()


def test_packages_cannot_be_named_beside_those_that_are_chosen(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["matrix", "--deps", "--pandas", "2.3"]) == 2
    line = "repro: --deps chooses the versions of packages: name none beside it\n"
    assert capsys.readouterr().err == line


def test_index_that_lists_no_releases_is_one_line(
    index: Index, capsys: pytest.CaptureFixture[str]
) -> None:
    (index.folder / "datasets").unlink()
    assert main(["matrix"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"repro: {index.url}/datasets/ lists no releases: ")

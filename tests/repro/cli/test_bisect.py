"""`python -m repro bisect`, with releases from an index of our own and real installations."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

from repro.__main__ import main
from repro.catalog import bugs as catalog
from tests.support.repro import fakes
from tests.support.repro.aftermath import Command
from tests.support.repro.clones import RUNS_THE_SOURCES, Clone, git
from tests.support.repro.index import NEEDED, Index

VERSIONS = ("3.0.0", "4.0.0", "4.1.0", "4.2.0", "5.0.0")
DAY = "2025-11-04T12:00:00Z"

# Present from 4.0.0 of the package to 4.1.0.
BY_RELEASE = """
import sys
from importlib.metadata import version
present = version("datasets") in ("4.0.0", "4.1.0")
print('{"rows_lost": %d}' % (7 if present else 0))
sys.exit(int(present))
"""

# The real program, with the catalog of these tests.
FAKED = """
import pathlib, signal, sys
from packaging.specifiers import SpecifierSet
from repro import __main__
from repro.catalog import bugs as catalog
from tests.support.repro import fakes
catalog.SCRIPTS = pathlib.Path(sys.argv[1])
catalog.BUGS = (fakes.bug(affected=SpecifierSet("==4.*"), timeout=600),)
signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job ignores it
sys.exit(__main__.main(sys.argv[2:]))
"""


@pytest.fixture(autouse=True)
def faked(index: Index, scripts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Five releases, and a catalog of one bug that is expected in too many of them."""
    for version in VERSIONS:
        index.add("datasets", version)
    monkeypatch.setattr(catalog, "BUGS", (fakes.bug(affected=SpecifierSet("==4.*")),))
    fakes.write(scripts, "rows-lost", BY_RELEASE)


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    """A clone in which the bug begins with one commit and ends with another."""
    clone = Clone(tmp_path / "clone")
    for title, lost, tag in (
        ("Release: 3.0.0 (#1)", 0, "3.0.0"),
        ("Begin (#2)", 7, None),
        ("Release: 4.0.0 (#3)", 7, "4.0.0"),
        ("Release: 4.1.0 (#4)", 7, "4.1.0"),
        ("End (#5)", 0, None),
        ("Release: 4.2.0 (#6)", 0, "4.2.0"),
    ):
        clone.commit(title, f"rows_lost = {lost}", tag)
    return clone


def both(scripts: Path) -> None:
    """Let the script run on the packages of these releases and on the sources of a clone."""
    sources = RUNS_THE_SOURCES.replace("\n", "\n    ")
    code = f"import datasets\nif hasattr(datasets, 'rows_lost'):{sources}\n{BY_RELEASE}"
    fakes.write(scripts, "rows-lost", code)


def test_edges_are_shown_with_the_releases_that_were_run(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["bisect", "rows-lost"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(maxsplit=2) for line in lines[:5]] == [
        ["5.0.0", "absent", "0 rows lost"],
        ["4.2.0", "absent", "0 rows lost"],
        ["4.0.0", "reproduced", "7 rows lost"],
        ["3.0.0", "absent", "0 rows lost"],
        ["4.1.0", "reproduced", "7 rows lost"],
    ]
    assert lines[5:] == [
        "",
        "rows-lost is in 4.0.0 to 4.1.0",
        "  the first that has it is 4.0.0: 3.0.0 has not",
        "  the first that no longer does is 4.2.0",
        "measured on 5 of the 5 releases from 3.0.0 to 5.0.0: nothing speaks against one range",
    ]


def test_nothing_older_than_asked_is_run(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bisect", "rows-lost", "--since", "4.1"]) == 0
    out = capsys.readouterr().out
    assert "it is there since 4.1.0, the oldest looked at" in out
    assert "4.0.0" not in out


def test_result_for_a_program_is_json_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bisect", "rows-lost", "--since", "4.1", "--json"]) == 0
    out, err = capsys.readouterr()
    answer = json.loads(out)
    assert answer["ranges"] == [
        {"first": "4.1.0", "last": "4.1.0", "absent_before": None, "absent_after": "4.2.0"}
    ]
    assert [one["datasets"] for one in answer["measured"]] == ["4.1.0", "4.2.0", "5.0.0"]
    assert answer["measured"][0]["environment"]["numpy"] == "99"
    assert answer["commits"] == []
    assert "4.1.0    reproduced  7 rows lost" in err


def test_packages_of_its_own_day_do_where_the_newest_do_not(
    index: Index, scripts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for version in ("6.0.0", "7.0.0"):
        index.add("datasets", version, metadata={"upload-time": DAY})
    for name in NEEDED:
        index.add(name, "1", metadata={"upload-time": DAY})
    picky = (
        "import datasets, numpy\nassert (datasets.__version__[0], numpy.__version__) != ('6', '99')"
    )
    fakes.write(scripts, "rows-lost", f"{picky}\n{BY_RELEASE}")
    assert main(["bisect", "rows-lost", "--since", "6"]) == 0
    assert capsys.readouterr().out.splitlines()[:2] == [
        "7.0.0    absent      0 rows lost",
        "6.0.0    absent      0 rows lost (packages of 2025-11-05)",
    ]


def test_release_that_cannot_be_installed_is_passed_over(
    index: Index, capsys: pytest.CaptureFixture[str]
) -> None:
    index.add("datasets", "4.1.1", requires=("no-such-package",))
    assert main(["bisect", "rows-lost", "--since", "4.1"]) == 0
    out = capsys.readouterr().out
    assert "4.1.1    untestable" in out
    assert "the first that no longer does is 4.2.0 (cannot be tested: 4.1.1)" in out


def test_bug_that_is_nowhere_is_reported_as_such(
    scripts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fakes.write(scripts, "rows-lost", fakes.ABSENT)
    assert main(["bisect", "rows-lost", "--since", "4.2"]) == 0
    assert "rows-lost is in none of the releases that were run" in capsys.readouterr().out


def test_git_goes_on_to_the_commit(
    clone: Clone, scripts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    both(scripts)
    assert main(["bisect", "rows-lost", "--since", "4.1", "--git", str(clone.path)]) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("ended between 4.1.0 and 4.2.0 with ")
    assert last.endswith(": End (#5)")


def test_commits_are_written_into_the_entry(
    clone: Clone, scripts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    both(scripts)
    entry = scripts / "rows-lost.toml"
    entry.write_text('title = "rows get lost" # all\n')
    arguments = ["bisect", "rows-lost", "--since", "4.1", "--git", str(clone.path), "--write"]
    assert main(arguments) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "rows-lost.toml: wrote fixed"
    end = git(clone.path, "log", "--all", "--fixed-strings", "--grep=End (#5)", "--format=%H %cs")
    sha, day = end.split()
    fixed = f'[fixed]\ncommit = "{sha}"\npr = 5\ndate = {day}\n'
    assert entry.read_text() == f'title = "rows get lost" # all\n\n{fixed}'


def test_commit_that_cannot_be_found_does_not_hide_another(
    clone: Clone, scripts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    both(scripts)
    git(clone.path, "tag", "--delete", "3.0.0")
    assert main(["bisect", "rows-lost", "--json", "--git", str(clone.path)]) == 2
    out, err = capsys.readouterr()
    (ended,) = json.loads(out)["commits"]
    assert (ended["change"], ended["between"]) == ("ended", ["4.1.0", "4.2.0"])
    assert [(one["title"], one["pull"]) for one in ended["candidates"]] == [("End (#5)", 5)]
    assert "has no tag 3.0.0" in err.splitlines()[-1]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["no-such-bug"], "no bug 'no-such-bug'; there are: rows-lost"),
        (["rows-lost", "--since", "6"], "there is no release of datasets since 6"),
        (["rows-lost", "--write"], "--write needs the commits: pass --git CLONE"),
        (["rows-lost", "--git", "no-such-folder"], "no-such-folder is not there"),
    ],
)
def test_what_there_is_not_is_one_line(
    arguments: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["bisect", *arguments]) == 2
    assert capsys.readouterr().err == f"repro: {complaint}\n"


def test_clone_without_tags_is_refused_before_anything_runs(
    clone: Clone, capsys: pytest.CaptureFixture[str]
) -> None:
    for tag in git(clone.path, "tag", "--list").split():
        git(clone.path, "tag", "--delete", tag)
    assert main(["bisect", "rows-lost", "--git", str(clone.path)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "has no tags: `git fetch --tags` brings those of releases" in err


def test_what_is_no_version_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["bisect", "rows-lost", "--since", "new"])
    assert "'new' is not a version" in capsys.readouterr().err


@pytest.fixture
def hanging(clone: Clone, scripts: Path, tmp_path: Path) -> Iterator[Command]:
    """The command as a process of its own, in which the sources of a commit hang."""
    hangs = f"import datasets\nif hasattr(datasets, 'rows_lost'):\n    {fakes.HANGING}\n"
    fakes.write(scripts, "rows-lost", hangs + BY_RELEASE)
    arguments: list[str | Path] = [
        "-c",
        FAKED,
        scripts,
        "bisect",
        "rows-lost",
        "--since=4.1",
        "--git",
        clone.path,
    ]
    command = Command(arguments, tmp_path)
    yield command
    command.end()


def test_ctrl_c_in_a_commit_leaves_nothing_behind(hanging: Command, clone: Clone) -> None:
    before = clone.files()
    hanging.wait_for("repro.bisect.step")
    hanging.interrupt()
    assert hanging.process.wait() == 130
    assert hanging.stderr.read_text() == "\nrepro: interrupted\n"
    assert hanging.left() == []
    assert clone.files() == before

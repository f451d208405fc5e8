"""The harness in pytest: real sessions of it, on bugs that are nobody's."""

import json
import signal
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path

import pytest

from repro.installs.installation import PACKAGES
from tests.support.repro import fakes
from tests.support.repro.aftermath import PYTHONPATH, Command
from tests.support.repro.children import eventually

CONTRACT = {
    "id",
    "verdict",
    "expected",
    "evidence",
    "peak_rss_bytes",
    "exit",
    "seconds",
    "samples",
}
CONFTEST = """
import pathlib, signal
from repro.catalog import bugs as catalog
catalog.SCRIPTS = pathlib.Path(__file__).parent / "scripts"
pytest_plugins = ("repro.pytest_plugin",)
signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job ignores it
"""
TEST_BUGS = """
import pytest
from tests.support.repro import fakes

@pytest.mark.parametrize("bug", [{bugs}], ids=lambda bug: bug.id)
def test_bug(bug, judgement_of):
    judgement = judgement_of(bug)
    if not judgement.agrees:
        pytest.fail(judgement.sentence, pytrace=False)
"""
PRESENT = "fakes.bug('present')"
FIXED = "fakes.bug('fixed', affected=fakes.NONE)"
BROKEN = "fakes.bug('broken')"
UNEXPECTED = "fakes.bug('unexpected')"
HANGING = "fakes.bug('hanging', timeout=600)"


@pytest.fixture
def session(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A folder to run pytest in, with the plugin and a script for each bug above."""
    monkeypatch.setenv("PYTHONPATH", PYTHONPATH)
    pytester.makeini("[pytest]\nfilterwarnings = error\n")
    pytester.makeconftest(CONFTEST)
    scripts = pytester.mkdir("scripts")
    fakes.write(scripts, "present", fakes.REPRODUCED)
    fakes.write(scripts, "fixed", fakes.ABSENT)
    fakes.write(scripts, "broken", "raise SystemExit('no Nifti feature')")
    fakes.write(scripts, "unexpected", fakes.ABSENT)
    fakes.write(scripts, "hanging", fakes.HANGING)
    return pytester


@pytest.fixture
def command(session: pytest.Pytester, tmp_path: Path) -> Iterator[Command]:
    """A session whose last bug hangs."""
    session.makepyfile(TEST_BUGS.format(bugs=f"{PRESENT}, {HANGING}"))
    folder, verdicts = str(session.path), str(tmp_path / "verdicts.json")
    arguments = ["-m", "pytest", "--rootdir", folder, "--verdicts", verdicts, folder]
    command = Command(arguments, tmp_path)
    yield command
    command.end()


def judged(file: Path) -> Sequence[str]:
    """The ids of the bugs that have a verdict in a file."""
    return [bug["id"] for bug in json.loads(file.read_text())["bugs"]] if file.exists() else []


def test_table_stands_under_a_line_of_versions(session: pytest.Pytester) -> None:
    session.makepyfile(TEST_BUGS.format(bugs=f"{PRESENT}, {FIXED}"))
    result = session.runpytest_subprocess()
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(
        [
            "*== upstream bugs ==*",
            f"datasets {version('datasets')}, huggingface_hub {version('huggingface_hub')}, *",
            "",
            "bug *verdict *expected *decisive figure *peak RSS *ended *seconds*",
            "----*",
            "present *reproduced *reproduced *7 rows lost *MiB *exited 1 *",
            "fixed *absent *absent *0 rows lost *MiB *exited 0 *",
        ]
    )


def test_mismatch_fails_with_its_sentence_and_the_rest_goes_on(session: pytest.Pytester) -> None:
    session.makepyfile(TEST_BUGS.format(bugs=f"{UNEXPECTED}, {BROKEN}, {PRESENT}"))
    result = session.runpytest_subprocess("--verdicts", "verdicts.json")
    result.assert_outcomes(failed=2, passed=1)
    result.stdout.fnmatch_lines(
        [
            "*__ test_bug[[]unexpected] __*",
            f"unexpected is absent on datasets {version('datasets')} but expected reproduced: "
            "upstream fixed it, set the upper bound in repro/bugs/unexpected.toml (0 rows lost)",
            "*__ test_bug[[]broken] __*",
            f"broken is untestable on datasets {version('datasets')}: the script ended without a "
            "verdict: exited 1, no Nifti feature",
        ],
        consecutive=True,
    )
    document = json.loads((session.path / "verdicts.json").read_text())
    assert document["environment"].keys() == {*PACKAGES, "python", "platform"}
    unexpected, broken, present = document["bugs"]
    assert all(entry.keys() >= CONTRACT for entry in document["bugs"])
    assert (unexpected["id"], unexpected["verdict"]) == ("unexpected", "absent")
    assert (broken["id"], broken["verdict"], broken["evidence"]) == ("broken", "untestable", None)
    assert (present["id"], present["verdict"], present["exit"]) == ("present", "reproduced", 1)
    assert present["expected"] == unexpected["expected"] == "reproduced"
    assert present["evidence"] == {"rows_lost": 7}
    assert max(rss for _, rss in present["samples"]) <= present["peak_rss_bytes"]


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--verdicts", "missing/verdicts.json"], "ERROR: --verdicts: *missing/verdicts.json*"),
        (["--verdicts", "."], "ERROR: --verdicts: * is a folder"),
        (["--repro-jobs", "0"], "*error: argument --repro-jobs: '0' is not a number above 0"),
    ],
)
def test_bad_option_is_refused_before_anything_runs(
    options: list[str], complaint: str, session: pytest.Pytester
) -> None:
    session.makepyfile("def test_that_runs(): open('ran', 'w').close()")
    result = session.runpytest_subprocess(*options)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([complaint])
    assert not (session.path / "ran").exists()


def test_notes_are_a_table_of_their_own(session: pytest.Pytester) -> None:
    session.makepyfile("def test_idea(note): note('large_binary', '12.0 MiB read')")
    result = session.runpytest_subprocess()
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*== the seeds' hypotheses and fixes ==*", "large_binary *12.0*"])
    result.stdout.no_fnmatch_line("*upstream bugs*")


def test_session_without_reproductions_has_no_table_and_no_hub(session: pytest.Pytester) -> None:
    session.makepyfile(
        "import psutil\n"
        f"{TEST_BUGS.format(bugs=HANGING)}\n"
        "def test_other(): assert psutil.Process().children() == []"
    )
    result = session.runpytest_subprocess("-k", "other")
    result.assert_outcomes(passed=1, deselected=1)
    result.stdout.no_fnmatch_line("*upstream bugs*")


@pytest.mark.parametrize("name", ["SIGKILL", "SIGINT"])
def test_killed_session_leaves_the_verdicts_it_knew_and_nothing_else(
    name: str, command: Command, tmp_path: Path
) -> None:
    verdicts = tmp_path / "verdicts.json"
    assert eventually(lambda: judged(verdicts) == ["present"], 60)
    command.wait_for("hanging.py")
    command.process.send_signal(signal.Signals[name])
    command.process.wait()
    assert judged(verdicts) == ["present"]
    assert eventually(lambda: command.left() == []), command.left()


XDIST = """
import pytest

def pytest_addoption(parser):
    parser.addoption("--workers", dest="numprocesses", type=int)

def pytest_configure(config):
    if config.getoption("numprocesses") == 1:
        config.workerinput = {}  # as in a process of pytest-xdist
"""


@pytest.mark.parametrize(
    ("arguments", "status"), [(["--workers=2", "--verdicts=new.json"], 4), (["--workers=1"], 1)]
)
def test_processes_of_xdist_do_not_measure_each_for_itself(
    arguments: list[str], status: int, session: pytest.Pytester
) -> None:
    session.makepyfile(xdist_like=XDIST)
    session.makepyfile(TEST_BUGS.format(bugs=PRESENT))
    result = session.runpytest_subprocess("-p", "xdist_like", *arguments)
    assert result.ret == status
    assert "run pytest without -n" in result.stdout.str() + result.stderr.str()
    assert not (session.path / "new.json").exists()

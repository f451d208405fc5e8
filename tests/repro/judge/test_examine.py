"""Real scripts that exit, crash, hang and grow: how they are judged, and how they are stopped."""

import time
from concurrent.futures import CancelledError, Future
from importlib.metadata import version
from pathlib import Path

import pytest

from repro.catalog.bugs import Bug
from repro.catalog.experiments import Experiment
from repro.installs.installation import Installation
from repro.judge.examine import Background, ExperimentError, background, examine, measure
from repro.judge.outcome import Verdict
from repro.judge.verdict import Judgement
from repro.sandbox.run import Exited, IsolationError, Killed, TimedOut
from tests.support.constants import MIB
from tests.support.repro import fakes
from tests.support.repro.aftermath import marked

GROWING = "held = b'1' * (400 << 20)"


def large(code: str, otherwise: str) -> str:
    """A script that does one thing with `--large` and another without."""
    return f"import sys\nif '--large' in sys.argv:\n    {code}\nelse:\n    {otherwise}\n"


def experiment(scripts: Path, code: str, *arguments: str) -> Experiment:
    """An experiment."""
    fakes.write(scripts, "idea", code)
    return Experiment("idea", scripts / "idea.py", arguments, timeout=60)


# What is examined


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        (fakes.ABSENT, Verdict.ABSENT),
        (fakes.REPRODUCED, Verdict.REPRODUCED),
        ("raise SystemExit(125)", Verdict.UNTESTABLE),
    ],
)
def test_script_is_judged_by_what_it_prints_and_how_it_exits(
    code: str, verdict: Verdict, scripts: Path
) -> None:
    fakes.write(scripts, "rows-lost", code)
    judgement = examine(fakes.bug(), {})
    assert judgement.verdict is verdict
    assert str(judgement.datasets) == version("datasets")
    assert judgement.capped is None


def test_last_words_of_a_script_that_cannot_test_are_the_reason(scripts: Path) -> None:
    fakes.write(
        scripts, "rows-lost", "import sys; print('no Nifti here', file=sys.stderr); exit(125)"
    )
    assert examine(fakes.bug(), {}).reason.endswith(": exited 125, no Nifti here")


@pytest.mark.parametrize("code", ["1 / 0", f"{fakes.ABSENT}; import os; os.abort()"])
def test_crash_is_not_a_verdict(code: str, scripts: Path) -> None:
    fakes.write(scripts, "rows-lost", code)
    judgement = examine(fakes.bug(), {})
    assert judgement.verdict is Verdict.UNTESTABLE
    assert judgement.run.ended in (Exited(1), Killed(6, "unknown"))


def test_script_that_hangs_is_untestable(scripts: Path) -> None:
    fakes.write(scripts, "rows-lost", fakes.HANGING)
    judgement = examine(fakes.bug(timeout=1), {})
    assert (judgement.verdict, judgement.run.ended) == (Verdict.UNTESTABLE, TimedOut(1))


def test_memory_bug_is_killed_by_its_cap(scripts: Path) -> None:
    fakes.write(scripts, "rows-lost", large(GROWING, fakes.REPRODUCED))
    judgement = examine(fakes.bug(cap_bytes=100 * MIB), {})
    assert judgement.capped is not None
    assert isinstance(judgement.capped.ended, Killed)
    assert judgement.capped.ended.by in ("kernel-oom", "watchdog")
    assert judgement.capped.cap_bytes == 100 * MIB
    assert judgement.agrees


def test_memory_bug_that_survives_its_cap_does_not_agree(scripts: Path) -> None:
    fakes.write(scripts, "rows-lost", fakes.REPRODUCED)
    judgement = examine(fakes.bug(cap_bytes=100 * MIB), {})
    assert judgement.reason.startswith("its large run was not killed by the cap of 100 MiB")
    assert not judgement.agrees


def test_absent_memory_bug_survives_its_cap(scripts: Path) -> None:
    fakes.write(scripts, "rows-lost", fakes.ABSENT)
    judgement = examine(fakes.bug(cap_bytes=100 * MIB, affected=fakes.NONE), {})
    assert judgement.capped is not None
    assert judgement.capped.ended == Exited(0)
    assert judgement.agrees


def test_experiment_is_measured_with_its_arguments(scripts: Path) -> None:
    show = "import json, sys; print('idea'); print(json.dumps({'arguments': sys.argv[1:]}))"
    assert measure(experiment(scripts, show, "4", "12"), {}) == {"arguments": ["4", "12"]}


@pytest.mark.parametrize("code", ["print(4)", f"{fakes.ABSENT}; raise SystemExit('no pandas')"])
def test_experiment_without_evidence_is_an_error(code: str, scripts: Path) -> None:
    with pytest.raises(ExperimentError, match=r"idea exited \d without evidence"):
        measure(experiment(scripts, code), {})


# In the background


class Recorder(Background):
    """Takes note of what is to be examined."""

    asked: list[tuple[str, int | None]]

    def examine(self, bug: Bug, _: Installation | None = None) -> Future[Judgement]:
        self.asked.append((bug.id, bug.cap_bytes))
        return Future()


def test_repeated_runs_come_in_rounds_and_only_the_first_is_capped() -> None:
    recorder = Recorder({}, jobs=1)
    recorder.asked = []
    one, two = fakes.bug("one", cap_bytes=100), fakes.bug("two")
    runs = recorder.examine_all([(one, 3), (two, 1)])
    assert list(map(len, runs)) == [3, 1]
    assert recorder.asked == [("one", 100), ("two", None), ("one", None), ("one", None)]
    assert recorder.examine_all([]) == []


def test_scripts_find_a_hub_and_no_cache_but_their_own(
    scripts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = """
import json, os, sys, urllib.request
url = os.environ["HF_ENDPOINT"] + "/api/whoami-v2"
bearer = {"Authorization": "Bearer " + os.environ["HF_TOKEN"]}
with urllib.request.urlopen(urllib.request.Request(url, headers=bearer)) as answer:
    user = json.load(answer)["name"]
print(json.dumps({"user": user, "caches": [name for name in sys.argv[1:] if name in os.environ]}))
"""
    caches = ("HF_HOME", "HF_HUB_CACHE", "HF_DATASETS_CACHE", "HF_XET_CACHE")
    for name in caches:
        monkeypatch.setenv(name, "/the/user's/own")
    with background(1) as examinations:
        evidence = examinations.measure(experiment(scripts, code, *caches)).result()
    assert evidence == {"user": "user", "caches": []}


def test_scripts_of_one_bug_never_run_at_the_same_time(scripts: Path, tmp_path: Path) -> None:
    code = f"import os, time; os.mkdir({str(tmp_path / 'in use')!r}); time.sleep(0.5); "
    code += f"os.rmdir({str(tmp_path / 'in use')!r}); {fakes.ABSENT}"
    fakes.write(scripts, "rows-lost", code)
    with background(2) as examinations:
        running = [examinations.examine(fakes.bug()) for _ in range(2)]
        assert [future.result().verdict for future in running] == [Verdict.ABSENT] * 2


@pytest.mark.parametrize("seconds", [0, 0.1, 0.4], ids=lambda seconds: f"after {seconds} s")
def test_end_of_the_block_stops_what_runs_and_what_waits(
    seconds: float, scripts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whenever it comes: before the first run, in it, or between it and the capped one."""
    monkeypatch.setenv("REPRO_TEST", str(scripts))
    fakes.write(scripts, "rows-lost", large(fakes.HANGING, fakes.REPRODUCED))
    bug = fakes.bug(cap_bytes=100 * MIB, timeout=600)
    with pytest.raises(ZeroDivisionError), background(1) as examinations:  # noqa: PT012 - the block
        running, waiting = (examinations.examine(bug) for _ in range(2))
        time.sleep(seconds)
        raise ZeroDivisionError
    with pytest.raises(IsolationError):
        running.result(timeout=0)
    with pytest.raises(CancelledError):
        waiting.result(timeout=0)
    assert list(marked("REPRO_TEST", str(scripts))) == []

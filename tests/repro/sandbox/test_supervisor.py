"""A run leaves nothing behind, whoever is killed: its tree, its caller, its supervisor, or all."""

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from repro.sandbox import run as isolate
from repro.sandbox.run import CapNotEnforced, Exited, IsolationError, TimedOut
from tests.support.constants import MIB, ROOT
from tests.support.repro.children import CALLER, STUBBORN, Stubborn, alive, eventually, python


@pytest.fixture
def call(tmp_path: Path) -> Iterator[Callable[[int], tuple[subprocess.Popen[bytes], Stubborn]]]:
    """Start a calling process that waits for a stubborn tree, under a cap in bytes or 0."""
    callers = []

    def start(memory: int) -> tuple[subprocess.Popen[bytes], Stubborn]:
        report = tmp_path / "report"
        command = [sys.executable, "-c", textwrap.dedent(CALLER), str(memory)]
        caller = subprocess.Popen(
            [*command, *python(STUBBORN, report)], cwd=ROOT, stderr=subprocess.DEVNULL
        )
        callers.append(caller)
        return caller, Stubborn(report)

    yield start
    for caller in callers:
        caller.kill()
        caller.wait()


def test_time_out_ends_a_tree_that_ignores_sigterm(tmp_path: Path) -> None:
    report = tmp_path / "report"
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(isolate.run, python(STUBBORN, report), timeout=4)
        stubborn = Stubborn(report)
        assert alive(stubborn.root)
        assert alive(stubborn.daemon)
        assert running.result().ended == TimedOut(4)
    assert stubborn.gone()


@pytest.mark.parametrize("memory", [0, 200 * MIB])
@pytest.mark.parametrize("name", ["SIGKILL", "SIGTERM", "SIGINT"])
def test_killed_caller_leaves_nothing_behind(
    call: Callable[[int], tuple[subprocess.Popen[bytes], Stubborn]], name: str, memory: int
) -> None:
    caller, stubborn = call(memory)
    assert not stubborn.gone()
    caller.send_signal(signal.Signals[name])
    caller.wait()
    assert eventually(stubborn.gone)


def test_interrupted_call_leaves_nothing_behind_though_its_process_lives_on(
    tmp_path: Path,
) -> None:
    code = """
        import signal, sys, time
        import psutil
        from repro.sandbox import run as isolate
        signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            isolate.run(sys.argv[1:], timeout=600)
        except KeyboardInterrupt:
            print(psutil.Process().children(recursive=True), flush=True)
            time.sleep(600)
    """
    command = [sys.executable, "-c", textwrap.dedent(code)]
    command += python(STUBBORN, tmp_path / "report")
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as caller:
        try:
            stubborn = Stubborn(tmp_path / "report")
            caller.send_signal(signal.SIGINT)
            assert caller.stdout
            assert caller.stdout.readline() == b"[]\n"
            assert stubborn.gone()
        finally:
            caller.kill()


def test_killed_supervisor_is_an_error_and_leaves_nothing_behind(tmp_path: Path) -> None:
    report = tmp_path / "report"
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(isolate.run, python(STUBBORN, report), memory=200 * MIB, timeout=600)
        stubborn = Stubborn(report)
        os.kill(stubborn.supervisor, signal.SIGKILL)
        with pytest.raises(IsolationError, match="supervisor"):
            running.result()
    assert eventually(stubborn.gone)


def test_stopped_supervisor_is_woken(caplog: pytest.LogCaptureFixture) -> None:
    code = "import os, signal; os.kill(os.getppid(), signal.SIGSTOP); print('done')"
    run = isolate.run(python(code), timeout=60)
    assert run.stdout == "done\n"
    assert "was stopped: waking it" in caplog.text


def test_supervisor_that_is_stopped_for_good_ends_in_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(isolate, "_GRACE", 1.0)
    monkeypatch.setattr(psutil.Process, "status", lambda _: "running")  # nobody looks
    code = "import os, signal, time; os.kill(os.getppid(), signal.SIGSTOP); time.sleep(600)"
    with pytest.raises(IsolationError, match="supervisor"):
        isolate.run(python(code), timeout=1)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can leave its cgroup")
def test_child_that_leaves_its_cgroup_voids_the_cap() -> None:
    if isolate.run(python("pass"), memory=100 * MIB, timeout=30).enforced_by == "watchdog":
        pytest.skip("no memory cgroup can be made here")
    code = """
        import os, pathlib, time
        record = pathlib.Path(os.environ["TMPDIR"]).parent / "cgroups"
        group = pathlib.Path(record.read_text().splitlines()[-1])
        (group.parent / "cgroup.procs").write_text("0")
        time.sleep(600)
    """
    with pytest.raises(CapNotEnforced, match="is not in its cgroup"):
        isolate.run(python(code), memory=100 * MIB, timeout=30)


def test_next_run_cleans_up_when_caller_and_supervisor_were_killed(
    call: Callable[[int], tuple[subprocess.Popen[bytes], Stubborn]],
) -> None:
    caller, stubborn = call(200 * MIB)
    os.kill(caller.pid, signal.SIGSTOP)  # so that it cannot clean up
    os.kill(stubborn.supervisor, signal.SIGKILL)
    caller.kill()
    caller.wait()
    assert eventually(lambda: not alive(stubborn.root))
    assert alive(stubborn.daemon)
    isolate.run(python("pass"), timeout=60)
    assert eventually(stubborn.gone)


def test_run_within_a_run_leaves_nothing_behind(tmp_path: Path) -> None:
    """The outer command ends, and so the inner call is killed, as soon as the inner child is up."""
    code = """
        import pathlib, subprocess, sys, time
        subprocess.Popen(sys.argv[2:])
        while not pathlib.Path(sys.argv[1]).exists():
            time.sleep(0.01)
    """
    report = tmp_path / "report"
    inner = [sys.executable, "-c", textwrap.dedent(CALLER), str(100 * MIB)]
    outer = python(code, report, *inner, *python(STUBBORN, report))
    run = isolate.run(outer, memory=300 * MIB, timeout=60, cwd=ROOT)
    assert run.ended == Exited(0)
    stubborn = Stubborn(report)
    assert stubborn.gone()

"""Real children that allocate, leak, babble, hang and kill themselves: what is said of each."""

import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from repro.sandbox import run as isolate
from repro.sandbox.mounts import is_memory, mounted
from repro.sandbox.run import CapNotEnforced, Enforcer, Exited, IsolationError, Killed, TimedOut
from tests.support.constants import MIB
from tests.support.repro.children import python

CGROUPS: tuple[Enforcer, ...] = ("cgroup-v2", "cgroup-v1")


def enforces(enforcer: Enforcer) -> bool:
    """Return whether this enforcer works here."""
    try:
        isolate.run(python("pass"), memory=512 * MIB, timeout=60, enforcer=enforcer)
    except CapNotEnforced:
        return False
    return True


@pytest.fixture(scope="module")
def kernel() -> Enforcer:
    """The enforcer that has the kernel's OOM killer do it."""
    for enforcer in CGROUPS:
        if enforces(enforcer):
            return enforcer
    pytest.skip("no memory cgroup can be made here")


# How it ended


@pytest.mark.parametrize("code", [0, 1, 125, 137])
def test_exit_code_differs_from_a_signal(code: int) -> None:
    run = isolate.run(python(f"raise SystemExit({code})"), timeout=60)
    assert run.ended == Exited(code)
    assert (run.ended.status, str(run.ended)) == (code, f"exited {code}")


@pytest.mark.parametrize("name", ["SIGSEGV", "SIGTERM", "SIGKILL"])
def test_signal_of_its_own_is_of_unknown_origin(name: str) -> None:
    number = signal.Signals[name]
    run = isolate.run(python(f"import os; os.kill(os.getpid(), {number})"), timeout=60)
    assert run.ended == Killed(number, "unknown")
    assert (run.ended.status, str(run.ended)) == (128 + number, f"killed by {name}")


def test_sigkill_under_a_cap_is_not_taken_for_an_oom_kill(kernel: Enforcer) -> None:
    kill = python("import os; os.kill(os.getpid(), 9)")
    run = isolate.run(kill, memory=512 * MIB, timeout=60, enforcer=kernel)
    assert run.ended == Killed(9, "unknown")
    assert run.oom_kills == 0


def test_hanging_child_times_out() -> None:
    run = isolate.run(python("import time; time.sleep(600)"), timeout=0.5)
    assert run.ended == TimedOut(0.5)
    assert (run.ended.status, str(run.ended)) == (124, "timed out after 0.5 s")
    assert run.seconds >= 0.5


def test_command_that_cannot_start_raises(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no-such-command"):
        isolate.run([tmp_path / "no-such-command"], timeout=60)


# Caps


def test_kernel_oom_kill_differs_from_other_kills(kernel: Enforcer) -> None:
    grow = python("print('growing', flush=True); held = b'1' * (300 << 20); print('grown')")
    run = isolate.run(grow, memory=100 * MIB, timeout=60)
    assert run.ended == Killed(9, "kernel-oom")
    assert (run.ended.status, str(run.ended)) == (137, "killed by SIGKILL (kernel-oom)")
    assert (run.enforced_by, run.cap_bytes, run.oom_kills) == (kernel, 100 * MIB, 1)
    assert run.stdout == "growing\n"


def test_oom_kill_of_a_worker_is_counted_though_the_root_survives(kernel: Enforcer) -> None:
    code = """
        import os, sys
        worker = os.fork()
        if worker == 0:
            held = b"1" * (300 << 20)
            os._exit(0)
        _, status = os.waitpid(worker, 0)
        sys.exit(os.waitstatus_to_exitcode(status) == -9)
    """
    run = isolate.run(python(code), memory=100 * MIB, timeout=60, enforcer=kernel)
    assert (run.ended, run.oom_kills) == (Exited(1), 1)


def test_watchdog_kills_where_there_is_no_cgroup() -> None:
    grow = python("held = [b'1' * (10 << 20) for _ in range(10_000)]")
    run = isolate.run(grow, memory=100 * MIB, timeout=60, enforcer="watchdog")
    assert run.ended == Killed(9, "watchdog")
    assert (run.ended.status, run.enforced_by, run.oom_kills) == (137, "watchdog", 0)
    assert run.peak_rss_bytes > 100 * MIB


def test_watchdog_counts_the_whole_tree() -> None:
    code = """
        import os, time
        for _ in range(3):
            if os.fork() == 0:
                break
        held = b"1" * (40 << 20)
        time.sleep(600)
    """
    run = isolate.run(python(code), memory=100 * MIB, timeout=60, enforcer="watchdog")
    assert run.ended == Killed(9, "watchdog")


def test_child_below_its_cap_is_left_alone() -> None:
    run = isolate.run(python("held = b'1' * (50 << 20)"), memory=200 * MIB, timeout=60)
    assert run.ended == Exited(0)
    assert run.enforced_by is not None


def test_cap_that_cannot_be_enforced_is_an_error(tmp_path: Path) -> None:
    missing = [enforcer for enforcer in CGROUPS if not enforces(enforcer)]
    if not missing:
        pytest.skip("both versions of cgroups enforce caps here")
    ran = tmp_path / "ran"
    with pytest.raises(CapNotEnforced, match=f"nothing enforces a cap of {100 * MIB} bytes"):
        isolate.run(["touch", ran], memory=100 * MIB, timeout=60, enforcer=missing[0])
    assert not ran.exists()


@pytest.mark.parametrize("memory", [0, -1])
def test_cap_must_be_above_zero(memory: int) -> None:
    with pytest.raises(ValueError, match=f"above 0 bytes, not {memory}"):
        isolate.run(python("pass"), memory=memory, timeout=60)


@pytest.mark.parametrize("timeout", [0, -1, float("inf"), float("nan")])
def test_timeout_must_be_a_time(timeout: float) -> None:
    with pytest.raises(ValueError, match=f"above 0, not {timeout}"):
        isolate.run(python("pass"), timeout=timeout)


# Surroundings


def test_megabytes_of_output_neither_block_nor_are_kept() -> None:
    code = """
        import sys
        for _ in range(20_000):
            sys.stdout.write("o" * 999 + "\\n")
            sys.stderr.write("e" * 999 + "\\n")
        sys.stdout.write("out\\n")
        sys.stderr.write("err\\n")
    """
    run = isolate.run(python(code), timeout=60)
    assert run.ended == Exited(0)
    assert len(run.stdout) == len(run.stderr) == 64 * 1024
    assert run.stdout.endswith("o\nout\n")
    assert run.stderr.endswith("e\nerr\n")


def test_output_that_is_not_utf8_is_kept() -> None:
    run = isolate.run(python("import os; os.write(1, b'a\\xffb')"), timeout=60)
    assert run.stdout == "a\N{REPLACEMENT CHARACTER}b"


def test_output_that_a_daemon_holds_open_does_not_block() -> None:
    code = "import os, time; os.fork() or time.sleep(600); print('done')"
    run = isolate.run(python(code), timeout=60)
    assert (run.ended, run.stdout) == (Exited(0), "done\n")


def test_environment_is_ours_with_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEPT", "kept")
    monkeypatch.setenv("REMOVED", "removed")
    show = python("import os; print([os.environ.get(n) for n in ('KEPT', 'REMOVED', 'ADDED')])")
    run = isolate.run(show, timeout=60, env={"REMOVED": None, "ADDED": "added"})
    assert run.stdout == "['kept', None, 'added']\n"


def test_runs_in_the_folder_asked_for_with_nothing_to_read(tmp_path: Path) -> None:
    show = python("import os, sys; print(os.getcwd(), repr(sys.stdin.read()))")
    assert isolate.run(show, timeout=60, cwd=tmp_path).stdout == f"{tmp_path.resolve()} ''\n"


def test_temporary_files_left_behind_are_reported_and_removed() -> None:
    code = """
        import os
        tmp = os.environ["TMPDIR"]
        os.mkdir(f"{tmp}/closed")
        open(f"{tmp}/closed/inner.parquet", "w").close()
        os.chmod(f"{tmp}/closed", 0)
        os.symlink("/", f"{tmp}/link")
        open(f"{tmp}/removed", "w").close()
        os.unlink(f"{tmp}/removed")
        print(tmp, end="")
    """
    run = isolate.run(python(code), timeout=60)
    assert run.left_in_tmp == ("closed", "closed/inner.parquet", "link")
    assert not Path(run.stdout).parent.exists()


def test_every_run_has_a_tmpdir_of_its_own() -> None:
    show = python("import os; print(os.environ['TMPDIR'], os.listdir(os.environ['TMPDIR']))")
    first, second = (isolate.run(show, timeout=60, env={"TMPDIR": "/"}).stdout for _ in range(2))
    assert first.endswith(" []\n")
    assert first != second


def test_cache_folder_is_its_own_and_no_leftover(tmp_path: Path) -> None:
    fill = """
        import os, pathlib
        (folder := pathlib.Path(os.environ["XDG_CACHE_HOME"]))
        (folder / "huggingface").mkdir()
        print(folder)
        """
    run = isolate.run(python(fill), timeout=60, env={"XDG_CACHE_HOME": str(tmp_path)})
    assert run.ended == Exited(0)
    assert not list(tmp_path.iterdir())
    assert not Path(run.stdout.strip()).exists()
    assert run.left_in_tmp == ()


def test_stop_ends_the_runs_of_every_thread() -> None:
    hang = python("import time; time.sleep(600)")
    with ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(isolate.run, hang, timeout=600) for _ in range(2)]
        while not all(run.done() for run in runs):
            isolate.stop()  # a run may be just about to start
            time.sleep(0.05)
    for run in runs:
        assert isinstance(run.exception(), IsolationError)


@pytest.mark.skipif(
    not is_memory(Path("/dev/shm"), mounted()) or is_memory(Path("/var/tmp"), mounted()),
    reason="needs /dev/shm in memory and /var/tmp on a disk",
)
def test_tmpdir_is_not_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", "/dev/shm")
    show = python("import os; print(os.environ['TMPDIR'])")
    assert isolate.run(show, timeout=60).stdout.startswith("/var/tmp/")


def test_runs_side_by_side_do_not_disturb_each_other() -> None:
    code = """
        import os, sys, time
        held = b"1" * (int(sys.argv[1]) << 20)
        open(os.environ["TMPDIR"] + "/" + sys.argv[1], "w").close()
        time.sleep(0.5)
        print(sys.argv[1])
    """
    sizes = [40, 80, 120, 160]
    with ThreadPoolExecutor(len(sizes)) as pool:
        runs = pool.map(
            lambda size: isolate.run(python(code, str(size)), memory=(size + 40) * MIB, timeout=60),
            sizes,
        )
    for size, run in zip(sizes, runs, strict=True):
        assert (run.ended, run.stdout, run.left_in_tmp) == (Exited(0), f"{size}\n", (str(size),))
        assert size * MIB <= run.peak_rss_bytes < (size + 40) * MIB


def test_leaves_no_thread_or_descriptor_behind() -> None:
    def handles() -> tuple[int, int]:
        return threading.active_count(), psutil.Process().num_fds()

    isolate.run(python("pass"), timeout=60)
    before = handles()
    isolate.run(python("pass"), memory=200 * MIB, timeout=60)
    assert handles() == before

"""The samplers and the caps, by themselves and in what a run reports."""

import itertools
import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from repro.sandbox import cgroup
from repro.sandbox import run as isolate
from repro.sandbox.memory import Cap, CapNotEnforced, Series, impose, tree_rss
from repro.sandbox.run import Exited
from repro.sandbox.run_folder import run_folder
from tests.support.constants import MIB
from tests.support.repro.children import python

LINUX = sys.platform == "linux"


@given(st.lists(st.integers(0, 1 << 40), max_size=300), st.sampled_from([2, 4, 10]))
def test_series_is_bounded_and_keeps_the_peak(samples: list[int], most: int) -> None:
    series = Series(most)
    taken = [(float(second), rss) for second, rss in enumerate(samples)]
    for sample in taken:
        series.add(*sample)
    kept = series.samples()
    assert len(kept) <= most
    assert set(kept) <= set(taken)
    assert list(kept) == sorted(kept)
    assert series.peak() == max(samples, default=0)


def test_series_keeps_every_sample_of_a_short_run() -> None:
    series = Series()
    for second in range(1000):
        series.add(second, 7)
    assert series.samples() == tuple((second, 7) for second in range(1000))


def test_series_of_a_long_run_is_even() -> None:
    series = Series(10)
    for second in range(1000):
        series.add(second, 7)
    times = [second for second, _ in series.samples()]
    assert {later - earlier for earlier, later in itertools.pairwise(times)} == {128}


def test_tree_rss_is_the_sum_over_descendants() -> None:
    code = "samples = b'1' * (50 << 20); print(flush=True); input()"
    before = tree_rss()
    children = [
        subprocess.Popen(
            [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        for _ in range(2)
    ]
    try:
        for child in children:
            assert child.stdout
            child.stdout.readline()
        summed = tree_rss() - before
        assert summed == pytest.approx(
            sum(psutil.Process(child.pid).memory_info().rss for child in children), rel=0.05
        )
        assert summed >= 100 * MIB
    finally:
        for child in children:
            child.communicate(b"\n")
    assert tree_rss() == before


def test_no_cap_is_never_exceeded() -> None:
    with run_folder() as folder, impose(None, None, folder) as cap:
        assert cap == Cap()
        assert not cap.exceeded(1 << 60)


def test_watchdog_is_exceeded_above_its_limit() -> None:
    with run_folder() as folder, impose(100, "watchdog", folder) as cap:
        assert [cap.exceeded(rss) for rss in (0, 100, 101)] == [False, False, True]


def memory_cgroup_can_be_made() -> bool:
    """Return whether the kernel lets us, asked without the code under test."""
    for group in cgroup.candidates(f"repro-test-{os.getpid()}"):
        try:
            group.path.mkdir()
        except OSError:
            continue
        files = {path.name for path in group.path.iterdir()}
        group.path.rmdir()
        if files & {"memory.max", "memory.limit_in_bytes"}:
            return True
    return False


def test_cgroup_has_the_limit_and_is_removed() -> None:
    if not memory_cgroup_can_be_made():
        pytest.skip("no memory cgroup can be made here")
    with run_folder() as folder, impose(100 * MIB + 1, None, folder) as cap:
        assert cap.group
        files = {path.name: path for path in cap.group.path.iterdir()}
        if cap.group.version == 2:
            limit, swap, no_swap = "memory.max", "memory.swap.max", 0
        else:
            limit, swap, no_swap = "memory.limit_in_bytes", "memory.memsw.limit_in_bytes", 100 * MIB
        assert int(files[limit].read_text()) == 100 * MIB
        assert swap not in files or int(files[swap].read_text()) == no_swap
        assert cap.enforced_by == f"cgroup-v{cap.group.version}"
        assert not cap.exceeded(1 << 60)
        assert str(cap.group.path) in (folder.path / "cgroups").read_text().splitlines()
    assert not cap.group.path.exists()


def test_process_outside_of_its_cgroup_is_an_error() -> None:
    with run_folder() as folder, impose(100 * MIB, None, folder) as cap:
        if cap.group is None:
            pytest.skip("no memory cgroup can be made here")
        with pytest.raises(CapNotEnforced, match=f"process {os.getpid()} is not in its cgroup"):
            cap.check(os.getpid())
        inside = subprocess.Popen(["sleep", "600"], preexec_fn=cap.enter)
        try:
            cap.check(inside.pid)
        finally:
            inside.kill()
        cap.check(inside.pid)  # killed, not yet waited for
        inside.wait()
        cap.check(inside.pid)


def test_cap_of_the_watchdog_needs_no_cgroup(tmp_path: Path) -> None:
    with run_folder() as folder, impose(MIB, "watchdog", folder) as cap:
        cap.check(os.getpid())
        assert cap.oom_kills() == 0
        assert not (folder.path / "cgroups").exists()
    assert not list(tmp_path.iterdir())


def test_peak_is_what_the_child_held() -> None:
    grow = python("samples = b'1' * (200 << 20); del held; import time; time.sleep(0.1)")
    run = isolate.run(grow, timeout=60)
    assert 200 * MIB <= run.peak_rss_bytes <= 220 * MIB
    assert max(rss for _, rss in run.samples) <= run.peak_rss_bytes
    assert run.samples[-1][1] < 100 * MIB


def test_peak_between_two_samples_is_not_missed() -> None:
    run = isolate.run(python("samples = b'1' * (64 << 20); import os; os._exit(0)"), timeout=60)
    assert run.peak_rss_bytes >= 64 * MIB


def test_peak_owes_nothing_to_a_fat_parent() -> None:
    block = b"1" * (400 * MIB)
    run = isolate.run(["sleep", "0.1"], timeout=60)
    assert 0 < run.peak_rss_bytes < 8 * MIB < len(block)


def test_peak_is_the_sum_over_workers() -> None:
    code = """
        import os, time
        ready, tell = os.pipe()
        for _ in range(3):
            if os.fork() == 0:
                held = b"1" * (60 << 20)
                os.write(tell, b".")
                time.sleep(600)
        for _ in range(3):
            os.read(ready, 1)
        time.sleep(0.5)
    """
    run = isolate.run(python(code), timeout=60)
    assert 180 * MIB <= run.peak_rss_bytes <= 260 * MIB


def test_peak_counts_a_daemon() -> None:
    code = """
        import os, time
        held = b"1" * (100 << 20)
        ready, tell = os.pipe()
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                held = b"2" * (100 << 20)
                os.write(tell, b".")
                time.sleep(600)
            os._exit(0)
        os.wait()
        os.read(ready, 1)
        time.sleep(0.5)
    """
    assert isolate.run(python(code), timeout=60).peak_rss_bytes >= 200 * MIB


@pytest.mark.skipif(not LINUX, reason="only Linux tells a vfork child from a full one")
def test_peak_does_not_double_while_a_fat_child_starts_a_command() -> None:
    """To open a FIFO that has no writer keeps the new process waiting just before its exec."""
    code = """
        import os, time
        fifo = os.environ["TMPDIR"] + "/fifo"
        os.mkfifo(fifo)
        ready, tell = os.pipe()
        if os.fork() == 0:
            os.read(ready, 1)
            time.sleep(0.5)
            os.open(fifo, os.O_WRONLY)
            os._exit(0)
        held = b"1" * (200 << 20)
        os.write(tell, b".")
        wait = (os.POSIX_SPAWN_OPEN, 9, fifo, os.O_RDONLY, 0)
        os.waitpid(os.posix_spawn("/bin/true", ["true"], {}, file_actions=[wait]), 0)
    """
    run = isolate.run(python(code), timeout=60)
    assert run.ended == Exited(0)
    assert 200 * MIB <= run.peak_rss_bytes < 300 * MIB


def test_samples_are_in_order_and_within_the_run() -> None:
    run = isolate.run(python("import time; time.sleep(0.3)"), timeout=60)
    times = [seconds for seconds, _ in run.samples]
    assert len(times) >= 5
    assert times == sorted(times)
    assert 0 <= times[0] < times[-1] <= run.seconds

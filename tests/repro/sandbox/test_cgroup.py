"""Cgroups: their places, their counters, and their removal with all processes in them."""

import os
import subprocess
from pathlib import Path

import pytest

from repro.sandbox import cgroup
from repro.sandbox.cgroup import Cgroup, Version, destroy, locate, parse_oom_kills
from repro.sandbox.mounts import mounted, parse_mountinfo
from tests.support.constants import MIB

UNIFIED = "30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate"
HYBRID = """\
31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct
35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw"""
CONTAINER = (
    "700 690 0:32 /docker/4f2c /sys/fs/cgroup/memory ro,nosuid master:11 - cgroup cgroup rw,memory"
)


@pytest.mark.parametrize(
    ("version", "own", "mounts", "directory"),
    [
        (2, "0::/user.slice/app.scope", UNIFIED, "/sys/fs/cgroup/user.slice/app.scope"),
        (2, "0::/", UNIFIED, "/sys/fs/cgroup"),
        (1, "0::/user.slice/app.scope", UNIFIED, None),
        (1, "4:memory:/job/7\n0::/", HYBRID, "/sys/fs/cgroup/memory/job/7"),
        (2, "4:memory:/job/7\n0::/", HYBRID, "/sys/fs/cgroup/unified"),
        (1, "3:cpu,cpuacct:/job/7", HYBRID, None),
        (1, "4:memory:/docker/4f2c", CONTAINER, "/sys/fs/cgroup/memory"),
        (1, "4:memory:/docker/4f2c/job", CONTAINER, "/sys/fs/cgroup/memory/job"),
        (1, "4:memory:/docker/99aa", CONTAINER, None),
        (2, "0::/", "", None),
    ],
)
def test_own_group_is_found_in_what_is_mounted(
    version: Version, own: str, mounts: str, directory: str | None
) -> None:
    place = locate(version, own, parse_mountinfo(mounts))
    assert place == (None if directory is None else Path(directory))


@pytest.mark.parametrize(
    "text",
    [
        "low 0\nhigh 0\nmax 52\noom 4\noom_kill 3\noom_group_kill 0\n",
        "oom_kill_disable 0\nunder_oom 1\noom_kill 3\n",
    ],
)
def test_oom_kills_are_read_in_both_versions(text: str) -> None:
    assert parse_oom_kills(text) == 3


def test_kernel_that_does_not_count_oom_kills_is_an_error() -> None:
    with pytest.raises(OSError, match="does not count"):
        parse_oom_kills("oom_kill_disable 0\nunder_oom 0\n")


def test_refused_group_leaves_nothing_behind() -> None:
    """Without its memory controller, or without the right to use it, v2 refuses the limit."""
    name = f"repro-test-{os.getpid()}"
    tried = [group for group in cgroup.candidates(name) if group.version == 2]
    if not tried:
        pytest.skip("no cgroup v2 is mounted here")
    for group in tried:
        try:
            group.create(100 * MIB)
        except OSError:
            assert not group.path.exists()
        else:
            destroy(group.path)


def writable_hierarchies() -> list[Path]:
    """The groups we are in, of either version, with or without a memory controller."""
    own = Path("/proc/self/cgroup")
    groups = [locate(v, own.read_text(), mounted()) for v in (1, 2)] if own.exists() else []
    return [path for path in groups if path and os.access(path / "cgroup.procs", os.W_OK)]


def test_destroy_kills_what_is_in_the_group_and_below_it() -> None:
    hierarchies = writable_hierarchies()
    if not hierarchies:
        pytest.skip("no cgroup is ours to write to")
    for number, hierarchy in enumerate(hierarchies):
        path = hierarchy / f"repro-test-{os.getpid()}"
        inner = path / "inner"
        inner.mkdir(parents=True)
        version: Version = 2 if (path / "cgroup.controllers").exists() else 1
        sleepers = [
            subprocess.Popen(["sleep", "600"], preexec_fn=Cgroup(place, version).join)
            for place in ([inner] if version == 2 else [path, inner])
        ]
        try:
            assert Cgroup(path, version).pids() == [sleeper.pid for sleeper in sleepers], number
            destroy(path)
            assert not path.exists()
            assert [sleeper.wait() for sleeper in sleepers] == [-9] * len(sleepers)
        finally:
            for sleeper in sleepers:
                sleeper.kill()
                sleeper.wait()


def test_destroy_of_a_group_that_is_gone_does_nothing(tmp_path: Path) -> None:
    destroy(tmp_path / "gone")

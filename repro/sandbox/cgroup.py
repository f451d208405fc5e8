"""Linux control groups, v2 and v1: as much as it takes to cap the memory of a process tree."""

import contextlib
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from repro.sandbox.mounts import Mount, mounted

Version = Literal[1, 2]

_OWN = Path("/proc/self/cgroup")
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Cgroup:
    """A memory cgroup, made by `create` and ended by `destroy`.

    Attributes:
        path: Its directory. Its parent exists and is not ours to change.
        version: Of the hierarchy that it is part of.
    """

    path: Path
    version: Version

    def create(self, limit: int) -> None:
        """Make the group, with a memory limit in bytes and no swap.

        `memory.oom.group` stays off, so that v2 does what v1 can only do: the kernel kills the
        fattest process, and a parent that outlives its worker is seen to.

        Raises:
            OSError: The kernel does not let us, or did not take the limit. Nothing is left.
        """
        if not os.access(self.path.parent / "cgroup.procs", os.W_OK):
            raise PermissionError(f"{self.path.parent} is not ours to put processes into")
        self.path.mkdir()
        try:
            self._cap(limit)
        except OSError:
            self.path.rmdir()
            raise

    def _cap(self, limit: int) -> None:
        if self.version == 2:
            cap, swap, no_swap = "memory.max", "memory.swap.max", 0
            if not (self.path / cap).exists():
                # Fails in a group that holds processes, unless it is the root of the hierarchy.
                (self.path.parent / "cgroup.subtree_control").write_text("+memory")
        else:
            cap, swap, no_swap = "memory.limit_in_bytes", "memory.memsw.limit_in_bytes", limit
        (self.path / cap).write_text(str(limit))
        if (self.path / swap).exists():
            (self.path / swap).write_text(str(no_swap))
        elif self.version == 1:
            (self.path / "memory.swappiness").write_text("0")
        taken = int((self.path / cap).read_text())
        if taken != limit // _PAGE * _PAGE:
            raise OSError(f"{self.path / cap} is {taken} after writing {limit}")
        self.oom_kills()

    def join(self) -> None:
        """Move the calling process into the group."""
        (self.path / "cgroup.procs").write_text("0")

    def oom_kills(self) -> int:
        """Return the number of processes of the group that the kernel's OOM killer has killed.

        Raises:
            OSError: The kernel does not count them (v1 before Linux 4.13).
        """
        return parse_oom_kills(
            (
                self.path / ("memory.events" if self.version == 2 else "memory.oom_control")
            ).read_text()
        )

    def pids(self) -> list[int]:
        """The processes in the group and in the groups below it."""
        return _pids(self.path)


def destroy(path: Path, patience: float = 10.0) -> None:
    """Kill what is in a group and remove it, with the groups below it, if it is there at all.

    Args:
        path: The directory of the group, of either version.
        patience: Seconds to wait for the killed processes to go.

    Raises:
        OSError: The group could not be emptied and removed in that time.
    """
    deadline = time.monotonic() + patience
    while path.exists():
        try:
            _kill(path)
            for folder in sorted(path.glob("**/"), reverse=True):
                folder.rmdir()
        except FileNotFoundError:  # a group below went away by itself: look again
            continue
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.005)


def _kill(path: Path) -> None:
    switch = path / "cgroup.kill"  # v2, since Linux 5.14
    if switch.exists():
        switch.write_text("1")
        return
    for pid in _pids(path):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _pids(path: Path) -> list[int]:
    return [int(pid) for procs in path.glob("**/cgroup.procs") for pid in procs.read_text().split()]


def parse_oom_kills(text: str) -> int:
    """The `oom_kill` count in the text of `memory.events` (v2) or `memory.oom_control` (v1).

    Raises:
        OSError: It is not there.
    """
    for line in text.splitlines():
        name, _, count = line.partition(" ")
        if name == "oom_kill":
            return int(count)
    raise OSError("this kernel does not count OOM kills by cgroup")


def candidates(name: str) -> list[Cgroup]:
    """Return the places where a group of this name could be made, the best first.

    Below our own group, and in v2 also beside it: there a group that holds processes cannot hand
    a controller down (cgroups(7), "no internal processes"), but systemd lets a user's session
    make groups beside its own.
    """
    if not _OWN.exists():
        return []
    own, mounts = _OWN.read_text(), mounted()
    groups = []
    if (here := locate(2, own, mounts)) is not None:
        groups.append(Cgroup(here / name, 2))
        if (here.parent / "cgroup.procs").exists():
            groups.append(Cgroup(here.parent / name, 2))
    if (here := locate(1, own, mounts)) is not None:
        groups.append(Cgroup(here / name, 1))
    return groups


def locate(version: Version, own: str, mounts: list[Mount]) -> Path | None:
    """The directory of the group that a process is in.

    Args:
        version: Which hierarchy: the v2 one, or the v1 one of the memory controller.
        own: The text of its `/proc/PID/cgroup`.
        mounts: What is mounted. Inside a container the mount may show a part of the hierarchy.

    Returns:
        None where that hierarchy is not mounted, or not down to that group.
    """
    for line in own.splitlines():
        _, controllers, path = line.split(":", 2)
        if version == 2 and controllers == "":
            shown = [mount for mount in mounts if mount.kind == "cgroup2"]
        elif version == 1 and "memory" in controllers.split(","):
            shown = [m for m in mounts if m.kind == "cgroup" and "memory" in m.options]
        else:
            continue
        for mount in shown:
            if Path(path).is_relative_to(mount.root):
                return mount.point / Path(path).relative_to(mount.root)
    return None

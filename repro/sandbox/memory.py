"""Samplers of the memory of a process tree, and caps on it."""

import contextlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import psutil

from repro.sandbox import cgroup, processes
from repro.sandbox.run_folder import RunFolder

Enforcer = Literal["cgroup-v2", "cgroup-v1", "watchdog"]

_PAGE = os.sysconf("SC_PAGE_SIZE")


class CapNotEnforced(processes.IsolationError):
    """A memory cap was asked for that nothing here can enforce, or that did not hold."""


def tree_rss() -> int:
    """Resident bytes of all descendants, summed; pages that two of them share count twice.

    Raises:
        PermissionError: The system does not tell for one of them (another user's, on macOS).
    """
    if not processes.LINUX:
        return sum(map(_rss, psutil.Process().children(recursive=True)))
    parents = processes.descendants()
    statm = {pid: _statm(pid) for pid in parents}
    # A vfork child is its parent's memory until it execs. Were it counted, a process of 1 GB
    # that runs `true` would for a moment be 2 GB. It is told by its address space: that of a
    # full fork has none of the files yet that its parent has mapped.
    return sum(
        rss for pid, (rss, space) in statm.items() if space != statm.get(parents[pid], (0, []))[1]
    )


def _statm(pid: int) -> tuple[int, list[str]]:
    """RSS bytes of a process, and all else in its statm (proc_pid_statm(5)); nothing if gone."""
    try:
        size, resident, *others = Path(f"/proc/{pid}/statm").read_text().split()
    except (FileNotFoundError, ProcessLookupError):
        return 0, []
    return int(resident) * _PAGE, [size, *others]


def _rss(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.NoSuchProcess:
        return 0
    except psutil.AccessDenied as error:
        raise PermissionError(f"the memory of process {process.pid} cannot be read") from error


class Series:
    """Samples over time, at most `most` of them: the highest of each stretch is what is kept."""

    def __init__(self, most: int = 2000) -> None:
        """Begin with nothing; `most` is an even number."""
        self._most = most
        self._stretch = 1  # samples that one kept sample stands for
        self._kept: list[tuple[float, int]] = []
        self._open: list[tuple[float, int]] = []

    def add(self, seconds: float, rss: int) -> None:
        """Take one sample: seconds since the start, and bytes."""
        self._open.append((seconds, rss))
        if len(self._open) < self._stretch:
            return
        self._kept.append(_highest(self._open))
        self._open = []
        if len(self._kept) == self._most:
            pairs = zip(self._kept[::2], self._kept[1::2], strict=True)
            self._kept = [_highest(list(pair)) for pair in pairs]
            self._stretch *= 2

    def samples(self) -> tuple[tuple[float, int], ...]:
        """Return the samples that were kept, in order of time."""
        return (*self._kept, _highest(self._open)) if self._open else tuple(self._kept)

    def peak(self) -> int:
        """The highest sample in bytes, 0 if there is none."""
        return max((rss for _, rss in self.samples()), default=0)


def _highest(samples: list[tuple[float, int]]) -> tuple[float, int]:
    return max(samples, key=lambda sample: sample[1])


@dataclass(frozen=True)
class Cap:
    """A limit on the memory of a run, in force; or none, which nothing exceeds.

    Attributes:
        limit: In bytes.
        enforced_by: Who kills: the kernel, for a cgroup, else whoever asks `exceeded`.
        group: The cgroup, where there is one.
    """

    limit: int | None = None
    enforced_by: Enforcer | None = None
    group: cgroup.Cgroup | None = None

    def enter(self) -> None:
        """Bring the calling process under the cap; what it starts is under it too."""
        if self.group:
            self.group.join()

    def check(self, pid: int) -> None:
        """Make sure that a process is under the cap.

        Raises:
            CapNotEnforced: It lives outside.
        """
        if self.group and pid not in self.group.pids():
            with contextlib.suppress(psutil.NoSuchProcess):
                if psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
                    raise CapNotEnforced(f"process {pid} is not in its cgroup {self.group.path}")

    def require_inside(self, pids: Iterable[int]) -> None:
        """Refuse processes that have left the cgroup: only root can, and its cap is void then.

        Args:
            pids: The processes of the run.

        Raises:
            CapNotEnforced: One of them lives outside.
        """
        if self.group:
            for pid in set(pids).difference(self.group.pids()):
                self.check(pid)

    def exceeded(self, rss: int) -> bool:
        """Return whether the watchdog has to kill a tree of that many bytes; never in a cgroup."""
        return self.enforced_by == "watchdog" and self.limit is not None and rss > self.limit

    def oom_kills(self) -> int:
        """Return the number of kills by the kernel's OOM killer; 0 without a cgroup."""
        return self.group.oom_kills() if self.group else 0


@contextlib.contextmanager
def impose(limit: int | None, by: Enforcer | None, folder: RunFolder) -> Iterator[Cap]:
    """Put a cap in force, and lift it on the way out.

    A cgroup counts what the kernel holds for the processes too (page tables, files in tmpfs), and
    page cache, which it gives back before it kills. The watchdog sees RSS only, some hundred times
    a second: a tree that allocates fast overshoots.

    Args:
        limit: In bytes; None for no cap.
        by: The only enforcer to try; None for the strongest there is: v2, v1, watchdog.
        folder: Of the run. It names the cgroup, and remembers it in case we are killed.

    Raises:
        CapNotEnforced: Nothing can enforce it, or not the enforcer that was asked for.
    """
    if limit is None:
        yield Cap()
        return
    refusals = []
    for group in cgroup.candidates(folder.path.name):
        enforcer: Enforcer = "cgroup-v2" if group.version == 2 else "cgroup-v1"
        if by not in (None, enforcer):
            continue
        folder.remember(group.path)
        try:
            group.create(limit)
        except OSError as error:
            refusals.append(f"{enforcer} in {group.path.parent}: {error}")
            continue
        try:
            yield Cap(limit, enforcer, group)
        finally:
            cgroup.destroy(group.path)
        return
    if by not in (None, "watchdog"):
        refusals = refusals or [f"no {by} of the memory controller is mounted"]
        raise CapNotEnforced(f"nothing enforces a cap of {limit} bytes: {'; '.join(refusals)}")
    yield Cap(limit, "watchdog")

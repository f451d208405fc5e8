"""The processes of a run: who they are, what they left on record, and how to end them all.

A run is the descendants of the process that supervises it. On Linux that process adopts orphans,
so nothing that a run starts can leave its tree, not even a daemon. Elsewhere a daemon is found, by
a variable in its environment, when the run is to end; until then it is not seen.
"""

import contextlib
import ctypes
import os
import resource
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from repro.errors import MachineError

LINUX = sys.platform == "linux"
MARK = "REPRO_RUN"
"""The environment variable that names the folder of the run that a process belongs to."""

_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36  # <linux/prctl.h>
# CONFIG_PROC_CHILDREN: on in the kernels of distributions, but not in all.
_LISTS_CHILDREN = Path(f"/proc/self/task/{os.getpid()}/children").exists()


class IsolationError(MachineError):
    """A run could not be isolated, measured or cleaned up as promised."""


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent ends (Linux; else do nothing)."""
    if LINUX:
        _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def die_with_parent() -> None:
    """Have the kernel kill the calling process when its parent ends (Linux; else do nothing)."""
    if LINUX:
        _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _prctl(option: int, value: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(option, value, 0, 0, 0) != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"prctl({option}, {value}): {os.strerror(code)}")


def descendants() -> dict[int, int]:
    """The processes below the calling one: the pid of each, and of its parent."""
    parents: dict[int, int] = {}
    if not _LISTS_CHILDREN:  # the slow way: psutil reads the whole process table
        for child in psutil.Process().children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                parents[child.pid] = child.ppid()
        return parents
    pending = [os.getpid()]
    while pending:
        parent = pending.pop()
        for pid in _children(parent):
            if pid not in parents:  # one that changes parents while we look is seen twice
                parents[pid] = parent
                pending.append(pid)
    return parents


def _children(pid: int) -> list[int]:
    """The children of all threads of a process; none if it is gone."""
    children: list[int] = []
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                children += map(int, (thread / "children").read_text().split())
    return children


def marked(folder: Path) -> Iterator[psutil.Process]:
    """The processes of the whole machine whose environment says that they belong to a run."""
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.environ().get(MARK) == str(folder):
                yield process


class Reaper:
    """Collects the descendants that have ended, and how much memory each had at most.

    A process that its own parent waited for is on the record of that parent, so nothing is lost
    but the children of a parent that ignores SIGCHLD.

    Attributes:
        statuses: Wait status by pid.
        peak: The largest peak RSS of any single process, in bytes; 0 if all of them were
            smaller than the process that started them.
    """

    def __init__(self) -> None:
        """Begin, before the first process of the run is started."""
        self.statuses: dict[int, int] = {}
        self.peak = 0
        # On Linux ru_maxrss survives exec: a child begins with what its parent held at the fork.
        # What it reports is its own only where it is more than that.
        self._inherited = _own_peak()

    def reap(self) -> bool:
        """Collect those that have ended by now, and say whether any child is left."""
        while True:
            try:
                pid, status, usage = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return False
            if pid == 0:
                return True
            self.statuses.setdefault(pid, status)
            peak = usage.ru_maxrss * _MAXRSS_UNIT
            if peak > self._inherited:
                self.peak = max(self.peak, peak)


def reaped_io() -> tuple[int, int] | tuple[None, None]:
    """Bytes read and written by the descendants that have been collected.

    The kernel adds the record of a child to that of the process that waits for it, so what it has
    on a process is more than what it has on its threads. We have one thread; and we can read our
    own record, whereas that of a child that has ended is root's.

    Returns:
        By read and by write calls, on files, pipes and sockets; None where the system cannot say.
    """
    try:
        own = Path(f"/proc/self/task/{os.getpid()}/io").read_text()
        whole = Path("/proc/self/io").read_text()
    except FileNotFoundError:
        return None, None
    read, written = _read_and_written(whole)
    own_read, own_written = _read_and_written(own)
    # Since the first record was made, we have read that very record.
    return read - own_read - len(own), written - own_written


def _read_and_written(record: str) -> tuple[int, int]:
    figures = dict(line.split(": ") for line in record.splitlines())
    return int(figures["rchar"]), int(figures["wchar"])


def end_marked(folder: Path, patience: float = 10.0) -> None:
    """Kill every process that belongs to the run in a folder, whoever its parent is.

    Raises:
        IsolationError: Some of them are still there after `patience` seconds of SIGKILL.
    """
    deadline = time.monotonic() + patience
    while strays := list(marked(folder)):
        for process in strays:
            with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                process.kill()
        if time.monotonic() > deadline:
            pids = [process.pid for process in strays]
            raise IsolationError(f"processes {pids} are there after {patience:g} s of SIGKILL")


def end_all(reaper: Reaper, folder: Path, patience: float = 10.0) -> None:
    """Kill and collect every process of the run in a folder.

    Raises:
        IsolationError: Some of them are still there after `patience` seconds of SIGKILL.
    """
    deadline = time.monotonic() + patience
    while True:
        strays = [] if LINUX else [process.pid for process in marked(folder)]
        pids = [*descendants(), *strays]
        for pid in pids:
            # PermissionError: another user's process. It is reported if it does not end.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        if not reaper.reap() and not strays:
            return
        if time.monotonic() > deadline:
            raise IsolationError(f"processes {pids} are there after {patience:g} s of SIGKILL")
        time.sleep(0.002)


_MAXRSS_UNIT = 1024 if LINUX else 1  # getrusage(2): KiB on Linux, bytes on macOS


def _own_peak() -> int:
    """Peak RSS of the calling process in bytes, since its exec where the system can say."""
    if LINUX:
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _MAXRSS_UNIT

"""Run a command in a child: capped, sampled, and cleaned up after, whatever becomes of it or us.

Each run has a supervisor, a small process of its own (`repro.sandbox.supervisor`), which starts the
command, watches it, and ends it when the calling process ends, by SIGKILL even.
"""

import logging
import math
import os
import pickle
import signal as signals
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import psutil

from repro.sandbox.memory import CapNotEnforced, Enforcer
from repro.sandbox.processes import IsolationError
from repro.sandbox.run_folder import sweep
from repro.sandbox.secrets import without_secrets

__all__ = [
    "CapNotEnforced",
    "Ended",
    "Enforcer",
    "Exited",
    "IsolationError",
    "Killed",
    "Run",
    "TimedOut",
    "run",
    "stop",
]


@dataclass(frozen=True)
class Exited:
    """It ended by itself, with an exit code."""

    code: int

    @property
    def status(self) -> int:
        """The exit status that a shell would show."""
        return self.code

    def __str__(self) -> str:
        """As in `exited 1`."""
        return f"exited {self.code}"


@dataclass(frozen=True)
class Killed:
    """A signal ended it.

    Attributes:
        signal: Its number.
        by: `kernel-oom` if the kernel's OOM killer is known to have killed in its cgroup,
            `watchdog` if it was ours for exceeding the cap, else `unknown`.
    """

    signal: int
    by: Literal["kernel-oom", "watchdog", "unknown"]

    @property
    def status(self) -> int:
        """The exit status that a shell would show."""
        return 128 + self.signal

    def __str__(self) -> str:
        """As in `killed by SIGKILL (kernel-oom)`."""
        try:
            name = signals.Signals(self.signal).name
        except ValueError:  # a real-time signal
            name = f"signal {self.signal}"
        return f"killed by {name}" + (f" ({self.by})" if self.by != "unknown" else "")


@dataclass(frozen=True)
class TimedOut:
    """We killed it after that many seconds."""

    seconds: float

    @property
    def status(self) -> int:
        """The exit status of timeout(1)."""
        return 124

    def __str__(self) -> str:
        """As in `timed out after 60 s`."""
        return f"timed out after {self.seconds:g} s"


Ended = Exited | Killed | TimedOut


@dataclass(frozen=True)
class Run:
    """The outcome of a command. "The tree" is the command and all that it started.

    Attributes:
        ended: How the command itself ended. What it left running was then killed.
        peak_rss_bytes: Of the tree: the highest of the samples, or the peak of any one process
            as the kernel has it on record (which misses nothing, but says nothing of a process
            below some 20 MB), whichever is more. Pages shared between processes count once for
            each.
        samples: Seconds since the start and RSS bytes of the tree, every 10 ms or so; of a long
            run the highest of each stretch.
        seconds: From start to end.
        bytes_read: By the read calls of the tree, page cache or not; what is mapped does not
            count. The start of an interpreter reads too. None where the system cannot say.
        bytes_written: By its write calls, likewise; joining a cgroup is one byte.
        stdout: The last 64 KiB.
        stderr: The last 64 KiB.
        cap_bytes: The cap that was asked for.
        enforced_by: What enforced it.
        oom_kills: How many processes of the tree the kernel's OOM killer killed. It can be a
            worker whose parent goes on. Only known in a cgroup, else 0.
        left_in_tmp: What it left in its TMPDIR, as names relative to that.
    """

    ended: Ended
    peak_rss_bytes: int
    samples: tuple[tuple[float, int], ...]
    seconds: float
    bytes_read: int | None
    bytes_written: int | None
    stdout: str
    stderr: str
    cap_bytes: int | None
    enforced_by: Enforcer | None
    oom_kills: int
    left_in_tmp: tuple[str, ...]


@dataclass(frozen=True)
class Request:
    """A request of `run` to its supervisor."""

    argv: tuple[str, ...]
    memory: int | None
    timeout: float
    env: dict[str, str]
    cwd: str | None
    enforcer: Enforcer | None
    caller: int


_GRACE = 60.0  # seconds beyond the time-out for a supervisor to clean up
_LOOK = 1.0  # seconds between two looks at the supervisor

log = logging.getLogger("repro")
_supervisors: set[subprocess.Popen[bytes]] = set()


def stop() -> None:
    """Stop every run of this process: each cleans up, and raises IsolationError to its caller."""
    for supervisor in tuple(_supervisors):
        supervisor.terminate()


def run(
    argv: Sequence[str | os.PathLike[str]],
    *,
    memory: int | None = None,
    timeout: float,
    env: Mapping[str, str | None] | None = None,
    cwd: str | os.PathLike[str] | None = None,
    enforcer: Enforcer | None = None,
) -> Run:
    """Run a command to its end, with no input, in a session of its own and a TMPDIR of its own.

    No process, cgroup or temporary folder of it outlives the call. If this process is killed
    they are gone a moment later. It can be called from several threads.

    Args:
        argv: The command and its arguments; no shell.
        memory: Cap on the memory of the tree, in bytes. See `repro.sandbox.memory.impose`.
        timeout: Seconds after which the tree is killed, without warning.
        env: Changes to the environment of this process, from which tokens, passwords and keys
            are taken out; None removes a variable. TMPDIR and XDG_CACHE_HOME are always the run's
            own.
        cwd: The folder to run it in, if not the current one.
        enforcer: The only way to enforce the cap, if not the strongest that there is.

    Raises:
        CapNotEnforced: The cap cannot be enforced.
        IsolationError: The supervisor was killed, or something did not let itself be cleaned up.
        OSError: The command could not be started.
        ValueError: `memory` or `timeout` is not above 0.
    """
    if memory is not None and memory <= 0:
        raise ValueError(f"memory must be above 0 bytes, not {memory}")
    if not (timeout > 0 and math.isfinite(timeout)):
        raise ValueError(f"timeout must be a number of seconds above 0, not {timeout}")
    changed = {**without_secrets(os.environ), **(env or {})}
    request = Request(
        argv=tuple(os.fspath(part) for part in argv),
        memory=memory,
        timeout=timeout,
        env={name: value for name, value in changed.items() if value is not None},
        cwd=None if cwd is None else os.fspath(cwd),
        enforcer=enforcer,
        caller=os.getpid(),
    )
    path = [str(Path(__file__).parents[2]), *filter(None, [os.environ.get("PYTHONPATH")])]
    with subprocess.Popen(
        [sys.executable, "-P", "-m", "repro.sandbox.supervisor"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path)},
        start_new_session=True,  # Ctrl-C is for us; we pass it on
    ) as supervisor:
        _supervisors.add(supervisor)
        try:
            answer, complaint = _wait(supervisor, pickle.dumps(request), timeout + _GRACE)
        except BaseException:
            supervisor.terminate()  # it cleans up
            supervisor.send_signal(signals.SIGCONT)  # also if somebody has stopped it
            supervisor.communicate()  # `with` would not wait for it after a KeyboardInterrupt
            raise
        finally:
            _supervisors.discard(supervisor)
    if supervisor.returncode != 0:
        sweep()
        reason = complaint.decode(errors="replace").strip()
        if supervisor.returncode < 0 or not reason:  # killed: what it said before is not why
            reason = f"status {supervisor.returncode}{reason and f' ({reason})'}"
        raise IsolationError(f"the supervisor of {argv[0]} failed: {reason}")
    for line in complaint.decode(errors="replace").splitlines():
        log.warning("%s", line)
    outcome: Run | Exception = pickle.loads(answer)  # noqa: S301 - written by our own process
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def _wait(
    supervisor: subprocess.Popen[bytes], request: bytes, seconds: float
) -> tuple[bytes, bytes]:
    """Return what a supervisor answers; wake one that is stopped, and kill one that is late.

    It enforces the time-out of the run, unless somebody stops it (SIGSTOP).
    """
    deadline = time.monotonic() + seconds
    unsent: bytes | None = request
    while True:
        try:
            return supervisor.communicate(unsent, timeout=_LOOK)
        except subprocess.TimeoutExpired:
            unsent = None  # it is sent by later calls too, but may only be given once
            if time.monotonic() > deadline:
                supervisor.kill()
            elif psutil.Process(supervisor.pid).status() == psutil.STATUS_STOPPED:
                log.warning("the supervisor %d was stopped: waking it", supervisor.pid)
                supervisor.send_signal(signals.SIGCONT)

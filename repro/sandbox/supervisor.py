"""The supervisor of a run: `python -m repro.sandbox.supervisor`, started by `repro.sandbox.run`.

It has one thread, so that it may fork with care, and is small, so that what its child inherits is
small. It reads a `Request` from stdin and writes a `Run`, or the exception to raise, to stdout.
"""

import os
import pickle
import selectors
import signal
import subprocess
import sys
import time
from typing import IO, Literal

from repro.sandbox import memory, processes
from repro.sandbox.processes import IsolationError
from repro.sandbox.run import Ended, Exited, Killed, Request, Run, TimedOut
from repro.sandbox.run_folder import RunFolder, run_folder, sweep

_FIRST, _USUAL = 0.001, 0.01  # seconds between samples, so that a short run has some too
_LOAD = 0.1  # at most this part of our time goes into taking them
_TAIL = 64 * 1024  # bytes kept of each output stream
_DRAIN = 1.0  # seconds for the output to end once every process has

Stop = Literal["ended", "watchdog", "time-out", "abandoned"]


class _Output:
    """The ends of stdout and stderr, read as they come."""

    def __init__(self, *streams: IO[bytes]) -> None:
        self._selector = selectors.DefaultSelector()
        self._tails = [bytearray() for _ in streams]
        for stream, tail in zip(streams, self._tails, strict=True):
            self._selector.register(stream, selectors.EVENT_READ, tail)

    def read(self, seconds: float) -> None:
        """Read for that long."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            for key, _ in self._selector.select(left):
                if data := os.read(key.fd, 1 << 16):
                    key.data.extend(data)
                    del key.data[:-_TAIL]
                else:
                    self._selector.unregister(key.fileobj)

    def drain(self) -> list[str]:
        """Read until both have ended, and return them as text."""
        deadline = time.monotonic() + _DRAIN
        while self._selector.get_map() and time.monotonic() < deadline:
            self.read(0.01)
        return [tail.decode(errors="replace") for tail in self._tails]


class _Supervisor:
    def __init__(self, request: Request) -> None:
        self._request = request
        self._terminated = False
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._terminate)

    def _terminate(self, *_: object) -> None:
        self._terminated = True

    def _abandoned(self) -> bool:
        return self._terminated or os.getppid() != self._request.caller

    def supervise(self) -> Run | None:
        """Run what was requested; None if nobody waits for the answer any more."""
        processes.adopt_orphans()
        sweep()
        request = self._request
        with (
            run_folder() as folder,
            memory.impose(request.memory, request.enforcer, folder) as cap,
        ):
            reaper, series = processes.Reaper(), memory.Series()
            try:
                started = time.monotonic()
                root = self._start(folder, cap)
                output = _Output(root.stdout, root.stderr)  # type: ignore[arg-type] # both pipes
                stop = self._watch(root.pid, started, cap, reaper, series, output)
                seconds = time.monotonic() - started
            finally:
                processes.end_all(reaper, folder.path)
            if stop == "abandoned":
                return None
            root.returncode = reaper.statuses[root.pid]  # collected by the reaper, not by Popen
            stdout, stderr = output.drain()
            bytes_read, bytes_written = processes.reaped_io()
            oom_kills = cap.oom_kills()
            return Run(
                ended=_classify(reaper.statuses[root.pid], stop, oom_kills, request.timeout),
                peak_rss_bytes=max(series.peak(), reaper.peak),
                samples=series.samples(),
                seconds=seconds,
                bytes_read=bytes_read,
                bytes_written=bytes_written,
                stdout=stdout,
                stderr=stderr,
                cap_bytes=request.memory,
                enforced_by=cap.enforced_by,
                oom_kills=oom_kills,
                left_in_tmp=folder.left_in_tmp(),
            )

    def _start(self, folder: RunFolder, cap: memory.Cap) -> subprocess.Popen[bytes]:
        def enter() -> None:
            processes.die_with_parent()
            cap.enter()

        request = self._request
        own = {"TMPDIR": str(folder.tmp), "XDG_CACHE_HOME": str(folder.cache)}
        marks = {**own, processes.MARK: str(folder.path)}
        try:
            root = subprocess.Popen(  # noqa: S603 - running what is asked for is the purpose
                request.argv,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env={**request.env, **marks},
                cwd=request.cwd,
                preexec_fn=enter,  # safe: this process has one thread
                start_new_session=True,
            )
        except subprocess.SubprocessError as error:  # from `enter`
            raise memory.CapNotEnforced(
                f"the child could not come under its cap ({cap.enforced_by})"
            ) from error
        cap.check(root.pid)
        return root

    def _watch(
        self,
        root: int,
        started: float,
        cap: memory.Cap,
        reaper: processes.Reaper,
        series: memory.Series,
        output: _Output,
    ) -> Stop:
        """Sample until there is a reason to stop, and say which."""
        while True:
            now = time.monotonic()
            reaper.reap()
            if root in reaper.statuses:
                return "ended"
            if self._abandoned():
                return "abandoned"
            if now - started > self._request.timeout:
                return "time-out"
            try:
                rss = memory.tree_rss()
            except PermissionError as error:
                blind = memory.CapNotEnforced if cap.enforced_by == "watchdog" else IsolationError
                raise blind(str(error)) from error
            cap.require_inside(processes.descendants())
            series.add(now - started, rss)
            if cap.exceeded(rss):
                return "watchdog"
            pause = min(max((now - started) / 10, _FIRST), _USUAL)
            output.read(max(pause, (time.monotonic() - now) / _LOAD))


def _classify(status: int, stop: Stop, oom_kills: int, timeout: float) -> Ended:
    """Classify the end of a process by its wait status, our own kills and those of the kernel.

    The status comes first: a process that ended by itself just before we killed it did.
    """
    if os.WIFEXITED(status):
        return Exited(os.WEXITSTATUS(status))
    number = os.WTERMSIG(status)
    if number == signal.SIGKILL and stop == "time-out":
        return TimedOut(timeout)
    if number == signal.SIGKILL and stop == "watchdog":
        return Killed(number, "watchdog")
    if number == signal.SIGKILL and oom_kills:
        return Killed(number, "kernel-oom")
    return Killed(number, "unknown")


def main() -> None:
    """Serve one request."""
    outcome: Run | Exception | None
    try:
        outcome = _Supervisor(pickle.load(sys.stdin.buffer)).supervise()  # noqa: S301 - our caller's
    except (OSError, IsolationError) as error:
        outcome = error
    if outcome is None:
        sys.exit("told to stop")
    pickle.dump(outcome, sys.stdout.buffer)


if __name__ == "__main__":
    main()

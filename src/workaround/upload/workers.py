"""Workers on this machine: processes that end with this one."""

from __future__ import annotations

import os
import select
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import current_process, parent_process, spawn
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnContext, SpawnProcess
from multiprocessing.synchronize import Event
from typing import Any

from workaround.errors import ArgumentError

if sys.platform != "win32":
    from multiprocessing.popen_spawn_posix import Popen
else:
    from multiprocessing.popen_spawn_win32 import Popen

_GUARD = (
    "Every worker process imports the script that starts it: put the call of push_to_hub under"
    " `if __name__ == '__main__':`, or leave out num_proc"
)
_MEMORY = "A system kills what takes too much memory: use fewer processes or smaller shards"
_PRELUDE = (
    "import ctypes, os; ctypes.CDLL(None).prctl(1, {signal});"
    " os.getppid() == {pid} or os._exit(1); "
)
"""Let the kernel kill a process with its parent (PR_SET_PDEATHSIG), before it imports anything."""

_INTERVAL = 0.1
"""Seconds between the positions that a worker sends."""
_GRACE = 1.0
"""Seconds for the pool's thread to forget cancelled work."""
_spawning = threading.Lock()


class _GuardedPopen(Popen):
    """Starts a process that the kernel kills with its parent, where the kernel is Linux."""

    def _launch(self, process: Any) -> None:
        original = spawn.get_command_line

        def get_command_line(**options: Any) -> list[str]:
            command = original(**options)
            prelude = _PRELUDE.format(signal=int(signal.SIGKILL), pid=os.getpid())
            code = command.index("-c") + 1
            return [*command[:code], prelude + command[code], *command[code + 1 :]]

        with _spawning:
            spawn.get_command_line = get_command_line
            # A terminal sends Ctrl-C to all processes. This one ends its workers, which inherit
            # the mask: their own tracebacks, from wherever they are, would help nobody.
            mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
            try:
                super()._launch(process)  # type: ignore[misc] # not in typeshed
            finally:
                signal.pthread_sigmask(signal.SIG_SETMASK, mask)
                spawn.get_command_line = original


class _WorkerProcess(SpawnProcess):
    """A process of the pool."""

    if sys.platform == "linux":

        @staticmethod
        def _Popen(process: Any) -> Popen:  # noqa: N802 - the name that multiprocessing looks for
            return _GuardedPopen(process)


class _WorkerContext(SpawnContext):
    """Starts processes afresh, for the threads of hf_xet do not survive a fork; remembers them."""

    def __init__(self) -> None:
        self.processes: list[SpawnProcess] = []

    def Process(self, *args: Any, **options: Any) -> SpawnProcess:  # type: ignore[override]  # noqa: N802
        process = _WorkerProcess(*args, **options)
        self.processes.append(process)
        return process


class WorkerProcesses(ProcessPoolExecutor):
    """Processes that start as they are needed, and end with this one, even if it is killed.

    Attributes:
        report: Called with the path of a shard, and the number of its bytes that a worker has
            written or sent so far.
    """

    def __init__(self, count: int) -> None:
        self.report: Callable[[str, int], None] = lambda *_: None
        self._worker_context = _WorkerContext()
        self._reported = self._worker_context.Event()
        self._positions, positions = self._worker_context.Pipe(duplex=False)
        self._sender = positions
        super().__init__(
            count,
            self._worker_context,
            initializer=_report_for_work,
            initargs=(self._reported, positions),
        )

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Pass on, within a block, the positions that workers send."""
        thread = threading.Thread(target=self._listen, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._sender.send(None)
            thread.join()
            self._sender.close()
            self._positions.close()

    def _listen(self) -> None:
        while (position := self._positions.recv()) is not None:
            self.report(*position)

    def advice(self) -> str:
        """Return what to do about processes that are lost."""
        return _MEMORY if self._reported.is_set() else f"None of them got to work. {_GUARD}"

    def kill(self) -> None:
        """Kill all processes.

        The thread of the pool forgets cancelled work first, or it would stumble over it, and is
        waited for: it still has semaphores, which Python would complain about at exit.
        """
        thread = getattr(self, "_executor_manager_thread", None)
        self.shutdown(wait=False, cancel_futures=True)
        end = time.monotonic() + _GRACE
        while getattr(self, "_cancel_pending_futures", False) and time.monotonic() < end:
            time.sleep(0.01)
        for process in self._worker_context.processes:
            process.kill()
        if thread is not None:
            thread.join(_GRACE)


@contextmanager
def worker_processes(count: int) -> Iterator[WorkerProcesses]:
    """Provide worker processes; a failure kills what they are still doing."""
    executor = WorkerProcesses(count)
    with executor.listening(), executor:
        try:
            yield executor
        except BaseException:
            executor.kill()
            raise


def require_main_guard() -> None:
    """Refuse to start processes while this one imports the script that started it.

    Raises:
        ArgumentError: The script has no ``if __name__ == "__main__":`` around the call.
    """
    if getattr(current_process(), "_inheriting", False):
        raise ArgumentError(_GUARD)


class _Positions:
    """Sends the parent how far a shard is, at most every tenth of a second.

    No lock guards the pipe, which a killed worker would hold for ever: the system writes short
    messages at once.
    """

    def __init__(self) -> None:
        self.pipe: Connection[tuple[str, int], None] | None = None
        self._next = 0.0

    def send(self, path: str, nbytes: int) -> None:
        now = time.monotonic()
        if self.pipe is None or now < self._next or len(path.encode()) > select.PIPE_BUF // 2:
            return
        self._next = now + _INTERVAL
        self.pipe.send((path, nbytes))


_positions = _Positions()


def report_position(path: str, nbytes: int) -> None:
    """Report from a worker process how much of a shard was written or sent so far."""
    _positions.send(path, nbytes)


def _report_for_work(reported: Event, positions: Connection[tuple[str, int], None]) -> None:
    """Tell the parent that a worker has imported all it needs, and end with the parent.

    Where the kernel does not end it, a worker would wait for work for ever.
    """
    _positions.pipe = positions
    reported.set()
    if (parent := parent_process()) is not None:
        threading.Thread(target=_end_after, args=(parent.sentinel,), daemon=True).start()


def _end_after(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)

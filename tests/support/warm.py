"""Python processes that begin with `datasets` imported, which else takes each of them 2 seconds.

A server, one for a session of tests, imports it once and forks for every process. Apart from that a
process is as if it had been started alone: its arguments, environment, folder and signals are its
own, and it ends as Python ends. Where forking after imports is unsafe (macOS), it starts afresh.
"""

from __future__ import annotations

import atexit
import functools
import gc
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from mockhub.server.environment import using
from mockhub.server.process import Hub
from tests.support.constants import ROOT, SOURCE

FORKS = sys.platform == "linux"


@dataclass
class Process:
    """A process that has been started, used as one of `subprocess.Popen` is.

    Attributes:
        returncode: Exit status, negative for a signal; None until the end was seen.
    """

    pid: int
    _status: int
    _output: IO[bytes]
    _errors: IO[bytes]
    returncode: int | None = None

    def poll(self) -> int | None:
        """Return the exit status, or None while the process runs."""
        if self.returncode is None and select.select([self._status], [], [], 0)[0]:
            self.wait()
        return self.returncode

    def wait(self) -> int:
        """Wait for the end; return the exit status."""
        if self.returncode is None:
            self.returncode = int(_line(self._status))
        return self.returncode

    def communicate(self) -> tuple[str, str]:
        """Wait for the end; return standard output and error."""
        self.wait()
        return _text(self._output), _text(self._errors)

    def send_signal(self, number: int) -> None:
        """Send a signal, unless the process has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """Send SIGKILL."""
        self.send_signal(signal.SIGKILL)


@contextmanager
def start(*arguments: object, env: Mapping[str, str], cwd: Path | None = None) -> Iterator[Process]:
    """Start a process of Python; wait for its end with the block, and kill it if the block fails.

    Args:
        arguments: Of the interpreter: a script, or ``-m`` and a module, and theirs.
        env: Its environment, with that of a local Hub.
        cwd: Its working folder; that of the tests if None.
    """
    request = {"arguments": [*map(str, arguments)], "env": {**env}, "cwd": str(cwd or Path.cwd())}
    reading, status = os.pipe()
    with (
        os.fdopen(reading, "rb"),
        tempfile.TemporaryFile() as output,
        tempfile.TemporaryFile() as errors,
    ):
        handles = [output.fileno(), errors.fileno(), status]
        socket.send_fds(_server(), [json.dumps(request).encode() + b"\n"], handles)
        os.close(status)
        process = Process(int(_line(reading)), reading, output, errors)
        try:
            yield process
        except BaseException:
            process.kill()
            raise
        finally:
            process.wait()


def _text(file: IO[bytes]) -> str:
    """Return the content of a file that another process has written."""
    return os.pread(file.fileno(), os.fstat(file.fileno()).st_size, 0).decode()


def _line(pipe: int) -> str:
    """Read up to the end of a line."""
    line = b""
    while not line.endswith(b"\n"):
        part = os.read(pipe, 1)
        if not part:
            raise ChildProcessError("the server of warm processes has ended")
        line += part
    return line.decode()


@functools.cache
def _server() -> socket.socket:
    """Start the server, which ends with this process."""
    ours, theirs = socket.socketpair()
    with theirs:
        server = subprocess.Popen(
            [sys.executable, "-m", __name__, str(theirs.fileno())],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": SOURCE, "HF_HUB_DISABLE_PROGRESS_BARS": "1"},
            pass_fds=[theirs.fileno()],
            start_new_session=True,  # Ctrl-C is for the tests
        )
    atexit.register(server.wait)
    atexit.register(ours.close)  # first: it ends the server
    return ours


def _serve(requests: socket.socket) -> dict[str, Any]:
    """Fork for every request, and return it in the new process."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        text, handles, *_ = socket.recv_fds(requests, 1 << 20, 3)
        if not text:
            sys.exit()
        while not text.endswith(b"\n"):
            text += requests.recv(1 << 20)
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            requests.close()
            output, errors, status = handles
            child = os.fork()
            if child == 0:
                os.dup2(output, 1)
                os.dup2(errors, 2)
                for handle in handles:
                    os.close(handle)
                request: dict[str, Any] = json.loads(text)
                return request
            os.write(status, f"{child}\n".encode())
            _, ended = os.waitpid(child, 0)
            os.write(status, f"{os.waitstatus_to_exitcode(ended)}\n".encode())
            os._exit(0)
        for handle in handles:
            os.close(handle)


def _become(arguments: list[str], env: dict[str, str], cwd: str) -> None:
    """Go on as a process that was started with those arguments."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.chdir(cwd)
    if not FORKS:
        os.execve(sys.executable, [sys.executable, *arguments], env)
    os.environ.clear()
    os.environ.update(env)
    tempfile.tempdir = None
    sys.path[0:0] = env.get("PYTHONPATH", "").split(os.pathsep)
    with using(_hub(env)):  # what the imported clients would have read from the environment
        os.environ.update(env)  # with what a test changed
        if arguments[0] == "-m":
            sys.argv = arguments[1:]
            sys.path.insert(0, cwd)
            runpy.run_module(arguments[1], run_name="__main__", alter_sys=True)
        else:
            sys.argv = arguments
            sys.path.insert(0, str(Path(arguments[0]).parent))
            runpy.run_path(arguments[0], run_name="__main__")


def _hub(env: Mapping[str, str]) -> Hub:
    """Return the Hub that an environment is of."""
    home, xet = Path(env["HF_HOME"]), env["HF_HUB_DISABLE_XET"] == "0"
    return Hub(env["HF_ENDPOINT"], "user", env["HF_TOKEN"], home, xet, pid=0, admin_token="")


if __name__ == "__main__":
    if FORKS:
        import datasets  # noqa: F401

        import workaround.cli.commands  # noqa: F401

        gc.freeze()  # else the first collection of each process copies all of that
    _become(**_serve(socket.socket(fileno=int(sys.argv[1]))))

"""A command, and what is left of it after it was killed: processes, folders and cgroups."""

import contextlib
import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path

import psutil

from repro.sandbox.processes import MARK
from tests.support.constants import ROOT
from tests.support.repro.children import eventually

PYTHONPATH = os.pathsep.join([str(ROOT), str(ROOT / "src")])
NAME = "REPRO_TEST"  # the variable that all processes of a command inherit
SECONDS_TO_START = 60


def marked(name: str, value: str) -> Iterator[psutil.Process]:
    """The processes that have a variable of that value in their environment."""
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.environ().get(name) == value:
                yield process


class Command:
    """A Python command in a group, with a TMPDIR of its own, and all that it starts."""

    def __init__(self, arguments: Sequence[str | Path], folder: Path) -> None:
        """Start it in a folder, with output to `stdout` and `stderr` there."""
        self._mark = uuid.uuid4().hex
        self._tmp = folder / "tmp"
        self._tmp.mkdir()
        self._paths: set[Path] = set()
        self.stdout, self.stderr = folder / "stdout", folder / "stderr"
        with self.stdout.open("w") as stdout, self.stderr.open("w") as stderr:
            self.process = subprocess.Popen(
                [sys.executable, *map(str, arguments)],
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
                env={
                    **os.environ,
                    NAME: self._mark,
                    "TMPDIR": str(self._tmp),
                    "PYTHONPATH": PYTHONPATH,
                },
                start_new_session=True,
            )

    def wait_for(self, argument: str) -> None:
        """Wait for an isolated run whose command line contains an argument, and remember it."""
        assert eventually(lambda: self._finds(argument), SECONDS_TO_START), f"no {argument}"

    def _finds(self, argument: str) -> bool:
        for process in marked(NAME, self._mark):
            with contextlib.suppress(psutil.NoSuchProcess):
                folder = process.environ().get(MARK)
                if folder is not None and any(argument in part for part in process.cmdline()):
                    record = Path(folder, "cgroups")
                    groups = record.read_text().splitlines() if record.exists() else []
                    self._paths |= {Path(folder), *map(Path, groups)}
                    return True
        return False

    def left(self) -> list[str]:
        """Return its remains: processes, folders and cgroups."""
        processes = [str(process) for process in marked(NAME, self._mark)]
        paths = [path for path in {*self._paths, *self._tmp.iterdir()} if path.exists()]
        return processes + [str(path) for path in paths]

    def interrupt(self) -> None:
        """Do what Ctrl-C does: SIGINT to the whole group."""
        os.killpg(self.process.pid, signal.SIGINT)

    def end(self) -> None:
        """End it by force if need be."""
        self.process.kill()
        self.process.wait()

"""Children for the tests to run, and how to wait for them and see whether they are gone."""

import json
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import psutil

# A child that is hard to get rid of: it ignores SIGTERM and so does the daemon that it starts. Its
# argument is a file, where it reports the processes and the paths that have to go with it.
STUBBORN = """
    import json, os, pathlib, signal, sys, time
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    report = pathlib.Path(sys.argv[1])
    root, supervisor = os.getpid(), os.getppid()
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            folder = pathlib.Path(os.environ["TMPDIR"]).parent
            record = folder / "cgroups"
            groups = record.read_text().splitlines() if record.exists() else []
            part = report.with_suffix(".part")
            part.write_text(json.dumps({
                "root": root, "daemon": os.getpid(), "supervisor": supervisor,
                "paths": [str(folder), *filter(os.path.exists, groups)],
            }))
            part.rename(report)
        else:
            os._exit(0)
    time.sleep(600)
"""

# A process that waits for a run of the stubborn child: what the harness is, when it is killed.
CALLER = """
    import signal, sys
    from repro.sandbox import run as isolate
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job ignores it
    memory = int(sys.argv[1]) or None
    isolate.run(sys.argv[2:], memory=memory, timeout=600)
"""


def python(code: str, *args: str | Path) -> list[str]:
    """The command line of a bare interpreter that runs some code."""
    return [sys.executable, "-I", "-S", "-c", textwrap.dedent(code), *map(str, args)]


def eventually(condition: Callable[[], bool], seconds: float = 20) -> bool:
    """Wait for a condition; return whether it became true in that time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def alive(pid: int) -> bool:
    """Return whether a process runs, and is no zombie."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


class Stubborn:
    """A stubborn tree, by what it reports of itself."""

    def __init__(self, report: Path) -> None:
        """Wait for the report."""
        assert eventually(report.exists)
        record = json.loads(report.read_text())
        self.root: int = record["root"]
        self.daemon: int = record["daemon"]
        self.supervisor: int = record["supervisor"]
        self.paths = [Path(path) for path in record["paths"]]

    def gone(self) -> bool:
        """Return whether no process, folder or cgroup of it is left."""
        pids = self.root, self.daemon, self.supervisor
        return not any(map(alive, pids)) and not any(path.exists() for path in self.paths)

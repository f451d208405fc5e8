"""The folder of a run: its private TMPDIR, and the record of what to clean up after it.

The process that owns a run holds a lock on its folder. The kernel drops the lock with the process,
however that ends, so a folder that nobody has locked is one that nobody will clean up: `sweep`
does. (A pid in the name would mean nothing to a container that shares the disk.)
"""

import contextlib
import fcntl
import logging
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from repro.errors import MachineError
from repro.sandbox import processes
from repro.sandbox.cgroup import destroy
from repro.sandbox.mounts import is_memory, mounted

_PREFIX = "repro-run-"

log = logging.getLogger("repro")


@dataclass(frozen=True)
class RunFolder:
    """A folder that exists, locked by us.

    Attributes:
        path: Of the folder. Its name is the name of the run.
    """

    path: Path

    @property
    def tmp(self) -> Path:
        """The TMPDIR of the run."""
        return self.path / "tmp"

    @property
    def cache(self) -> Path:
        """The XDG_CACHE_HOME of the run, where libraries keep their caches."""
        return self.path / "cache"

    def remember(self, group: Path) -> None:
        """Record a cgroup before it is made, so that it is removed even if we are killed."""
        with (self.path / "cgroups").open("a") as record:
            record.write(f"{group}\n")

    def left_in_tmp(self) -> tuple[str, ...]:
        """Return the paths that the run left in its TMPDIR, relative to it and sorted."""
        self._open_up()
        return tuple(sorted(str(path.relative_to(self.tmp)) for path in _paths_in(self.tmp)))

    def remove(self) -> None:
        """Remove it with all that is in it, and clean up after runs that were started in it.

        A folder that resists is reported in a warning: it must not fail this run or a later one.
        """
        self._open_up()
        _sweep(self.tmp)
        try:
            shutil.rmtree(self.path)
        except (OSError, RecursionError):
            # Paths may be longer than the system takes, or nested deeper than Python recurses.
            subprocess.run(["rm", "-rf", "--", self.path], stderr=subprocess.DEVNULL, check=False)  # noqa: S603, S607
        if self.path.exists():
            log.warning("%s cannot be removed: remove it by hand", self.path)

    def _open_up(self) -> None:
        """Let ourselves into every folder, whatever permissions the run left on it."""
        for _ in _paths_in(self.path, enter=_let_in):
            pass


@contextlib.contextmanager
def run_folder() -> Iterator[RunFolder]:
    """Make a folder for a run, on a disk if there is one, and remove it on the way out."""
    with contextlib.ExitStack() as stack:
        folder = None
        while folder is None:
            path = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=_base()))
            # None: a sweep was faster than our lock and took the folder for an abandoned one.
            if stack.enter_context(_locked(path)):
                folder = RunFolder(path)
        folder.tmp.mkdir()
        folder.cache.mkdir()
        try:
            yield folder
        finally:
            folder.remove()


def sweep() -> None:
    """Clean up after the runs of this user whose owner was killed: processes, cgroups, folders.

    Looks only where a run of ours would have its folder, which depends on TMPDIR.

    What cannot be ended or removed is reported in a warning, and left.
    """
    _sweep(_base())


def _sweep(base: Path) -> None:
    for path in base.glob(f"{_PREFIX}*"):
        with _locked(path) as ours:
            if ours:
                try:
                    _clean_up(path)
                except (OSError, MachineError) as error:
                    log.warning("%s of an earlier run is left: %s", path, error)


def _clean_up(path: Path) -> None:
    record = path / "cgroups"
    for group in record.read_text().splitlines() if record.exists() else []:
        destroy(Path(group))
    processes.end_marked(path)
    RunFolder(path).remove()


def _let_in(folder: Path) -> None:
    """Give ourselves access to a folder; if the file system refuses, its removal will say so."""
    with contextlib.suppress(OSError):
        folder.chmod(0o700)


def _paths_in(top: Path, enter: Callable[[Path], None] = lambda _: None) -> Iterator[Path]:
    """Yield all paths below a folder, at any depth, as far as the system can name them.

    Args:
        top: The folder.
        enter: Called with each folder before it is read.
    """
    pending = [top]
    while pending:
        folder = pending.pop()
        enter(folder)
        with contextlib.suppress(OSError):  # a path that is too long, or a folder of another user
            for entry in os.scandir(folder):
                yield Path(entry.path)
                if entry.is_dir(follow_symlinks=False):
                    pending.append(Path(entry.path))


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[bool]:
    """Hold the lock of a folder; yield whether we got it, and the folder is there and ours."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except (FileNotFoundError, PermissionError, NotADirectoryError):
        yield False  # just removed, another user's, or not a run's at all
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        owned = os.fstat(handle).st_uid == os.geteuid()
    except BlockingIOError:
        owned = False
    try:
        yield owned and path.exists()
    finally:
        os.close(handle)


def _base() -> Path:
    """Return the parent of run folders: the usual one of temporary files, unless that is memory."""
    usual, on_disk = Path(tempfile.gettempdir()), Path("/var/tmp")  # noqa: S108 - made by mkdtemp
    mounts = mounted()
    for base in (usual, on_disk):
        if os.access(base, os.W_OK) and not is_memory(base, mounts):
            return base
    return usual

"""The commit between two releases that changed a verdict, found by `git bisect run`."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from repro.bisect.releases import Change
from repro.bisect.step import ABORT
from repro.catalog.bugs import Bug
from repro.installs.clones import CloneError, environ, git, program, tag
from repro.installs.installation import Installation
from repro.judge.outcome import Verdict
from repro.sandbox.processes import MARK
from repro.sandbox.run_folder import run_folder

_SQUASHED = re.compile(r"\(#(\d+)\)$")
_FIRST_COMMIT = re.compile(r"^# (?:possible )?first \w+ commit: \[(\w+)\]", re.MULTILINE)


class GitBisectError(CloneError):
    """A commit that cannot be searched for; the message is one line."""


@dataclass(frozen=True)
class Commit:
    """A commit.

    Attributes:
        sha: All of it.
        date: When it was committed, as in 2025-11-13.
        title: The first line of its message.
    """

    sha: str
    date: str
    title: str

    @property
    def pull(self) -> int | None:
        """The number of its pull request, which a squashed commit's title ends with."""
        match = _SQUASHED.search(self.title)
        return int(match[1]) if match else None


def first_commits(
    clone: Path,
    bug: Bug,
    change: Change,
    env: Mapping[str, str | None],
    show: Callable[[str], None],
) -> list[Commit]:
    """Return the commit with which a bug began or ended.

    Works in a clone of its own that shares the objects of the given one: nothing is written to
    that, neither a work tree nor the state of a bisection.

    Args:
        clone: Of datasets, bare or not, with the tags of both releases.
        bug: The bug.
        change: The releases to search between.
        env: Environment variables that point a client at a Hub; None removes one.
        show: Called with a line for each commit that is run.

    Returns:
        One commit; several where those next to it cannot be tested, and it may be any of them.

    Raises:
        GitBisectError: There is no such clone or tag, or neither installation can run both
            releases from their sources.
    """
    old, new = (tag(clone, one.version) for one in (change.old, change.new))
    with run_folder() as folder:
        work = folder.tmp / "datasets"
        git("clone", "--quiet", "--shared", "--no-checkout", os.fspath(clone), os.fspath(work))
        git("sparse-checkout", "set", "--no-cone", "/src/", cwd=work)  # all that is run
        changed = {**environ(), **env, "TMPDIR": str(folder.tmp), MARK: str(folder.path)}
        root = Path(__file__).parents[2]
        path = os.pathsep.join([str(root), str(root / "src")])
        own = {name: value for name, value in changed.items() if value is not None}
        runner = _Runner(work, {**own, "PYTHONPATH": path}, show)
        for installation in (change.new.installation, change.old.installation):
            step = _step(bug, change, installation)
            if runner.ends_differ(step, old, new):
                return runner.bisect(step, old, new, change)
    raise GitBisectError(
        f"the tags {change.old.version} and {change.new.version} do not differ as the releases do, "
        "over the packages of either"
    )


@dataclass(frozen=True)
class _Runner:
    """Runs steps in a work tree."""

    work: Path
    env: Mapping[str, str]
    show: Callable[[str], None]

    def ends_differ(self, step: Sequence[str], old: str, new: str) -> bool:
        """Return whether the ends of the range differ, as they were measured to as releases."""
        for commit, expected in ((old, 0), (new, 1)):
            git("checkout", "--quiet", "--detach", commit, cwd=self.work)
            status, last_words = self._run(step)
            if status == ABORT:
                raise GitBisectError(last_words)
            if status != expected:
                return False
        return True

    def bisect(self, step: Sequence[str], old: str, new: str, change: Change) -> list[Commit]:
        terms = (f"--term-old={change.old.verdict}", f"--term-new={change.new.verdict}")
        git("bisect", "start", *terms, new, old, cwd=self.work)
        _, last_words = self._run([program(), "bisect", "run", *step])
        shas = _FIRST_COMMIT.findall(git("bisect", "log", cwd=self.work))
        if not shas:
            raise GitBisectError(f"git bisect run found no commit: {last_words}")
        return [_commit(self.work, sha) for sha in shas]

    def _run(self, command: Sequence[str]) -> tuple[int, str]:
        """Run to the end and show what the steps say; if interrupted, wait until all is over.

        Returns:
            The exit status, and the last line that was printed.
        """
        line = ""
        with subprocess.Popen(  # noqa: S603 - git, or a step of ours
            command,
            cwd=self.work,
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,  # Ctrl-C is for us; we pass it on
        ) as process:
            assert process.stdout is not None  # noqa: S101 - a pipe
            try:
                for line in process.stdout:
                    if line.startswith(tuple(Verdict)):
                        self.show(line.rstrip("\n"))
            except BaseException:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGINT)
                process.stdout.read()  # ends with the last of them
                raise
        return process.returncode, line.rstrip("\n")


def _step(bug: Bug, change: Change, installation: Installation | None) -> list[str]:
    assert installation is not None  # noqa: S101 - it gave a verdict
    options = {
        "python": installation.python,
        "old": change.old.verdict,
        "timeout": bug.timeout,
    }
    command = [sys.executable, "-P", "-m", "repro.bisect.step", str(bug.script.resolve())]
    return [*command, *(f"--{name}={value}" for name, value in options.items())]


def _commit(work: Path, sha: str) -> Commit:
    return Commit(*git("show", "-s", "--format=%H%n%cs%n%s", sha, cwd=work).splitlines())

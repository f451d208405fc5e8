"""Run the bug scripts, each isolated, against a local Hub, and judge what they measured."""

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from threading import Lock
from typing import Any

import msgspec
from packaging.version import Version

from mockhub.server.process import Hub, HubProcessError
from repro.catalog.bugs import Bug
from repro.catalog.experiments import Experiment
from repro.catalog.headlines import Evidence
from repro.errors import MachineError
from repro.installs.installation import Installation
from repro.judge.verdict import Judgement, judge, last_object
from repro.sandbox import run as isolate


class ExperimentError(RuntimeError):
    """An experiment ended without evidence."""


class NoHubError(MachineError):
    """No local Hub could be started to run scripts against."""


def examine(
    bug: Bug, hub_env: Mapping[str, str | None], installation: Installation | None = None
) -> Judgement:
    """Run the script of a bug, and run it large under a cap if it is a memory bug.

    Args:
        bug: which.
        hub_env: environment variables that point a client at a Hub.
        installation: the Python to run it with; None is this one.

    Raises:
        repro.sandbox.run.IsolationError: it cannot be isolated or capped on this machine.
    """
    installation = installation or Installation.this()
    env = {**hub_env, **installation.variables}
    script = [os.fspath(installation.python), os.fspath(bug.script)]
    run = isolate.run(script, timeout=bug.timeout, env=env)
    capped = None
    if bug.cap_bytes is not None:
        large = [*script, "--large"]
        capped = isolate.run(large, memory=bug.cap_bytes, timeout=bug.timeout, env=env)
    return judge(bug, Version(installation.datasets), run, capped)


def measure(experiment: Experiment, hub_env: Mapping[str, str | None]) -> Evidence:
    """Run an experiment; returns the evidence that it printed.

    Raises:
        ExperimentError: it ended without evidence.
    """
    argv = [sys.executable, os.fspath(experiment.script), *experiment.arguments]
    run = isolate.run(argv, timeout=experiment.timeout, env=hub_env)
    evidence = last_object(run.stdout)
    if run.ended != isolate.Exited(0) or evidence is None:
        raise ExperimentError(f"{experiment.id} {run.ended} without evidence: {run.stderr}")
    return evidence


class Background:
    """Bugs and experiments that are being examined, some at a time, against one local Hub.

    Attributes:
        env: environment variables that point a client at the Hub; None removes one.
    """

    def __init__(self, hub_env: Mapping[str, str | None], jobs: int) -> None:
        """Prepare to run `jobs` scripts at a time."""
        self.env = hub_env
        self._pool = ThreadPoolExecutor(jobs, thread_name_prefix="repro")
        self._futures: list[Future[Any]] = []
        self._turns: dict[str, Lock] = {}

    def examine(self, bug: Bug, installation: Installation | None = None) -> Future[Judgement]:
        """Examine a bug as soon as there is room, with that Python or with this one.

        The same bug is examined once at a time: what its script pushes to has one name.
        """
        turn = self._turns.setdefault(bug.id, Lock())
        future = self._pool.submit(self._in_turn, turn, bug, installation)
        self._futures.append(future)
        return future

    def examine_all(
        self, bugs: Sequence[tuple[Bug, int]], installation: Installation | None = None
    ) -> list[list[Future[Judgement]]]:
        """Examine bugs, each as often as asked; returns the runs of each.

        In rounds, so that the runs of a bug are apart. Only the first is under its memory cap.
        """
        runs: list[list[Future[Judgement]]] = [[] for _ in bugs]
        for done in range(max((count for _, count in bugs), default=0)):
            for futures, (bug, count) in zip(runs, bugs, strict=True):
                if done < count:
                    alone = msgspec.structs.replace(bug, cap_bytes=None) if done else bug
                    futures.append(self.examine(alone, installation))
        return runs

    def _in_turn(self, turn: Lock, bug: Bug, installation: Installation | None) -> Judgement:
        with turn:
            return examine(bug, self.env, installation)

    def measure(self, experiment: Experiment) -> Future[Evidence]:
        """Run an experiment as soon as there is room."""
        future = self._pool.submit(measure, experiment, self.env)
        self._futures.append(future)
        return future

    def stop(self) -> None:
        """Start nothing more, and stop what runs."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        while running := [future for future in self._futures if not future.done()]:
            isolate.stop()  # again and again: a run may be just about to start
            wait(running, timeout=0.1)
        self._pool.shutdown()


@contextmanager
def background(jobs: int) -> Iterator[Background]:
    """A local Hub, and examinations against it that end with the `with` block.

    Raises:
        NoHubError: the Hub does not start, or does not stop.
    """
    try:
        with Hub.start() as hub:
            # No cache of ours or of the user's: each run has a cache folder of its own.
            own = {name: None for name in hub.env() if name.endswith(("_HOME", "_CACHE"))}
            examinations = Background(
                {**hub.env(), **own, "HF_DATASETS_DISABLE_PROGRESS_BARS": "1"}, jobs
            )
            try:
                yield examinations
            finally:
                examinations.stop()
    except HubProcessError as error:
        raise NoHubError(str(error)) from error

"""The rounds of the survival campaign: pushes that are killed, and pushes to a failing Hub."""

from __future__ import annotations

import logging
import os
import random
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import psutil
from datasets import Dataset, Features, Nifti, Value, load_dataset
from huggingface_hub import CommitOperationAdd, HfApi

from mockhub.server.environment import using
from mockhub.server.process import Hub
from repro.synthetic.nifti import write_nifti
from workaround import UploadError, push_to_hub

FILES, FILE_BYTES, SHARDS = 8, 20_000, 4
FOREIGN = {"data/participants.tsv": b"participant_id\n", "notes.txt": b"Of another writer.\n"}
LOG, TEMPORARY = "log", "tmp"
"""Output and TMPDIR of all pushes, in the folder of the campaign."""
PUSH_SECONDS = 180
"""Limit of one push, with all its waiting."""
WORKER_SECONDS = 15
"""Limit for the workers of a killed push to end."""

MODES: dict[str, dict[str, Any]] = {
    "xet": {},
    "lfs": {"xet": False},
    "regular": {"upload_mode": "regular"},
}
ROUTES = {
    "info": ("GET", r"/api/datasets/[^/]+/[^/]+$"),
    "revision": ("GET", "/revision/"),
    "tree": ("GET", "/tree/"),
    "whoami": ("GET", "/whoami"),
    "resolve": ("GET", "/resolve/"),
    "head": ("HEAD", "/resolve/"),
    "cdn": ("GET", "/cdn/"),
    "preupload": ("POST", "/preupload/"),
    "validate": ("POST", "/validate-yaml"),
    "commit": ("POST", "/commit/"),
    "token": ("GET", "/xet-(read|write)-token/"),
    "xorbs": ("POST", "/xorbs/"),
    "shards": ("POST", "/shards"),
    "batch": ("POST", "/objects/batch"),
    "storage": ("PUT", "/lfs-storage/"),
    "any": ("*", ""),
}
DAMAGE = {"corrupt": "request"}
HASHED_ROUTES = {"xorbs", "shards", "storage"}
"""Routes whose requests the Hub holds against a hash: that of a damaged commit cannot be known."""
UNUSED_ROUTES = {"xet": {"batch", "storage"}, "lfs": {"token", "xorbs", "shards"}}
EFFECTS: Sequence[dict[str, Any]] = [
    *({"status": status, "headers": {"Retry-After": "0"}} for status in (429, 500, 502, 503, 504)),
    {"reset_after": 0},
    {"reset_after": 1000},
    {"reset_answer": 10},
    {"truncate": 10},
    {"lose_answer": True},
    {"lose_answer": True, "status": 504},
    {"status": 403},
    {"status": 409, "headers": {"Retry-After": "0"}},
    {"delay": 0.2},
]
PROCESSES = get_context("forkserver")  # imports once, and its children have no threads of Xet


log = logging.getLogger("survival")


@dataclass
class Figures:
    """Events of a campaign, and the problems it showed.

    Attributes:
        counts: Events by kind.
        problems: A line for each thing lost, left behind or not typed.
    """

    counts: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)

    def expect(self, holds: bool, problem: str) -> None:
        """Note a problem unless a condition holds."""
        if not holds:
            self.problems.append(problem)


@dataclass(frozen=True)
class Job:
    """A push that can be made again and again, in a process of its own.

    Attributes:
        repo_id: Where to push.
        folder: Of the source files.
        seed: Of their contents.
        num_proc: Workers; None for none.
    """

    repo_id: str
    folder: Path
    seed: int
    num_proc: int | None

    def rows(self) -> Dataset:
        """Return the rows, with their files made unless they exist."""
        names = [f"sub-{self.seed}-{number}_T1w.nii" for number in range(FILES)]
        for number, name in enumerate(names):
            if not (self.folder / name).exists():
                temporary = self.folder / f"new-{name}"  # a kill may come while it is written
                write_nifti(temporary, FILE_BYTES, seed=self.seed * FILES + number)
                temporary.replace(self.folder / name)
        return Dataset.from_dict(
            {"row": list(range(FILES)), "image": [str(self.folder / name) for name in names]},
            features=Features({"row": Value("int64"), "image": Nifti(decode=False)}),
        )

    def contents(self) -> list[tuple[int, bytes]]:
        """Return what has to be on the Hub."""
        return [(row["row"], Path(row["image"]["path"]).read_bytes()) for row in self.rows()]


def run(job: Job, hub: Hub, folder: Path, connection: Any) -> None:
    """Push, and send the kind of the outcome and its text: the body of a child process."""
    os.environ["TMPDIR"] = tempfile.tempdir = str(folder / TEMPORARY)
    (folder / TEMPORARY).mkdir(exist_ok=True)
    output = os.open(folder / LOG, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(output, 1)
    os.dup2(output, 2)
    logging.basicConfig(stream=sys.stderr)
    with using(hub):
        try:
            push_to_hub(job.rows(), job.repo_id, num_shards=SHARDS, num_proc=job.num_proc)
        except UploadError as error:
            connection.send(("refused", f"{type(error).__name__}: {error}"))
        except BaseException:
            connection.send(("traceback", traceback.format_exc()))
        else:
            connection.send(("done", ""))


@contextmanager
def started(job: Job, hub: Hub, folder: Path) -> Iterator[tuple[Any, Any]]:
    """Run a push in a child process; yields the process and the connection to its outcome."""
    receive, send = PROCESSES.Pipe(duplex=False)
    process = PROCESSES.Process(target=run, args=(job, hub, folder, send))
    process.start()
    send.close()
    try:
        yield process, receive
    finally:
        process.kill()
        process.join()


def outcome(job: Job, hub: Hub, folder: Path) -> tuple[str, str]:
    """Push to the end, and return the kind of the outcome and its text."""
    with started(job, hub, folder) as (process, connection):
        if not connection.poll(PUSH_SECONDS):
            return "hung", f"no end after {PUSH_SECONDS} s"
        try:
            kind, text = connection.recv()
        except EOFError:
            return "died", "no outcome"
        process.join(WORKER_SECONDS)
        return kind, text


def killed(job: Job, hub: Hub, folder: Path, seconds: float) -> tuple[bool, list[psutil.Process]]:
    """Kill a push after a time.

    Returns:
        False if it had ended before, and its workers that still live.
    """
    with started(job, hub, folder) as (process, connection):
        if connection.poll(seconds):
            return False, []
        workers = psutil.Process(process.pid).children(recursive=True)
        process.kill()
        process.join()
    _, alive = psutil.wait_procs(workers, timeout=WORKER_SECONDS)
    return True, alive


@dataclass
class Place:
    """A repository with a history that is pushed to.

    Attributes:
        job: The push.
        foreign: Git's ids of the files of another writer.
        figures: Of the campaign.
    """

    job: Job
    foreign: dict[str, str]
    figures: Figures

    @classmethod
    def make(cls, job: Job, figures: Figures) -> Place:
        """Make a repository with an earlier push of the split, and the files of another writer."""
        api = HfApi()
        push_to_hub(Dataset.from_dict({"old": [1]}), job.repo_id, verify="none")
        api.create_commit(
            job.repo_id,
            [CommitOperationAdd(path, content) for path, content in FOREIGN.items()],
            commit_message="By hand",
            repo_type="dataset",
        )
        place = cls(job, {}, figures)
        place.foreign = {path: oid for path, oid in place.tree().items() if path in FOREIGN}
        return place

    def tree(self) -> dict[str, str]:
        """Return git's ids of the files, by path."""
        items = HfApi().list_repo_tree(self.job.repo_id, recursive=True, repo_type="dataset")
        return {item.path: item.blob_id for item in items if hasattr(item, "blob_id")}

    def check(self, event: str, *, complete: bool) -> None:
        """Hold the repository against what it must contain.

        Args:
            event: What happened before.
            complete: The push has ended well; otherwise all of it may be there, or nothing.
        """
        log.info("%s", event)
        files = self.tree()
        lost = [path for path, oid in self.foreign.items() if files.get(path) != oid]
        self.figures.expect(not lost, f"{event}: lost {lost}")
        shards = sorted(path for path in files if path.endswith(".parquet"))
        new = [f"data/train-{number:05}-of-{SHARDS:05}.parquet" for number in range(SHARDS)]
        old = ["data/train-00000-of-00001.parquet"]
        allowed = [new] if complete else [old, new]
        self.figures.expect(shards in allowed, f"{event}: shards {shards}")
        if complete:
            data = load_dataset(self.job.repo_id, split="train")
            rows = [(row["row"], row["image"]["bytes"]) for row in data]
            self.figures.expect(rows == self.job.contents(), f"{event}: other rows")


def check_leftovers(place: Place, event: str) -> None:
    """Note temporary files that an upload left behind: only a push that runs may have some."""
    files = (place.job.folder / TEMPORARY).rglob("*")
    left = [path.name for path in files if "workaround" in path.name or path.suffix == ".parquet"]
    place.figures.expect(not left, f"{event}: left {left}")


def kill_round(
    place: Place, hub: Hub, folder: Path, dice: random.Random, mode: str, longest: float
) -> bool:
    """Kill a push at a few moments, one after the other, and let it end at last.

    Returns:
        False if it ended before it was killed as often as planned.
    """
    planned = 2 if place.job.num_proc else 6
    count = 0
    while count < planned:
        seconds = dice.uniform(0, longest)
        event = f"kill of {place.job.repo_id} ({mode}) after {seconds:.3f} s"
        was_killed, alive = killed(place.job, hub, folder, seconds)
        if not was_killed:
            break
        count += 1
        place.figures.counts[f"kills {mode}"] += 1
        place.figures.expect(not alive, f"{event}: workers live on: {alive}")
        place.check(event, complete=False)
    finish(place, hub, folder, f"push after kills of {place.job.repo_id} ({mode})")
    return count == planned


def fault_round(place: Place, hub: Hub, folder: Path, dice: random.Random) -> None:
    """Push while some requests fail, and once more if the push was refused."""
    planned: list[tuple[str, dict[str, Any]]] = []
    hub.clear_requests()
    unused = UNUSED_ROUTES["xet" if hub.xet else "lfs"]
    for route in dice.sample(sorted(ROUTES.keys() - unused), 8):
        effects = [*EFFECTS, *([DAMAGE] if route in HASHED_ROUTES else [])]
        effect = {**dice.choice(effects), "after": dice.choice([0, 0, 0, 1, 2])}
        hub.fail(*ROUTES[route], **effect)
        planned.append((route, effect))
    event = f"{place.job.repo_id}: {'; '.join(f'{route} {effect}' for route, effect in planned)}"
    kind, text = outcome(place.job, hub, folder)
    hub.clear_faults()
    for route, effect in planned:
        if len(hub.requests(*ROUTES[route])) > effect["after"]:  # so many have come that it failed
            place.figures.counts[f"faults {route}"] += 1
    place.figures.counts[f"outcomes {kind}"] += 1
    place.figures.expect(kind in {"done", "refused"}, f"{event}: {kind}: {text}")
    place.check(event, complete=kind == "done")
    if kind != "done":
        finish(place, hub, folder, f"push after {event}")
    check_leftovers(place, event)


def finish(place: Place, hub: Hub, folder: Path, event: str) -> None:
    """Push to the end, which has to be a good one."""
    kind, text = outcome(place.job, hub, folder)
    place.figures.expect(kind == "done", f"{event}: {kind}: {text}")
    place.check(event, complete=kind == "done")
    check_leftovers(place, event)


@contextmanager
def own_hub(root: Path, home: Path) -> Iterator[Callable[[], Hub]]:
    """Run a Hub that can be killed; yields a function that kills it and starts it again."""
    processes: list[subprocess.Popen[str]] = []
    port = 0
    home.mkdir(exist_ok=True)

    def start() -> Hub:
        nonlocal port
        if processes:
            processes[-1].kill()
            processes[-1].wait()
        command = [sys.executable, "-m", "mockhub", "--root", str(root), "--port", str(port)]
        process = subprocess.Popen([*command, "--no-xet"], stdout=subprocess.PIPE, text=True)  # noqa: S603
        processes.append(process)
        url = (process.stdout.readline() if process.stdout else "").strip()
        port = int(url.rsplit(":", 1)[1])
        return Hub(url, "user", "hf_mockhub", home, False, process.pid, "hf_mockhub")

    try:
        yield start
    finally:
        for process in processes[-1:]:
            process.terminate()
            process.wait()


def server_kill_round(
    place: Place, hub: Hub, restart: Callable[[], Hub], folder: Path, dice: random.Random
) -> None:
    """Kill the Hub at two moments of a push, and start it again."""
    event = f"kill of the Hub during {place.job.repo_id}"
    with started(place.job, hub, folder) as (_, connection):
        for _ in range(2):
            time.sleep(dice.uniform(0, 1))
            restart()
            place.figures.counts["server kills"] += 1
        kind, text = connection.recv() if connection.poll(PUSH_SECONDS) else ("hung", "")
    place.figures.expect(kind in {"done", "refused"}, f"{event}: {kind}: {text}")
    place.check(event, complete=kind == "done")
    if kind != "done":
        finish(place, hub, folder, f"push after {event}")


def longest_push(place: Place, hub: Hub, folder: Path) -> float:
    """Return the seconds of a push that nothing disturbs, to another repository."""
    begin = time.perf_counter()
    job = replace(place.job, repo_id=f"{place.job.repo_id}-timed")
    kind, text = outcome(job, hub, folder)
    place.figures.expect(kind == "done", f"undisturbed push: {kind}: {text}")
    return time.perf_counter() - begin

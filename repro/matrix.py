"""Examine bugs on many installations, one after the other."""

from collections.abc import Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from threading import Lock

import msgspec

from repro.catalog.bugs import GIT, Bug
from repro.installs.environments import InstallError, Pins, install
from repro.judge.examine import Background, background
from repro.results import build as verdicts
from repro.results import store as collected
from repro.results.document import Document, Entry
from repro.results.figures import repeated

AT_A_TIME = 2  # installations: the next is made while the current one is examined


@dataclass(frozen=True)
class Case:
    """An installation to examine bugs on.

    Attributes:
        pins: The versions to install.
        bugs: To examine.
        kept: The document of an earlier run; None if there is none.
        resume: Keep its entries, and examine only the other bugs.
        repeat: Runs of each script.
    """

    pins: Pins
    bugs: Sequence[Bug]
    kept: Document | None = None
    resume: bool = False
    repeat: int = 1

    @property
    def asked(self) -> dict[str, str]:
        """Return the versions to install, by the name of the package."""
        return {name: str(value) for name, value in asdict(self.pins).items() if value is not None}

    @property
    def finished(self) -> bool:
        """True if nothing is left to examine."""
        return not self.missing(self.kept)

    def missing(self, known: Document | None) -> list[tuple[Bug, int]]:
        """Return the bugs that a document lacks, or has too few runs of, with the missing runs.

        All runs of all bugs are missing unless the case is to be resumed.
        """
        entries = {entry.id: entry for entry in known.bugs} if known and self.resume else {}
        runs = {bug.id: entries[bug.id].runs if bug.id in entries else 0 for bug in self.bugs}
        return [
            (bug, self.repeat - runs[bug.id]) for bug in self.bugs if runs[bug.id] < self.repeat
        ]


def cases(
    all_pins: Sequence[Pins], bugs: Sequence[Bug], folder: Path, *, resume: bool, repeat: int = 1
) -> list[Case]:
    """Return the cases to examine.

    Args:
        all_pins: The installations.
        bugs: What to examine on each.
        folder: Where documents are kept.
        resume: Examine only what is not kept there. Git main is examined in any case, and what
            could not be installed is tried again.
        repeat: Runs of each script.

    Raises:
        DocumentError: A file of the folder holds something else.
    """
    result = []
    for pins in all_pins:
        case = Case(pins, bugs, resume=resume, repeat=repeat)
        file = folder / collected.name(case.asked)
        if file.exists() and pins.datasets != GIT:  # today it may be another commit
            case = replace(case, kept=collected.read_file(file))
        result.append(case)
    return result


def measure(all_cases: Sequence[Case], jobs: int, cache: Path | None = None) -> Generator[Document]:
    """Install and examine; one document each, in that order, as soon as it is complete.

    Args:
        all_cases: What to do.
        jobs: How many scripts to run at a time.
        cache: Folder to keep environments in; None is the user's cache.

    Raises:
        NoHubError: There is no local Hub to examine them with.
        IsolationError: A script cannot be isolated or capped on this machine.
        OSError: uv or git cannot be started.
    """
    installing = Lock()  # one after the other: the first to be complete is the first to be seen
    # On the way out the end of `background` comes first, and stops what the pool waits for.
    with ThreadPoolExecutor(AT_A_TIME) as pool, background(jobs) as examinations:
        yield from pool.map(
            lambda case: _document(case, examinations, cache, installing), all_cases
        )


def _document(
    case: Case, examinations: Background, cache: Path | None, installing: Lock
) -> Document:
    if case.kept is not None and case.finished:
        return case.kept
    try:
        with installing:
            installation = install(case.pins, cache)
    except InstallError as error:
        return Document(environment=case.asked, asked=case.asked, error=str(error), bugs=())
    environment = dict(installation.environment)
    # What was measured in another environment, with a newer pyarrow perhaps, is not mixed in.
    kept = case.kept if case.kept is not None and case.kept.environment == environment else None
    coming = examinations.examine_all(case.missing(kept), installation)
    new = verdicts.document([run.result() for runs in coming for run in runs], environment)
    return msgspec.structs.replace(new, asked=case.asked, bugs=tuple(_merged(case, kept, new)))


def _merged(case: Case, kept: Document | None, new: Document) -> list[Entry]:
    """Return the kept entries of other bugs, and the new ones, with kept runs if resumed."""
    earlier = {entry.id: entry for entry in (kept.bugs if kept else ())}
    merged = [
        repeated([earlier[entry.id], entry]) if case.resume and entry.id in earlier else entry
        for entry in new.bugs
    ]
    examined = {entry.id for entry in new.bugs}
    return [*(entry for entry in earlier.values() if entry.id not in examined), *merged]

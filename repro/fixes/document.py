"""The matrix bug x fix as a document: typed, read from and written to JSON."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from repro.catalog.bugs import Bug
from repro.errors import RequestError
from repro.fixes.edits import find
from repro.fixes.matrix import Trial
from repro.judge.outcome import Verdict


class TrialEntry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A bug examined without and with a fix.

    Attributes:
        bug: The id of the bug whose script ran.
        fix: The id of the bug that was fixed.
        before: The verdict without the fix.
        after: The verdict with it.
        agrees: The fix cures its own bug, or leaves another as it was, but for a reason.
        figure_before: The decisive figure without the fix.
        figure_after: The decisive figure with it.
        explanation: The reason of the catalog why it may change another bug.
    """

    bug: str
    fix: str
    before: Verdict
    after: Verdict
    agrees: bool
    figure_before: str = ""
    figure_after: str = ""
    explanation: str = ""


class FixesDocument(msgspec.Struct, frozen=True, kw_only=True):
    """The trials of all fixes on one installation; what `repro fixes --out FILE` writes.

    Attributes:
        environment: The versions of its packages, by name.
        measured: The time of the run, in ISO 8601.
        trials: In the order of the fixes.
    """

    environment: dict[str, str]
    measured: str
    trials: tuple[TrialEntry, ...]


def build(trials: Iterable[Trial], environment: Mapping[str, str]) -> FixesDocument:
    """Build the document of trials, measured now."""
    return FixesDocument(
        environment=dict(environment),
        measured=datetime.now(UTC).isoformat(timespec="seconds"),
        trials=tuple(map(_entry, trials)),
    )


@dataclass(frozen=True)
class _Recorded:
    """The verdict and the figure of an earlier run."""

    verdict: Verdict
    figure: str


def recorded(document: FixesDocument, bugs: Sequence[Bug]) -> Iterator[Trial]:
    """Yield the trials of a document, as far as the catalog has their bugs and fixes."""
    known = {bug.id: bug for bug in bugs}
    for entry in document.trials:
        fix = find(known[entry.fix]) if entry.fix in known else None
        if fix is not None and entry.bug in known:
            before = _Recorded(entry.before, entry.figure_before)
            after = _Recorded(entry.after, entry.figure_after)
            yield Trial(known[entry.bug], fix, before, after)


def _entry(trial: Trial) -> TrialEntry:
    return TrialEntry(
        bug=trial.bug.id,
        fix=trial.fix.bug,
        before=trial.before.verdict,
        after=trial.after.verdict,
        agrees=trial.agrees,
        figure_before=trial.before.figure,
        figure_after=trial.after.figure,
        explanation=trial.explanation if trial.flipped and not trial.own else "",
    )


def write(file: Path, document: FixesDocument) -> None:
    """Write a document to a file, replacing it in one step.

    Raises:
        OSError: It cannot be written.
    """
    part = file.with_name(f"{file.name}.part")
    part.write_bytes(msgspec.json.format(msgspec.json.encode(document), indent=1) + b"\n")
    part.replace(file)


def read(file: Path) -> FixesDocument:
    """Return the document of a file.

    Raises:
        OSError: It cannot be read.
        RequestError: It is not a document of fixes.
    """
    try:
        return msgspec.json.decode(file.read_bytes(), type=FixesDocument)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise RequestError(f"{file} holds no trials of fixes: {error}") from error

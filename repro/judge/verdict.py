"""From evidence and expectation to a verdict, and to the sentence that a maintainer needs."""

import json
from dataclasses import dataclass

from packaging.version import Version

from repro.catalog.bugs import MIB, Bug, masking
from repro.catalog.headlines import Evidence
from repro.judge.outcome import Verdict
from repro.sandbox.run import Exited, Killed, Run

STATUS = {0: Verdict.ABSENT, 1: Verdict.REPRODUCED}  # any other exit status proves nothing
UNTESTABLE = 125
MASKED = "masked_by"  # key of the evidence: the bug that kept a script from measuring its own


@dataclass(frozen=True)
class Judgement:
    """A bug, judged on one installation.

    Attributes:
        bug: which.
        datasets: the version that was measured.
        verdict: what was measured.
        expected: what the catalog says of that version.
        reason: why it is untestable, or how the capped run contradicts; empty otherwise.
        masked_by: the bug that kept the script from measuring this one; empty otherwise.
        evidence: what the script printed; None if it printed none or is masked.
        run: the measurement, on data small enough to survive.
        capped: the larger run under a memory cap, for memory bugs.
    """

    bug: Bug
    datasets: Version
    verdict: Verdict
    expected: Verdict
    reason: str
    evidence: Evidence | None
    run: Run
    capped: Run | None
    masked_by: str = ""

    @property
    def agrees(self) -> bool:
        """True if the measurement is what the catalog expects."""
        return self.verdict is self.expected and (not self.reason or bool(self.masked_by))

    @property
    def figure(self) -> str:
        """The decisive figure, or why there is none."""
        return self.reason if self.evidence is None else self.bug.figure(self.evidence)

    @property
    def sentence(self) -> str:
        """The sentence that a maintainer needs if it does not agree."""
        finding = f"{self.bug.id} is {self.verdict} on datasets {self.datasets}"
        if self.reason:
            return f"{finding}: {self.reason}"
        entry = f"repro/bugs/{self.bug.id}.toml"
        if self.expected is Verdict.UNTESTABLE:
            return f"{finding} but expected untestable: see masked_by in {entry} ({self.figure})"
        advice = {
            Verdict.ABSENT: f"upstream fixed it, set the upper bound in {entry}",
            Verdict.REPRODUCED: f"it regressed, or was there unseen: widen the range in {entry}",
        }
        return f"{finding} but expected {self.expected}: {advice[self.verdict]} ({self.figure})"


def judge(bug: Bug, datasets: Version, run: Run, capped: Run | None = None) -> Judgement:
    """Judge a bug by the evidence of its script, and by how it ended.

    Args:
        bug: which.
        datasets: the version installed; only what is expected depends on it.
        run: the script as it is.
        capped: the script with `--large` under `bug.cap_bytes`.
    """
    evidence = last_object(run.stdout)
    masked_by = _masking(bug, run, evidence)
    if masked_by:
        verdict, reason, evidence = Verdict.UNTESTABLE, f"masked by {masked_by}", None
    else:
        verdict, reason = measured(run, evidence)
    if capped is not None and not reason:
        reason = _contradiction(verdict, capped)
    expected = expectation(bug, datasets)
    return Judgement(bug, datasets, verdict, expected, reason, evidence, run, capped, masked_by)


def expectation(bug: Bug, datasets: Version) -> Verdict:
    """Return the verdict that the catalog expects of a script on a version of datasets."""
    if masking(bug, datasets):
        return Verdict.UNTESTABLE
    return Verdict.REPRODUCED if bug.expected_on(datasets) else Verdict.ABSENT


def _masking(bug: Bug, run: Run, evidence: Evidence | None) -> str:
    """Return the bug that a script names as masking its own; empty if the catalog has none such."""
    named = (evidence or {}).get(MASKED, "")
    return named if run.ended == Exited(UNTESTABLE) and named in bug.masked_by else ""


def last_object(stdout: str) -> Evidence | None:
    """The JSON object on the last line, or None if there is none."""
    line = stdout.rstrip("\n").rpartition("\n")[2]
    try:
        value = json.loads(line)
    except json.JSONDecodeError:
        return None
    return value if isinstance(value, dict) else None


def measured(run: Run, evidence: Evidence | None) -> tuple[Verdict, str]:
    """Return the verdict of a run by its end and its output, with the reason if it has none."""
    if isinstance(run.ended, Exited) and run.ended.code in STATUS and evidence is not None:
        return STATUS[run.ended.code], ""
    return Verdict.UNTESTABLE, f"the script ended without a verdict: {_last_words(run)}"


def _contradiction(verdict: Verdict, capped: Run) -> str:
    """Explain how the large run under a cap contradicts the verdict; empty if it does not."""
    cap = f"the cap of {(capped.cap_bytes or 0) // MIB} MiB"
    match verdict, capped.ended:
        case Verdict.REPRODUCED, Killed(by="kernel-oom" | "watchdog"):
            return ""
        case Verdict.ABSENT, Exited(0):
            return ""
        case Verdict.REPRODUCED, _:
            return f"its large run was not killed by {cap}: {_last_words(capped)}"
        case _:
            return f"its large run did not survive {cap}: {_last_words(capped)}"


def _last_words(run: Run) -> str:
    """Return the end of a run in words, and the last line of its stderr."""
    last_line = run.stderr.strip().rpartition("\n")[2]
    return f"{run.ended}, {last_line or 'nothing on stderr'}"

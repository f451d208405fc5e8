"""Bugs that are nobody's, and runs that never ran: what judging and reporting are tested on."""

from pathlib import Path

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from repro.catalog.bugs import Bug
from repro.judge.verdict import Judgement, judge
from repro.sandbox.run import Ended, Enforcer, Exited, Run
from tests.support.constants import MIB

EVERY, NONE = SpecifierSet(">=0.dev0"), SpecifierSet("<0.dev0")
ABSENT = "print('{\"rows_lost\": 0}')"
REPRODUCED = "print('{\"rows_lost\": 7}'); raise SystemExit(1)"
HANGING = "import time; time.sleep(600)"


def bug(
    bug_id: str = "rows-lost",
    *,
    affected: SpecifierSet = EVERY,
    cap_bytes: int | None = None,
    timeout: float = 60.0,
) -> Bug:
    """A bug."""
    return Bug(
        id=bug_id,
        title="rows get lost",
        threads=("https://example.org/issues/1",),
        claim="Rows get lost.",
        expected="All rows stay.",
        cause="They are not counted.",
        affected=affected,
        headline="{{ rows_lost }} rows lost",
        cap_bytes=cap_bytes,
        timeout=timeout,
    )


def run(
    ended: Ended = Exited(1),  # noqa: B008 - frozen
    stdout: str = '{"rows_lost": 7}\n',
    stderr: str = "",
    *,
    cap_bytes: int | None = None,
    enforced_by: Enforcer | None = None,
) -> Run:
    """The record of a run: by default of a script that reproduced its bug."""
    return Run(
        ended=ended,
        peak_rss_bytes=100 * MIB,
        samples=((0.01234, 50 * MIB), (0.5, 100 * MIB)),
        seconds=1.23456,
        bytes_read=4096,
        bytes_written=512,
        stdout=stdout,
        stderr=stderr,
        cap_bytes=cap_bytes,
        enforced_by=enforced_by,
        oom_kills=0,
        left_in_tmp=(),
    )


def judgement(of: Bug, measured: Run, capped: Run | None = None) -> Judgement:
    """The judgement of a run, on some release."""
    return judge(of, Version("5.3.0"), measured, capped)


def write(scripts: Path, bug_id: str, code: str) -> None:
    """Write the script of a bug."""
    (scripts / f"{bug_id}.py").write_text(code)

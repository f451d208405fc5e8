"""Verdicts by the end of a script and by the expectation of the catalog."""

import msgspec
import pytest
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from repro.catalog import bugs as catalog
from repro.catalog.bugs import Bug
from repro.judge.outcome import Verdict
from repro.judge.verdict import judge, last_object
from repro.sandbox.run import Ended, Exited, Killed, Run, TimedOut
from tests.support.constants import MIB
from tests.support.repro import fakes

ON = Version("5.3.0")
CAPPED = 700 * MIB

# What the script measured


@pytest.mark.parametrize(("code", "verdict"), [(0, Verdict.ABSENT), (1, Verdict.REPRODUCED)])
def test_exit_status_with_evidence_is_the_verdict(code: int, verdict: Verdict) -> None:
    judged = judge(fakes.bug(), ON, fakes.run(Exited(code), 'loading\n{"rows_lost": 3}\n'))
    assert (judged.verdict, judged.reason) == (verdict, "")
    assert judged.evidence == {"rows_lost": 3}
    assert judged.figure == "3 rows lost"


def test_judgement_keeps_what_it_was_made_from() -> None:
    run, capped = fakes.run(Exited(1), '{"rows_lost": 3}'), fakes.run(Exited(0))
    judged = judge(fakes.bug(), ON, run, capped)
    assert (judged.run, judged.capped) == (run, capped)


def test_line_of_spaces_is_no_evidence() -> None:
    assert last_object('{"rows_lost": 3}\n  \n') is None


@pytest.mark.parametrize("code", [0, 1])
def test_exit_status_without_evidence_is_no_verdict(code: int) -> None:
    traceback = "Traceback (most recent call last):\n  ...\nValueError: no rows\n"
    judged = judge(fakes.bug(), ON, fakes.run(Exited(code), "", traceback))
    assert judged.verdict is Verdict.UNTESTABLE
    assert judged.evidence is None
    assert (
        judged.reason == f"the script ended without a verdict: exited {code}, ValueError: no rows"
    )
    assert judged.figure == judged.reason


@pytest.mark.parametrize(
    ("ended", "words"),
    [
        (Exited(125), "exited 125"),
        (Exited(2), "exited 2"),
        (Killed(11, "unknown"), "killed by SIGSEGV"),
        (Killed(9, "kernel-oom"), "killed by SIGKILL (kernel-oom)"),
        (TimedOut(120), "timed out after 120 s"),
    ],
)
def test_any_other_end_is_untestable_whatever_was_printed(ended: Ended, words: str) -> None:
    judged = judge(fakes.bug(), ON, fakes.run(ended, stderr="first\nno Nifti feature\n\n"))
    assert judged.verdict is Verdict.UNTESTABLE
    assert judged.reason == f"the script ended without a verdict: {words}, no Nifti feature"
    assert not judged.agrees
    assert judged.sentence == f"rows-lost is untestable on datasets 5.3.0: {judged.reason}"


def test_silent_end_is_reported_as_such() -> None:
    judged = judge(fakes.bug(), ON, fakes.run(Exited(125), stderr="\n"))
    assert judged.reason == "the script ended without a verdict: exited 125, nothing on stderr"


@pytest.mark.parametrize(
    "stdout", ["", "\n", "[1]\n", "3\n", "null\n", '{"a": 1\n', '{"a": 1}\ndone\n', "NaN"]
)
def test_evidence_is_an_object_on_the_last_line(stdout: str) -> None:
    assert last_object(stdout) is None
    assert judge(fakes.bug(), ON, fakes.run(Exited(1), stdout)).verdict is Verdict.UNTESTABLE


def test_evidence_may_lack_its_newline() -> None:
    assert last_object('{"a": 0}\n{"a": 1}') == {"a": 1}


# What was expected


@pytest.mark.parametrize(
    ("bug_id", "version", "expected"),
    [
        ("embed-zero-bytes", "4.4.0", True),
        ("embed-zero-bytes", "4.4.1", True),
        ("embed-zero-bytes", "4.4.2.dev0", False),
        ("embed-zero-bytes", "4.4.2", False),
        ("pandas3-cast-to-nifti-fails", "4.4.0", True),
        ("sliced-list-embed", "4.4.2.dev0", True),
        ("sliced-list-embed", "4.4.2", True),
        ("sliced-list-embed", "5.0.2.dev0", True),
        ("sliced-list-embed", "5.1.0", True),
        ("sliced-list-embed", "5.2.0", False),
        ("temp-files-left", "4.5.0", False),
        ("temp-files-left", "4.6.0", True),
        ("temp-files-left", "4.6.1", False),
        ("max-shard-size-overshoot", "5.2.1.dev0", True),
    ],
)
def test_range_of_affected_releases_has_exact_edges(
    bug_id: str, version: str, expected: bool
) -> None:
    bug = catalog.find(bug_id)
    judged = judge(bug, Version(version), fakes.run(Exited(1)))
    assert bug.expected_on(Version(version)) is expected
    assert judged.expected is (Verdict.REPRODUCED if expected else Verdict.ABSENT)
    assert judged.agrees is expected


def test_fix_is_reported_in_a_sentence() -> None:
    bug = fakes.bug("sliced-list-embed", affected=SpecifierSet(">=4.4.2.dev0"))
    judged = judge(bug, Version("5.3.0"), fakes.run(Exited(0), '{"rows_lost": 0}'))
    assert not judged.agrees
    assert judged.sentence == (
        "sliced-list-embed is absent on datasets 5.3.0 but expected reproduced: upstream fixed it, "
        "set the upper bound in repro/bugs/sliced-list-embed.toml (0 rows lost)"
    )


def test_regression_is_reported_in_a_sentence() -> None:
    bug = fakes.bug("sliced-list-embed", affected=SpecifierSet("<5.2.0"))
    judged = judge(bug, Version("5.3.0.dev0"), fakes.run())
    assert not judged.agrees
    assert judged.sentence == (
        "sliced-list-embed is reproduced on datasets 5.3.0.dev0 but expected absent: it regressed, "
        "or was there unseen: widen the range in repro/bugs/sliced-list-embed.toml (7 rows lost)"
    )


def test_edit_of_a_range_turns_agreement_into_a_mismatch() -> None:
    bug = catalog.find("num-proc-loses-rows")
    run = fakes.run(Exited(1), '{"rows_on_hub": 5, "rows_pushed": 10, "rows_in_card": 10}')
    edited = msgspec.structs.replace(bug, affected=SpecifierSet("<5.1.0"))
    assert judge(bug, Version("5.1.0"), run).agrees
    assert not judge(edited, Version("5.1.0"), run).agrees
    assert judge(edited, Version("5.0.1"), run).agrees


# What another bug keeps from being measured


@pytest.fixture
def masked(monkeypatch: pytest.MonkeyPatch) -> Bug:
    """A bug of all releases, which another one masks before 5.3.0."""
    masking = fakes.bug("masking", affected=SpecifierSet("<5.3.0"))
    bug = msgspec.structs.replace(fakes.bug("masked"), masked_by={"masking": "it ends before"})
    monkeypatch.setattr(catalog, "BUGS", (masking, bug))
    return bug


MASKED = fakes.run(Exited(125), '{"masked_by": "masking"}')


def test_masked_script_is_untestable_as_expected_while_the_masking_bug_is_live(masked: Bug) -> None:
    judged = judge(masked, Version("5.2.0"), MASKED)
    assert (judged.verdict, judged.expected) == (Verdict.UNTESTABLE, Verdict.UNTESTABLE)
    assert judged.agrees
    assert (judged.masked_by, judged.figure) == ("masking", "masked by masking")


def test_masked_script_is_a_mismatch_once_the_masking_bug_is_gone(masked: Bug) -> None:
    judged = judge(masked, ON, MASKED)
    assert judged.expected is Verdict.REPRODUCED
    assert not judged.agrees
    assert judged.sentence == "masked is untestable on datasets 5.3.0: masked by masking"


@pytest.mark.parametrize(
    "run",
    [
        fakes.run(Exited(0), '{"rows_lost": 0}'),
        fakes.run(Exited(1), '{"rows_lost": 7}'),
        fakes.run(Exited(125), ""),
        fakes.run(Exited(125), '{"masked_by": "another"}'),
        fakes.run(Exited(0), '{"masked_by": "masking", "rows_lost": 0}'),
    ],
    ids=["absent", "reproduced", "crash", "unknown mask", "status 0"],
)
def test_nothing_but_its_mask_agrees_while_a_bug_is_masked(masked: Bug, run: Run) -> None:
    assert not judge(masked, Version("5.2.0"), run).agrees


def test_verdict_in_spite_of_a_mask_is_a_sentence(masked: Bug) -> None:
    judged = judge(masked, Version("5.2.0"), fakes.run())
    assert judged.sentence == (
        "masked is reproduced on datasets 5.2.0 but expected untestable: see masked_by in "
        "repro/bugs/masked.toml (7 rows lost)"
    )


# What the large run under a cap says


@pytest.mark.parametrize(
    ("code", "ended"),
    [
        (1, Killed(9, "kernel-oom")),
        (1, Killed(9, "watchdog")),
        (0, Exited(0)),
    ],
)
def test_capped_run_can_confirm(code: int, ended: Ended) -> None:
    bug = fakes.bug(affected=fakes.EVERY if code else fakes.NONE)
    judged = judge(bug, ON, fakes.run(Exited(code)), fakes.run(ended, cap_bytes=CAPPED))
    assert (judged.reason, judged.agrees) == ("", True)


@pytest.mark.parametrize(
    ("ended", "words"),
    [
        (Exited(0), "exited 0"),
        (Exited(1), "exited 1"),
        (Killed(9, "unknown"), "killed by SIGKILL"),
        (TimedOut(60), "timed out after 60 s"),
    ],
)
def test_memory_bug_that_survives_its_cap_contradicts(ended: Ended, words: str) -> None:
    judged = judge(fakes.bug(), ON, fakes.run(Exited(1)), fakes.run(ended, cap_bytes=CAPPED))
    assert judged.verdict is judged.expected is Verdict.REPRODUCED
    assert not judged.agrees
    assert judged.sentence == (
        "rows-lost is reproduced on datasets 5.3.0: its large run was not killed by the cap of "
        f"700 MiB: {words}, nothing on stderr"
    )


@pytest.mark.parametrize(
    ("ended", "words"),
    [
        (Killed(9, "kernel-oom"), "killed by SIGKILL (kernel-oom)"),
        (Exited(1), "exited 1"),
        (TimedOut(60), "timed out after 60 s"),
    ],
)
def test_absent_memory_bug_that_dies_under_its_cap_contradicts(ended: Ended, words: str) -> None:
    large = fakes.run(ended, stderr="reading\nMemoryError\n", cap_bytes=CAPPED)
    judged = judge(fakes.bug(affected=fakes.NONE), ON, fakes.run(Exited(0)), large)
    assert judged.verdict is judged.expected is Verdict.ABSENT
    assert not judged.agrees
    assert judged.reason == (
        f"its large run did not survive the cap of 700 MiB: {words}, MemoryError"
    )


def test_capped_run_does_not_hide_why_it_is_untestable() -> None:
    judged = judge(fakes.bug(), ON, fakes.run(Exited(125)), fakes.run(Exited(125)))
    assert judged.reason.startswith("the script ended")

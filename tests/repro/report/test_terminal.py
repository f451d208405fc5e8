"""The tables of a run, as a terminal shows them."""

from repro import catalog
from repro.isolate import Exited, Killed
from repro.report import terminal
from tests.repro import fakes

ENVIRONMENT = {"datasets": "5.3.0", "python": "3.11.9"}
CAPPED = 700 * fakes.MIB


def cells(line: str) -> list[str]:
    """The cells of a row: two spaces or more are between them."""
    return [cell.strip() for cell in line.split("  ") if cell.strip()]


def test_table_has_a_row_for_each_bug_under_a_line_of_versions() -> None:
    present = fakes.judgement(fakes.bug("present"), fakes.run())
    fixed = fakes.judgement(
        fakes.bug("fixed", affected=fakes.NONE), fakes.run(Exited(0), '{"rows_lost": 0}')
    )
    versions, blank, headers, _, *rows = terminal.table([present, fixed], ENVIRONMENT).splitlines()
    assert (versions, blank) == ("datasets 5.3.0, python 3.11.9", "")
    assert tuple(cells(headers)) == terminal.HEADERS
    assert [cells(row) for row in rows] == [
        ["present", "reproduced", "reproduced", "7 rows lost", "100 MiB", "exited 1", "1.2"],
        ["fixed", "absent", "absent", "0 rows lost", "100 MiB", "exited 0", "1.2"],
    ]


def test_mismatch_stands_out() -> None:
    regressed = fakes.judgement(fakes.bug(affected=fakes.NONE), fakes.run())
    row = terminal.table([regressed], ENVIRONMENT).splitlines()[-1]
    assert cells(row)[:3] == ["rows-lost", "reproduced (!)", "absent"]


def test_reason_stands_where_there_is_no_figure() -> None:
    untestable = fakes.judgement(fakes.bug(), fakes.run(Exited(125), "", "no Nifti feature"))
    row = terminal.table([untestable], ENVIRONMENT).splitlines()[-1]
    assert cells(row)[3] == "the script ended without a verdict: exited 125, no Nifti feature"


def test_capped_run_has_a_row_of_its_own() -> None:
    large = fakes.run(Killed(9, "kernel-oom"), "", cap_bytes=CAPPED, enforced_by="cgroup-v2")
    killed = fakes.judgement(fakes.bug(cap_bytes=CAPPED), fakes.run(), large)
    row = terminal.table([killed], ENVIRONMENT).splitlines()[-1]
    assert cells(row) == [
        "the same, large, in 700 MiB by cgroup-v2",
        "100 MiB",
        "killed by SIGKILL (kernel-oom)",
        "1.2",
    ]


def test_listing_is_the_catalog() -> None:
    _, _, *rows = terminal.listing(catalog.BUGS).splitlines()
    assert [cells(row) for row in rows] == [
        [bug.id, str(bug.affected), bug.title] for bug in catalog.BUGS
    ]


def test_notes_are_what_was_measured_and_its_figure() -> None:
    _, _, row = terminal.notes([("large_binary", "12.0 MiB read")]).splitlines()
    assert cells(row) == ["large_binary", "12.0 MiB read"]

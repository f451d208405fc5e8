"""The tables of a run, as a terminal shows them."""

import datetime
import re

import msgspec
import pytest

from repro.catalog import bugs as catalog
from repro.catalog.bugs import Change
from repro.report import markdown, terminal
from repro.sandbox.run import Exited, Killed
from tests.support.constants import MIB
from tests.support.repro import fakes
from tests.support.repro.documents import document, entry, not_installable

ENVIRONMENT = {"datasets": "5.3.0", "python": "3.11.9"}
CAPPED = 700 * MIB


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
    assert cells(row)[:3] == ["rows-lost", "reproduced !", "absent"]


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
    shown = [cells(row) for row in rows]
    assert [(*row[:2], row[-1]) for row in shown] == [
        (bug.id, markdown.specifier(bug.affected), bug.title) for bug in catalog.BUGS
    ]


def test_notes_are_what_was_measured_and_its_figure() -> None:
    _, _, row = terminal.notes([("large_binary", "12.0 MiB read")]).splitlines()
    assert cells(row) == ["large_binary", "12.0 MiB read"]


def test_matrix_has_a_row_a_release_and_says_only_what_changes() -> None:
    bugs = [fakes.bug("lost"), fakes.bug("fixed", affected=fakes.NONE)]
    documents = [
        document("1.0", entry("lost", "reproduced"), entry("fixed", "absent")),
        document("1.1", entry("lost", "reproduced"), entry("fixed", "absent", figure="9 of 9")),
        document("1.2", entry("lost", "absent"), entry("fixed", "reproduced", figure="0 of 9")),
        document("1.3", entry("lost", "untestable", figure="timed out"), pyarrow="21.0.0"),
        not_installable("git", "no route to host"),
    ]
    header, _, *rows, blank, legend, error = terminal.matrix(documents, bugs, 120).splitlines()
    assert cells(header) == ["datasets", "lost", "fixed"]
    assert [cells(row) for row in rows] == [
        ["1.0", "x 7 of 9", "· 7 of 9"],
        ["1.1", "x ″", "· 9 of 9"],
        ["1.2", "·! ″", "x! 0 of 9"],
        ["1.3, pyarrow 21.0.0", "?! timed out", "not examined"],
        ["git", "not installable", "not installable"],
    ]
    assert (blank, legend) == ("", terminal.LEGEND)
    assert error == "datasets git cannot be installed: no route to host"


def test_verdict_that_is_contradicted_is_not_as_expected() -> None:
    survived = entry("lost", "reproduced", reason="its large run was not killed")
    table = terminal.matrix([document("1.0", survived)], [fakes.bug("lost")], 80)
    assert "x! 7 of 9" in table


@pytest.mark.parametrize("width", [20, 80, 87, 160])
def test_matrix_is_no_wider_than_the_terminal(width: int) -> None:
    """As far as it can be: a release and one bug stand beside each other on any."""
    figure = "30.0 MiB read for a row of 2.0 MiB; push reads 16.0 x the files"
    bugs = [fakes.bug(str(digit) * terminal.CELL, affected=fakes.NONE) for digit in range(10)]
    measured = document("5.1.0", *(entry(bug.id, "absent", figure=figure) for bug in bugs))
    table = terminal.matrix([measured], bugs, width).removesuffix(terminal.LEGEND)
    assert max(map(len, table.splitlines())) <= max(width, 40)
    assert table.count("· 30.0 MiB") == len(bugs)
    assert all(bug.id in table for bug in bugs)


def test_listing_names_the_upstream_changes() -> None:
    began = Change(commit="f" * 40, pr=8064, date=datetime.date(2026, 3, 16))
    ended = Change(commit="abcdef0" + "1" * 33)
    bug = msgspec.structs.replace(fakes.bug(), introduced=began, fixed=ended)
    row = terminal.listing([bug]).splitlines()[-1]
    assert "#8064 2026-03-16" in row
    assert re.search(r"\babcdef0\b", row)

"""Arguments that the commands share."""

import pytest

from repro.__main__ import main
from repro.catalog import bugs as catalog
from repro.cli.arguments import count, find_bugs


def test_unknown_bug_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "no-such-bug"]) == 2
    known = ", ".join(bug.id for bug in catalog.BUGS)
    assert capsys.readouterr().err == f"repro: no bug 'no-such-bug'; there are: {known}\n"


@pytest.mark.parametrize("jobs", ["0", "-1", "two"])
def test_jobs_must_be_a_number_above_0(jobs: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["run", "--jobs", jobs])
    assert f"argument --jobs: {jobs!r} is not a number above 0" in capsys.readouterr().err


def test_bugs_come_once_and_in_the_order_of_the_arguments() -> None:
    first, second, *_ = catalog.BUGS
    assert find_bugs([second.id, first.id, second.id]) == [second, first]


def test_no_bug_stands_for_the_whole_catalog() -> None:
    assert find_bugs([]) == catalog.BUGS


def test_count_of_jobs_is_read() -> None:
    assert count("3") == 3

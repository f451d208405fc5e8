"""`python -m repro list`: the catalog."""

import pytest

from repro.__main__ import main
from repro.catalog import bugs as catalog
from repro.report.markdown import specifier


def test_list_names_every_bug_and_its_range(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list"]) == 0
    listed = capsys.readouterr().out
    for bug in catalog.BUGS:
        assert bug.id in listed
        assert specifier(bug.affected) in listed
        assert bug.title in listed

"""Upstream changes in the text of entries."""

from datetime import date
from pathlib import Path

import pytest

from repro.catalog.bugs import SCRIPTS, Change, read
from repro.catalog.record import record, write

CHANGE = Change(commit="ab12", pr=7815, date=date(2025, 10, 24))
ENTRY = """title = "rows get lost" # all of them
threads   = [ "https://example.org/1" ]
cause = \"\"\"
They are not counted,
at all.
\"\"\"

[masked_by]
other = "it ends before"
"""
WRITTEN = """
[introduced]
commit = "ab12"
pr = 7815
date = 2025-10-24
"""


def test_new_change_is_appended_and_the_rest_is_as_it_was() -> None:
    assert record(ENTRY, {"introduced": CHANGE}) == ENTRY + WRITTEN


def test_other_values_are_replaced_and_comments_kept() -> None:
    old = f'{ENTRY}\n[introduced] # by bisection\ncommit = "cd34"\npr = 7815 # sure\n'
    new = record(old, {"introduced": Change(commit="ab12", pr=7815)})
    assert new == old.replace("cd34", "ab12")


def test_number_that_is_no_longer_known_is_removed() -> None:
    assert "pr" not in record(ENTRY + WRITTEN, {"introduced": Change(commit="ab12")})


def test_entry_that_has_the_changes_is_not_written(tmp_path: Path) -> None:
    file = tmp_path / "bug.toml"
    file.write_text(ENTRY)
    assert write(file, {"introduced": CHANGE, "fixed": CHANGE})
    content = file.read_text()
    assert content == ENTRY + WRITTEN + WRITTEN.replace("introduced", "fixed")
    assert not write(file, {"introduced": CHANGE, "fixed": CHANGE})


@pytest.mark.parametrize("bug_id", ["absolute-path-leak", "num-proc-loses-rows"])
def test_entries_of_the_catalog_can_be_written(bug_id: str, tmp_path: Path) -> None:
    original = SCRIPTS / f"{bug_id}.toml"
    file = tmp_path / original.name
    file.write_text(original.read_text())
    write(file, {"fixed": CHANGE})
    assert read(file).fixed == CHANGE
    assert read(file).introduced == read(original).introduced

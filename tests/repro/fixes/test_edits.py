"""The files that hold fixes."""

from pathlib import Path

import pytest

from repro.catalog.bugs import BUGS, Bug, CatalogError
from repro.fixes import edits
from tests.support.repro import fakes

FIX = """
summary = "Count them."

[flips]
others-lost = "The same lines."

[[edits]]
module = "datasets.table"
function = "count"
anchor = "return"
before = "rows += 1"
"""


@pytest.fixture
def file(scripts: Path) -> Path:
    """The file of the fix of `rows-lost`, which is not written yet."""
    return edits.file_of(fakes.bug("rows-lost"))


def test_fix_is_read_from_the_file_beside_the_script(file: Path) -> None:
    file.write_text(FIX)
    fix = edits.find(fakes.bug("rows-lost"))
    assert fix is not None
    assert (fix.bug, fix.summary, fix.flips) == (
        "rows-lost",
        "Count them.",
        {"others-lost": "The same lines."},
    )
    (edit,) = fix.edits
    assert (edit.module, edit.function, edit.before) == ("datasets.table", "count", "rows += 1")


def test_bug_without_a_file_has_no_fix(file: Path) -> None:
    assert edits.find(fakes.bug("rows-lost")) is None


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("before =", "instead =", "unknown field `instead`"),
        ("before =", "replace = ''\nbefore =", "an edit has one of before"),
        ('anchor = "return"', "anchor = ''", "the anchor is empty"),
        ("summary", "title", "unknown field `title`"),
    ],
)
def test_invalid_fix_is_an_error_with_its_file(
    file: Path, old: str, new: str, complaint: str
) -> None:
    file.write_text(FIX.replace(old, new))
    with pytest.raises(CatalogError, match=complaint) as raised:
        edits.find(fakes.bug("rows-lost"))
    assert str(file) in str(raised.value)


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.id)
def test_fix_of_the_catalog_is_valid_and_flips_bugs_that_exist(bug: Bug) -> None:
    fix = edits.find(bug)
    if fix is not None:
        assert fix.flips.keys() <= {other.id for other in BUGS} - {bug.id}
        assert not bug.redesign

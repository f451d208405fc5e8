"""The generated pages of the site."""

from __future__ import annotations

import tomllib

import pytest

from docs import generators
from docs.generators import bugs
from repro.catalog.bugs import BUGS, Bug
from repro.fixes import edits
from repro.report import stories
from repro.results import store
from tests.support.constants import ROOT


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return generators.pages()


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.id)
def test_bug_has_a_page_with_its_cause_and_its_fix(bug: Bug, pages: dict[str, str]) -> None:
    page = pages[f"bugs/{bug.id}.md"]
    assert "\nCause\n: " in page
    assert ("\n## A fix\n" in page) == (edits.find(bug) is not None)
    assert f"[`{bug.id}`]({bug.id}.md)" in pages["bugs/index.md"]


def test_newest_bugs_come_first(pages: dict[str, str]) -> None:
    ordered = stories.newest_first(store.read(store.MEASURED), BUGS)
    newest = [bug.id for bug in ordered].index("cell-without-bytes-and-path-fails")
    assert newest < [bug.id for bug in ordered].index("embed-zero-bytes")


def test_generated_pages_are_not_committed(pages: dict[str, str]) -> None:
    ignored = (ROOT / ".gitignore").read_text().splitlines()
    for name in pages:
        assert f"/docs/{name}" in ignored or f"/docs/{name.partition('/')[0]}/" in ignored


def test_sentences_about_the_uploader_are_about_bugs() -> None:
    assert {*tomllib.loads(bugs.UPLOADER.read_text())} <= {bug.id for bug in BUGS}

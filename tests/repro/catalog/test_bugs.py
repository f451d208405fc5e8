"""The catalog of upstream bugs, and the scripts that belong to it."""

import ast
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from repro.catalog import bugs as catalog
from repro.catalog.bugs import BUGS, Bug, CatalogError
from repro.catalog.experiments import EXPERIMENTS
from repro.errors import RequestError
from repro.sandbox import run as isolate

PROMISED = {
    "embed-zero-bytes",
    "sliced-list-embed",
    "shard-count-ignores-nifti",
    "max-shard-size-overshoot",
    "additions-retain-bytes",
    "regular-shard-file-deleted",
    "num-proc-loses-rows",
    "commit-conflict-not-retried",
    "temp-files-left",
    "absolute-path-leak",
}
OURS = {"repro", "mockhub", "workaround", "tests"}
MOST_LINES = 60
HEADER = re.compile(r"^# /// script\n((?:#(?: .*)?\n)+?)# ///$", re.MULTILINE)

for_every_bug = pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.id)


def header(script: Path) -> dict[str, Any]:
    """The metadata that a script carries (PEP 723)."""
    (block,) = HEADER.findall(script.read_text())
    return tomllib.loads("".join(line[2:] for line in block.splitlines(keepends=True)))


def test_every_promised_bug_is_there_once() -> None:
    ids = [bug.id for bug in BUGS]
    assert len(ids) == len(set(ids))
    assert set(ids) >= PROMISED


def test_every_script_has_its_entry() -> None:
    assert {path.name for path in catalog.SCRIPTS.glob("*.py")} == {bug.script.name for bug in BUGS}


ENTRY = """
title = "rows get lost"
threads = ["https://github.com/huggingface/datasets/issues/1"]
affected = ">=4.8.0"
expected = "All rows."
cause = '''
They are
not counted.
'''
headline = "{{ rows_lost }} rows lost"
"""


@pytest.fixture
def entry(tmp_path: Path) -> Path:
    file = tmp_path / "rows-lost.toml"
    file.write_text(ENTRY)
    return file


def test_entry_is_all_that_a_bug_takes(entry: Path) -> None:
    entry.with_name("rows-lost.fix.toml").write_text("title = 'no entry'\n")
    (bug,) = catalog.read_all(entry.parent)
    assert (bug.id, bug.cause, bug.needs_hub) == ("rows-lost", "They are not counted.", True)
    assert bug.affected == SpecifierSet(">=4.8.0")
    assert bug.figure({"rows_lost": 7}) == "7 rows lost"


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("cause =", "caus =", "unknown field `caus`"),
        ("title =", "claim =", "missing required field `title`"),
        ('">=4.8.0"', '"4.8 and later"', "Invalid specifier"),
        ('">=4.8.0"', "4.8", "Invalid specifier"),
        ("title =", "fixed = {when = 2026-01-01}\ntitle =", r"`when` - at `\$\.fixed`"),
        ("title =", "title", "Expected '='"),
    ],
    ids=["unknown", "missing", "range", "type", "nested", "syntax"],
)
def test_invalid_entry_is_an_error_with_its_file(
    entry: Path, old: str, new: str, complaint: str
) -> None:
    entry.write_text(ENTRY.replace(old, new, 1))
    with pytest.raises(CatalogError, match=complaint) as raised:
        catalog.read(entry)
    assert str(entry) in str(raised.value)


@for_every_bug
def test_masking_bug_is_in_the_catalog(bug: Bug) -> None:
    assert set(bug.masked_by) <= {other.id for other in BUGS} - {bug.id}
    assert all(bug.masked_by.values())


@for_every_bug
def test_control_is_an_unaffected_release_or_the_fix(bug: Bug) -> None:
    if bug.control not in ("", "fix"):
        assert not bug.expected_on(Version(bug.control))


@for_every_bug
def test_script_names_the_bugs_that_mask_its_own(bug: Bug) -> None:
    named = set(re.findall(r'"masked_by": "([\w-]+)"', bug.script.read_text()))
    assert named == set(bug.masked_by)


@for_every_bug
def test_script_suppresses_nothing(bug: Bug) -> None:
    """An exception that is caught is evidence, or the verdict is untestable."""
    for node in ast.walk(ast.parse(bug.script.read_text())):
        if isinstance(node, ast.ExceptHandler):
            assert not all(isinstance(step, ast.Pass | ast.Continue) for step in node.body)
        assert not (isinstance(node, ast.Name) and node.id == "suppress")


@for_every_bug
def test_entry_says_what_is_wrong_and_where(bug: Bug) -> None:
    assert all((bug.title, bug.expected, bug.cause, bug.threads))
    assert all(thread.startswith("https://github.com/huggingface/") for thread in bug.threads)
    assert "\n" not in bug.title
    assert str(bug.affected)


@for_every_bug
def test_script_fits_into_an_issue(bug: Bug) -> None:
    assert len(bug.script.read_text().splitlines()) <= MOST_LINES


@for_every_bug
def test_script_names_what_it_needs(bug: Bug) -> None:
    metadata = header(bug.script)
    assert "3.11" in SpecifierSet(metadata["requires-python"])
    assert "datasets" in {Requirement(text).name for text in metadata["dependencies"]}


@for_every_bug
def test_script_begins_with_what_is_wrong_and_in_which_releases(bug: Bug) -> None:
    doc = ast.get_docstring(ast.parse(bug.script.read_text())) or ""
    summary, _, more = doc.partition("\n\n")
    assert summary.endswith(".")
    assert re.match(r"datasets \d+\.\d+\.\d+( and| to|;)", more)


@for_every_bug
def test_thread_that_a_script_names_is_in_the_catalog(bug: Bug) -> None:
    doc = ast.get_docstring(ast.parse(bug.script.read_text())) or ""
    assert set(re.findall(r"https://github\.com/[\w/-]+", doc)) <= set(bug.threads)


@pytest.mark.parametrize(
    "script",
    [*(bug.script for bug in BUGS), *(experiment.script for experiment in EXPERIMENTS)],
    ids=lambda script: script.stem,
)
def test_script_imports_nothing_of_ours(script: Path) -> None:
    imported = set()
    for node in ast.walk(ast.parse(script.read_text())):
        if isinstance(node, ast.Import):
            imported |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            imported.add((node.module or "").partition(".")[0])
    assert not imported & OURS


def test_bug_is_found_by_its_id() -> None:
    assert catalog.find("temp-files-left").id == "temp-files-left"


def test_unknown_id_is_answered_with_the_known_ones() -> None:
    with pytest.raises(RequestError) as raised:
        catalog.find("no-such-bug")
    assert "'no-such-bug'" in raised.value.args[0]
    assert all(bug.id in raised.value.args[0] for bug in BUGS)


@pytest.mark.parametrize("bug", [bug for bug in BUGS if bug.needs_hub], ids=lambda bug: bug.id)
def test_script_never_pushes_to_a_hub_that_nobody_named(bug: Bug) -> None:
    source = bug.script.read_text()
    assert "HfApi()" not in source
    assert '"HF_ENDPOINT"' in source


@pytest.mark.parametrize(
    "bug",
    [bug for bug in BUGS if 'environ["HF_ENDPOINT"]' in bug.script.read_text()],
    ids=lambda bug: bug.id,
)
def test_script_without_a_hub_is_untestable_and_says_in_a_line_what_to_start(bug: Bug) -> None:
    run = isolate.run([sys.executable, bug.script], timeout=60, env={"HF_ENDPOINT": None})
    assert run.ended == isolate.Exited(125)
    assert run.stderr == "needs HF_ENDPOINT: start python -m mockhub\n"
    assert run.stdout == ""

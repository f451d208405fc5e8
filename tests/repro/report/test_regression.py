"""The regression tests of bugs, and the cores that are made from them."""

import ast
from pathlib import Path

import pytest

from repro.catalog import bugs as catalog
from repro.catalog.bugs import BUGS
from repro.report.regression import core, find

MOST_LINES = 10  # beside imports
TEST = """
import os

import pytest
from datasets import Dataset


@pytest.mark.usefixtures("ci_hub_config")
def test_push(temporary_repo, tmp_path):
    ds = Dataset.from_dict({"path": [str(tmp_path)]})
    with temporary_repo() as repo:
        for split in ("a", "b"):
            ds.push_to_hub(repo, split=split)

        assert ds  # kept
"""
CORE = """\
import tempfile, uuid
from datasets import Dataset
from huggingface_hub import HfApi
from pathlib import Path
hf_api = HfApi()
tmp_path = Path(tempfile.mkdtemp())
ds = Dataset.from_dict({"path": [str(tmp_path)]})
repo = f"{hf_api.whoami()['name']}/test-{uuid.uuid4()}"
for split in ("a", "b"):
    ds.push_to_hub(repo, split=split)

assert ds  # kept
"""


def test_core_is_the_body_with_values_in_the_place_of_fixtures() -> None:
    assert core(TEST) == CORE


def test_other_contexts_keep_their_block() -> None:
    test = TEST.replace("as repo:", "as repo, pytest.raises(ValueError):")
    lines = core(test).splitlines()
    assert "with pytest.raises(ValueError):" in lines
    assert '    for split in ("a", "b"):' in lines
    assert "import pytest, tempfile, uuid" in lines


@pytest.mark.parametrize(
    "file", [file for bug in BUGS if (file := find(bug))], ids=lambda file: file.stem
)
def test_core_of_a_bug_is_short_and_stands_alone(file: Path) -> None:
    code = core(file.read_text())
    ast.parse(code)
    lines = [line for line in code.splitlines() if not line.startswith(("import ", "from "))]
    assert len(list(filter(None, lines))) <= MOST_LINES
    assert "temporary_repo" not in code


def test_every_regression_test_is_of_a_bug() -> None:
    files = {file.stem for file in (catalog.SCRIPTS / "regressions").glob("*.py")}
    assert files <= {bug.id for bug in BUGS}

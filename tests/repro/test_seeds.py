"""The claims of the seeds point to what shows them."""

import ast
from pathlib import Path

import pytest

from repro.catalog import find
from repro.seeds import CLAIMS, EXPERIMENTS, Claim, Experiment

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.place)
def test_what_shows_a_claim_exists(claim: Claim) -> None:
    assert claim.shown_by
    for shown in claim.shown_by:
        if "::" not in shown:
            assert find(shown).id == shown
            continue
        file, _, name = shown.partition("::")
        functions = ast.parse((ROOT / file).read_text()).body
        assert name in {each.name for each in functions if isinstance(each, ast.FunctionDef)}


@pytest.mark.parametrize("experiment", EXPERIMENTS, ids=lambda experiment: experiment.id)
def test_experiment_is_a_script_that_stands_alone(experiment: Experiment) -> None:
    source = experiment.script.read_text()
    assert source.startswith("# /// script\n")
    assert "repro" not in {
        name.name.partition(".")[0]
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Import)
        for name in node.names
    }

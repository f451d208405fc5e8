"""The claims of the seeds point to what shows them."""

import ast

import pytest

from repro.catalog.bugs import find
from repro.catalog.claims import CLAIMS, Claim
from tests.support.constants import ROOT


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.place)
def test_what_shows_a_claim_exists(claim: Claim) -> None:
    assert claim.shown_by
    for shown in claim.shown_by:
        if "::" not in shown:
            assert find(shown).id == shown
            continue
        file, _, name = shown.partition("::")
        functions = ast.parse((ROOT / file).read_text()).body
        assert name in {
            function.name for function in functions if isinstance(function, ast.FunctionDef)
        }

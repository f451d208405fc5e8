"""Sequences of pushes into one repository lose nothing of others, except for known bugs."""

from __future__ import annotations

import pytest
from hypothesis import find, given
from hypothesis.errors import NoSuchExample

from tests.support.properties.budget import budget
from tests.support.properties.known import DATASETS, expected
from tests.support.properties.known_pushes import SEQUENCES, unexplained
from tests.support.properties.pushes import Step, broken, sequences

pytestmark = [pytest.mark.search, pytest.mark.usefixtures("hub")]


@given(steps=sequences())
@budget(15, shrink=False)
def test_no_sequence_breaks_a_promise_in_a_way_that_the_catalog_lacks(steps: list[Step]) -> None:
    assert unexplained(list(broken(steps))) == []


@pytest.mark.parametrize("bug", [bug for bug in SEQUENCES if expected(bug)])
def test_search_finds_what_sequences_of_pushes_lose(
    bug: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def shows_it(steps: list[Step]) -> bool:
        return any(map(SEQUENCES[bug], broken(steps)))

    try:
        steps = find(sequences(), shows_it, settings=budget(60, shrink=False))
    except NoSuchExample:
        pytest.fail(f"{bug} was not found on datasets {DATASETS}: is it fixed?")
    with capsys.disabled():
        print(f"\n{bug}: {steps}")

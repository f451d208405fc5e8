"""Embedding a slice is slicing the embedding, and reads no more: what random examples say upstream.

Each bug of the catalog that they run into must be found on the releases that have it, and only
there; apart from these, nothing may be found.
"""

from __future__ import annotations

import pytest
from hypothesis import find, given
from hypothesis.errors import NoSuchExample

from tests.support.properties.budget import budget
from tests.support.properties.known import DATASETS, EMBEDDING, expected, unexplained
from tests.support.properties.schemas import Files
from tests.support.properties.trials import Example, examples, failures

pytestmark = pytest.mark.search


@given(example=examples())
@budget(100)
def test_nothing_is_found_that_the_catalog_lacks(files: Files, example: Example) -> None:
    assert unexplained(example, failures(example, files), EMBEDDING) == []


# Those that should not be there are covered above, where they explain nothing.
@pytest.mark.parametrize("bug", [bug for bug in EMBEDDING if expected(bug)])
def test_search_finds_what_the_catalog_has(
    files: Files, bug: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def shows_it(example: Example) -> bool:
        faults = failures(example, files)
        return any(EMBEDDING[bug](example.features, failure) for failure in faults)

    try:
        smallest = find(examples(), shows_it, settings=budget(1000))
    except NoSuchExample:
        pytest.fail(f"{bug} was not found on datasets {DATASETS}: is it fixed?")
    with capsys.disabled():
        print(f"\n{bug}: {smallest}")
    assert len(smallest.rows) <= 2
    assert len(smallest.features) == 2  # "row", and one more

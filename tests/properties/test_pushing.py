"""Random datasets pushed by upstream come back whole, except for known bugs."""

from __future__ import annotations

import itertools

import pyarrow as pa
import pytest
from datasets import Dataset, load_dataset
from hypothesis import find, given
from hypothesis.errors import NoSuchExample

from tests.support.properties.budget import budget
from tests.support.properties.known import DATASETS, PUSHING, expected, unexplained
from tests.support.properties.schemas import Files, cells, features_in
from tests.support.properties.trials import Example, examples, failures

pytestmark = [
    pytest.mark.search,
    pytest.mark.usefixtures("hub"),
]
UNDECODED = "undecoded-lists-not-embedded"
repositories = map("user/data-{}".format, itertools.count())


def push_and_load(dataset: Dataset) -> pa.Table:
    """Push a dataset and return it as the Hub has it."""
    if len(dataset) == 0:  # no release loads a split without rows
        return dataset.with_format("arrow")[:]
    repo_id = next(repositories)
    dataset.push_to_hub(repo_id, num_shards=min(2, len(dataset)))
    return load_dataset(repo_id, split="train").with_format("arrow")[:]


@given(example=examples())
@budget(15, shrink=False)
def test_no_push_fails_in_a_way_that_the_catalog_lacks(files: Files, example: Example) -> None:
    assert unexplained(example, failures(example, files, push_and_load), PUSHING) == []


@pytest.mark.skipif(not expected(UNDECODED), reason="this release should not have it")
def test_search_finds_undecoded_lists(files: Files) -> None:
    def shows_it(example: Example) -> bool:
        faults = failures(example, files, push_and_load)
        return any(PUSHING[UNDECODED](example.features, failure) for failure in faults)

    try:
        find(examples().filter(is_undecoded), shows_it, settings=budget(40, shrink=False))
    except NoSuchExample:
        pytest.fail(f"{UNDECODED} was not found on datasets {DATASETS}: is it fixed?")


def is_undecoded(example: Example) -> bool:
    """Return whether there are files to embed and no feature is decoded; a push is slow."""
    decoded = any(getattr(feature, "decode", False) for feature in features_in(example.features))
    return not decoded and not all(cell.embedded for cell in cells(example.rows))

"""The bugs of the catalog that random examples run into, and by what they are recognised."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from datasets import Features, Image, LargeList, List, Nifti
from packaging.version import Version

from repro.catalog import bugs as catalog
from repro.installs.installation import environment
from tests.support.properties.schemas import features_in
from tests.support.properties.trials import Example, Failure, Kind

Explains = Callable[[Features, Failure], bool]
"""Whether a bug explains a failure of an example with such features."""

DATASETS = Version(environment()["datasets"])


def _types(feature: Any) -> set[type]:
    return {type(item) for item in features_in(feature)}


def embed_zero_bytes(features: Features, failure: Failure) -> bool:
    """The files of a Nifti column are missing.

    Where they are not even read, only lists of images show that too much would be.
    """
    if failure.kind is Kind.RAISES:
        return False
    types = _types(features[failure.where])
    return (Nifti if failure.kind is Kind.DIFFERS else Image) in types


def sliced_list_embed(features: Features, failure: Failure) -> bool:
    """Too many files of a column of lists are read."""
    return failure.kind is Kind.READS and bool({List, LargeList} & _types(features[failure.where]))


def large_list_nulls_fail(features: Features, failure: Failure) -> bool:
    """A kernel of Arrow is missing."""
    return failure.kind is Kind.RAISES and "replace_with_mask" in failure.detail


def num_proc_over_rows_fails(features: Features, failure: Failure) -> bool:
    """No rows after the last one are an error, in a chain too."""
    return failure.kind is Kind.RAISES and "out of range for dataset of size" in failure.detail


def undecoded_lists_not_embedded(features: Features, failure: Failure) -> bool:
    """The files of a nested column are missing, and none is of a feature that is decoded."""
    decoded = any(getattr(item, "decode", False) for item in features_in(features))
    if failure.kind is not Kind.DIFFERS or decoded:
        return False
    return not hasattr(features[failure.where], "decode")


EMBEDDING: Mapping[str, Explains] = {
    "embed-zero-bytes": embed_zero_bytes,
    "sliced-list-embed": sliced_list_embed,
    "large-list-nulls-fail": large_list_nulls_fail,
    "num-proc-over-rows-fails": num_proc_over_rows_fails,
}
"""The bugs that embedding runs into, by id."""

PUSHING: Mapping[str, Explains] = {
    **EMBEDDING,
    "undecoded-lists-not-embedded": undecoded_lists_not_embedded,
}
"""The bugs that a push runs into, by id."""


def expected(bug_id: str) -> bool:
    """Return whether the installed release should have a bug."""
    return catalog.find(bug_id).expected_on(DATASETS)


def unexplained(
    example: Example, failures: Iterable[Failure], known: Mapping[str, Explains]
) -> list[Failure]:
    """The failures that no bug explains which the installed release should have."""
    explanations = [explains for bug, explains in known.items() if expected(bug)]
    return [
        failure
        for failure in failures
        if not any(explains(example.features, failure) for explains in explanations)
    ]

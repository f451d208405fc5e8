"""The figures of the scripts compared with those that the harness measured."""

from collections.abc import Callable

import pytest

from repro.catalog.bugs import Bug, find
from repro.judge.verdict import Judgement

JudgementOf = Callable[[Bug], Judgement]

pytestmark = [pytest.mark.repro, pytest.mark.timeout(600)]  # they wait for a script


def of(bug_id: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("bug", [find(bug_id)], ids=[bug_id])


@of("sliced-list-embed")
def test_bytes_that_were_reported_as_read_were_read(bug: Bug, judgement_of: JudgementOf) -> None:
    judgement = judgement_of(bug)
    assert judgement.evidence is not None
    if judgement.run.bytes_read is None:
        pytest.skip("this system does not count the bytes that a process reads")
    assert judgement.run.bytes_read > sum(judgement.evidence["bytes_read"].values())


@of("sliced-list-embed")
def test_peak_is_above_the_rise(bug: Bug, judgement_of: JudgementOf) -> None:
    judgement = judgement_of(bug)
    assert judgement.evidence is not None
    assert judgement.run.peak_rss_bytes > judgement.evidence["peak_rss_rise_bytes"]


@of("additions-retain-bytes")
def test_slope_follows_from_the_peaks(bug: Bug, judgement_of: JudgementOf) -> None:
    judgement = judgement_of(bug)
    if judgement.masked_by:
        pytest.skip(f"{judgement.masked_by} masks it on this release")
    evidence = judgement.evidence
    assert evidence is not None
    few, many = evidence["shards"]
    assert evidence["slope_bytes_per_shard"] == {
        mode: (last - first) // (many - few)
        for mode, (first, last) in evidence["peak_rss_rise_bytes"].items()
    }

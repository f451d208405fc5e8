"""The seeds' disproven hypotheses and both of its fixes: what each does and does not change.

Each experiment measures plain upstream beside the idea, so the tests hold on releases that have
the bug and on those that do not; the figures are in the table at the end of the run.
"""

from collections.abc import Callable

import pytest

from repro.catalog.experiments import SHARD_COUNTS
from repro.catalog.headlines import Evidence, mib

EvidenceOf = Callable[[str], Evidence]
Note = Callable[[str, str], None]

pytestmark = [pytest.mark.repro, pytest.mark.timeout(600)]  # it waits for its turn


@pytest.mark.parametrize("idea", ["large_binary", "combine_chunks"])
def test_hypothesis_changes_nothing(idea: str, evidence_of: EvidenceOf, note: Note) -> None:
    row = evidence_of("slice-hypotheses")
    with_it, without = (mib(row[name]["bytes_read"]) for name in (idea, "as_it_is"))
    note(idea, f"{with_it} read to embed a row, {without} without it")
    assert row[idea] == row["as_it_is"]


def test_small_files_are_read_as_large_ones_are(evidence_of: EvidenceOf, note: Note) -> None:
    row = evidence_of("slice-hypotheses")
    small, large = (row[name]["files_read"] for name in ("small_files", "as_it_is"))
    note("small files", f"{small} read to embed a row of {row['files_needed']}; {large} large ones")
    assert small == large


def test_pandas_round_trip_reads_the_row_and_no_more(evidence_of: EvidenceOf, note: Note) -> None:
    row = evidence_of("slice-hypotheses")
    read, plain = (row[name]["files_read"] for name in ("pandas_round_trip", "as_it_is"))
    note("pandas round trip", f"{read} files read to embed a row, {plain} without it")
    assert read == min(plain, row["files_needed"])  # plain is 0 where Nifti cannot embed at all


def test_one_shard_at_a_time_reads_no_less(evidence_of: EvidenceOf, note: Note) -> None:
    uploads = evidence_of("one-shard-at-a-time")
    alone, upstream = uploads["one_at_a_time"], uploads["push_to_hub"]
    read, needed = alone["files_read"][-1], alone["files_needed"][-1]
    few, many = alone["peak_rss_rise_bytes"]
    figure = f"{read} reads of {needed} files, peak RSS +{mib(few)}, +{mib(many)}"
    note("one shard at a time", figure)
    assert alone["files_read"] == upstream["files_read"]


def test_one_shard_at_a_time_takes_a_commit_a_shard(evidence_of: EvidenceOf, note: Note) -> None:
    uploads = evidence_of("one-shard-at-a-time")
    alone, upstream = uploads["one_at_a_time"], uploads["push_to_hub"]
    shards, commits = SHARD_COUNTS[-1], alone["commits"][-1]
    note(f"commits for {shards} shards", f"{commits}, push_to_hub {upstream['commits'][-1]}")
    assert alone["commits"] == list(SHARD_COUNTS)
    assert upstream["commits"] == [1, 1]


def test_both_fixes_read_each_file_once(evidence_of: EvidenceOf, note: Note) -> None:
    uploads = evidence_of("one-shard-at-a-time")
    both, upstream = uploads["both_fixes"], uploads["push_to_hub"]
    few, many = both["peak_rss_rise_bytes"]
    note("both fixes", f"{both['files_read'][-1]} files read, peak RSS +{mib(few)}, +{mib(many)}")
    plain = zip(upstream["files_read"], both["files_needed"], strict=True)
    assert both["files_read"] == [min(pair) for pair in plain]
    assert many - few < 12 * 2**20  # 6 more shards of 2 MiB

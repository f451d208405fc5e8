"""The decisive figures, in the words of the table."""

from typing import Any

import pytest

from repro import catalog

MIB = 2**20
FIGURES: list[tuple[str, dict[str, Any], str]] = [
    (
        "embed-zero-bytes",
        {
            "flat_bytes_embedded": 8 * MIB,
            "sequence_bytes_embedded": 0,
            "bytes_on_disk": 8 * MIB,
        },
        "0.0 MiB embedded of 8.0 MiB on disk",
    ),
    (
        "sliced-list-embed",
        {"bytes_read": {"shard": 64 * MIB}, "bytes_needed": {"shard": 4 * MIB}},
        "64.0 MiB read for a row of 4.0 MiB",
    ),
    (
        "sliced-list-embed",
        {
            "bytes_read": {"shard": 64 * MIB, "push": 1024},
            "bytes_needed": {"shard": 4 * MIB, "push": 64},
        },
        "64.0 MiB read for a row of 4.0 MiB; push reads 16.0 x the files",
    ),
    (
        "shard-count-ignores-nifti",
        {"shards_made": {"limit": 1}, "shards_needed": 8},
        "1 shard of 8 needed",
    ),
    (
        "max-shard-size-overshoot",
        {"max_shard_size_bytes": 100, "largest_shard_bytes": {"nifti": 1600, "small_first": 250}},
        "largest shard: Nifti 16.0 x, Image 2.5 x the limit",
    ),
    (
        "additions-retain-bytes",
        {"slope_bytes_per_shard": {"regular": 9 * MIB, "lfs": 0, "xet": -MIB / 2}},
        "per shard: regular 9.0 MiB, lfs 0.0 MiB, xet -0.5 MiB",
    ),
    (
        "regular-shard-file-deleted",
        {"shards_on_hub": 0, "shards_pushed": 4, "raised": "FileNotFoundError"},
        "0 of 4 shards on the Hub, FileNotFoundError",
    ),
    (
        "regular-shard-file-deleted",
        {"shards_on_hub": 4, "shards_pushed": 4, "raised": None},
        "4 of 4 shards on the Hub",
    ),
    (
        "num-proc-loses-rows",
        {"rows_on_hub": 5, "rows_pushed": 10, "rows_in_card": 10},
        "5 of 10 rows on the Hub, 10 in the card",
    ),
    (
        "commit-conflict-not-retried",
        {
            "409": {"commits_sent": 1, "raised": "HfHubHTTPError"},
            "503": {"commits_sent": 2, "raised": None},
        },
        "commits sent: 409 1 (lost), 503 2",
    ),
    (
        "temp-files-left",
        {"files_left": 4, "shards_pushed": 4},
        "4 files left of 4 shards",
    ),
    (
        "absolute-path-leak",
        {"leaks": {"push_to_hub": True, "to_parquet": False, "not_embedded": True}},
        "leaks: push_to_hub, not_embedded",
    ),
    ("absolute-path-leak", {"leaks": {"push_to_hub": False}}, "leaks: none"),
]


@pytest.mark.parametrize(("bug_id", "evidence", "figure"), FIGURES)
def test_evidence_is_told_in_a_few_words(
    bug_id: str, evidence: dict[str, Any], figure: str
) -> None:
    assert catalog.find(bug_id).figure(evidence) == figure

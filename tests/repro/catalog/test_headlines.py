"""The decisive figures, in the words of the table."""

from typing import Any

import pytest
from jinja2 import UndefinedError

from repro.catalog import bugs as catalog
from repro.catalog.bugs import BUGS, Bug
from repro.catalog.headlines import render
from repro.results import store
from repro.results.document import find
from tests.support.constants import MIB

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
    (
        "cells-over-2gib-fail",
        {
            "file_bytes": [1025 * MIB, 1025 * MIB],
            "shards_on_hub": 0,
            "raised": "TypeError: Expected Array",
        },
        "2050.0 MiB pushed, shards on the Hub: 0, TypeError",
    ),
    (
        "cells-over-2gib-fail",
        {"file_bytes": [1025 * MIB, 1025 * MIB], "shards_on_hub": 1, "raised": None},
        "2050.0 MiB pushed, shards on the Hub: 1",
    ),
    (
        "nifti2-embedded-unreadable",
        {
            "voxels_on_disk": 64,
            "voxels_decoded": {"Nifti2Image": {"from_file": 64, "embedded": "HeaderDataError: no"}},
        },
        "decodes from_file; not embedded",
    ),
    (
        "nifti2-embedded-unreadable",
        {
            "voxels_on_disk": 64,
            "voxels_decoded": {"Nifti2Image": {"from_file": 64, "embedded": 64}},
        },
        "decodes from_file, embedded",
    ),
    (
        "pair-image-no-data",
        {"bytes_embedded": {".hdr": 348, ".img": 8192}, "bytes_on_disk": 8540},
        "348 bytes of .hdr or 8192 bytes of .img embedded of 8540",
    ),
    (
        "edited-image-uploads-original",
        {
            "voxel_mm_in_memory": 2.0,
            "voxel_mm_in_dataset": {"alone": 2.0, "below_a_path": 1.0, "new": "ValueError: none"},
        },
        "2 mm in memory; in the dataset: below_a_path 1 mm, new lost",
    ),
    (
        "edited-image-uploads-original",
        {"voxel_mm_in_memory": 2.0, "voxel_mm_in_dataset": {"alone": 2.0}},
        "2 mm in memory; in the dataset: the same",
    ),
    (
        "gz-cells-inflated-by-map",
        {"bytes_on_disk": 100, "bytes_of_cell": {"as_is": 100, "map": 260, "stream": None}},
        "cells of 2.6 x the file: map",
    ),
    (
        "gz-cells-inflated-by-map",
        {"bytes_on_disk": 100, "bytes_of_cell": {"as_is": 100, "map": 101}},
        "cells of 1.0 x the file",
    ),
    (
        "cell-without-bytes-and-path-fails",
        {"rows_pushed": 2, "rows_on_hub": {"Nifti": 0, "Image": 2}},
        "rows on the Hub of 2: Nifti 0, Image 2",
    ),
    (
        "undecoded-lists-not-embedded",
        {"bytes_embedded": {"Image_flat": 9, "Image_list": 0}, "paths_leaked": ["Image_list"]},
        "nothing embedded in: Image_list; absolute paths uploaded: 1",
    ),
    (
        "undecoded-lists-not-embedded",
        {"bytes_embedded": {"Image_flat": 9, "Image_list": 9}, "paths_leaked": []},
        "nothing embedded in: none; absolute paths uploaded: 0",
    ),
    (
        "half-a-dataset-visible",
        {"rows_pushed": 60, "rows_read": [50, 60]},
        "50, then 60 rows to read of 60",
    ),
    (
        "num-proc-over-rows-fails",
        {"splits_on_hub": 1, "splits_pushed": 2, "raised": {"num_proc_3": "Index 2"}},
        "1 of 2 splits on the Hub, IndexError: num_proc_3",
    ),
    (
        "num-proc-over-rows-fails",
        {"splits_on_hub": 2, "splits_pushed": 2, "raised": {}},
        "2 of 2 splits on the Hub",
    ),
    (
        "large-list-nulls-fail",
        {"raised": {"LargeList": "no kernel"}},
        "not pushed with a null: LargeList",
    ),
    ("large-list-nulls-fail", {"raised": {}}, "not pushed with a null: none"),
    (
        "bucket-folder-keeps-old-shards",
        {
            "pushed_to": "bucket",
            "shards_replaced": 3,
            "old_shards_kept": 2,
            "shards_at_root_pushed": 4,
            "shards_at_root_deleted": 1,
        },
        "2 of 3 old shards kept, 1 of 4 of another dataset deleted, in a bucket",
    ),
    (
        "colon-path-cut",
        {"uploaded": {"Nifti_beside": "another file", "Nifti_alone": "FileNotFoundError"}},
        "Nifti_beside: another file, Nifti_alone: FileNotFoundError",
    ),
    (
        "card-keeps-old-features",
        {
            "columns_loaded": None,
            "raised": "DatasetGenerationError",
            "label_pushed": "patient",
            "label_loaded": "control",
        },
        "DatasetGenerationError; patient is loaded as control",
    ),
    (
        "card-keeps-old-features",
        {
            "columns_loaded": ["subject", "years"],
            "raised": None,
            "label_pushed": "patient",
            "label_loaded": "patient",
        },
        "columns subject, years; patient is loaded as patient",
    ),
    (
        "stream-with-empty-shard-fails",
        {
            "rows_left_of_shards": {"no_shard_empty": [1, 2], "one_shard_empty": [2, 0]},
            "raised": {"one_shard_empty": "Must pass at least one table"},
        },
        "pushed: 1+2 rows; not pushed: 2+0 rows",
    ),
]


def test_unknown_key_is_an_error() -> None:
    with pytest.raises(UndefinedError, match="rows_lost"):
        render("{{ rows_lost }} rows lost", {"rows": 7})


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.id)
def test_headline_fits_the_evidence_of_every_release(bug: Bug) -> None:
    for document in store.read(store.MEASURED):
        if (entry := find(document, bug)) and entry.evidence is not None:
            assert bug.figure(entry.evidence) == entry.figure


@pytest.mark.parametrize(("bug_id", "evidence", "figure"), FIGURES)
def test_evidence_is_put_in_a_few_words(bug_id: str, evidence: dict[str, Any], figure: str) -> None:
    assert catalog.find(bug_id).figure(evidence) == figure

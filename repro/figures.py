"""The decisive figure of each bug's evidence, in a few words."""

from collections.abc import Mapping
from typing import Any

Evidence = Mapping[str, Any]
"""The JSON object that a bug script prints last: figures, with their units in the keys."""


def mib(count: float) -> str:
    """A number of bytes in MiB, as in `16.0 MiB`."""
    return f"{count / 2**20:.1f} MiB"


def embed_zero_bytes(evidence: Evidence) -> str:
    """Bytes embedded, of the bytes on disk."""
    embedded = min(evidence["flat_bytes_embedded"], evidence["sequence_bytes_embedded"])
    return f"{mib(embedded)} embedded of {mib(evidence['bytes_on_disk'])} on disk"


def sliced_list_embed(evidence: Evidence) -> str:
    """Bytes read to embed one row, and by a push, against the need."""
    read, needed = evidence["bytes_read"], evidence["bytes_needed"]
    figure = f"{mib(read['shard'])} read for a row of {mib(needed['shard'])}"
    if "push" in read:
        figure += f"; push reads {read['push'] / needed['push']:.1f} x the files"
    return figure


def shard_count_ignores_nifti(evidence: Evidence) -> str:
    """Shards made, of those that the size asks for."""
    return f"{evidence['shards_made']['limit']} shard of {evidence['shards_needed']} needed"


def max_shard_size_overshoot(evidence: Evidence) -> str:
    """The largest shard over the requested size, for Nifti and for Image."""
    limit, largest = evidence["max_shard_size_bytes"], evidence["largest_shard_bytes"]
    nifti, image = (largest[case] / limit for case in ("nifti", "small_first"))
    return f"largest shard: Nifti {nifti:.1f} x, Image {image:.1f} x the limit"


def additions_retain_bytes(evidence: Evidence) -> str:
    """Growth of the peak RSS with each shard, in each upload mode."""
    slopes = evidence["slope_bytes_per_shard"]
    return "per shard: " + ", ".join(f"{mode} {mib(slope)}" for mode, slope in slopes.items())


def regular_shard_file_deleted(evidence: Evidence) -> str:
    """Shards on the Hub, of the shards pushed, and what was raised."""
    figure = f"{evidence['shards_on_hub']} of {evidence['shards_pushed']} shards on the Hub"
    return figure + (f", {evidence['raised']}" if evidence["raised"] else "")


def num_proc_loses_rows(evidence: Evidence) -> str:
    """Rows on the Hub, of the rows pushed, and what the dataset card claims."""
    on_hub, pushed = evidence["rows_on_hub"], evidence["rows_pushed"]
    return f"{on_hub} of {pushed} rows on the Hub, {evidence['rows_in_card']} in the card"


def commit_conflict_not_retried(evidence: Evidence) -> str:
    """How many commits were sent before each status ended the push."""
    return "commits sent: " + ", ".join(
        f"{status} {push['commits_sent']}{' (lost)' if push['raised'] else ''}"
        for status, push in evidence.items()
    )


def temp_files_left(evidence: Evidence) -> str:
    """Temporary files left, of the shards pushed."""
    return f"{evidence['files_left']} files left of {evidence['shards_pushed']} shards"


def absolute_path_leak(evidence: Evidence) -> str:
    """Which ways of writing Parquet leak the path."""
    leaks = [case for case, leaked in evidence["leaks"].items() if leaked]
    return f"leaks: {', '.join(leaks) or 'none'}"

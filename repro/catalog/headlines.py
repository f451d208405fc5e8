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
    """The largest shard over the requested size, for Nifti where there is that, and for Image."""
    limit, largest = evidence["max_shard_size_bytes"], evidence["largest_shard_bytes"]
    cases = {"Nifti": "nifti", "Image": "small_first"}
    over = (f"{n} {largest[case] / limit:.1f} x" for n, case in cases.items() if case in largest)
    return f"largest shard: {', '.join(over)} the limit"


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


def cells_over_2gib_fail(evidence: Evidence) -> str:
    """Bytes pushed, the shards on the Hub, and what was raised."""
    pushed, shards = mib(sum(evidence["file_bytes"])), evidence["shards_on_hub"]
    raised = evidence["raised"]
    figure = f"{pushed} pushed, shards on the Hub: {shards}"
    return figure + (f", {raised.partition(':')[0]}" if raised else "")


def nifti2_embedded_unreadable(evidence: Evidence) -> str:
    """From what a NIfTI-2 image decodes, and from what not."""
    decoded = evidence["voxels_decoded"]["Nifti2Image"]
    good = [case for case, voxels in decoded.items() if voxels == evidence["voxels_on_disk"]]
    bad = [case for case in decoded if case not in good]
    return f"decodes {', '.join(good)}" + (f"; not {', '.join(bad)}" if bad else "")


def pair_image_no_data(evidence: Evidence) -> str:
    """Bytes embedded for each of the two names, of the bytes of both files."""
    embedded = evidence["bytes_embedded"].items()
    figure = " or ".join(f"{size} bytes of {suffix}" for suffix, size in embedded)
    return f"{figure} embedded of {evidence['bytes_on_disk']}"


def edited_image_uploads_original(evidence: Evidence) -> str:
    """Voxel size in memory, and what becomes of it where the image is given how."""
    edited = evidence["voxel_mm_in_memory"]
    wrong = [
        f"{case} {'lost' if isinstance(size, str) else f'{size:g} mm'}"
        for case, size in evidence["voxel_mm_in_dataset"].items()
        if size != edited
    ]
    return f"{edited:g} mm in memory; in the dataset: {', '.join(wrong) or 'the same'}"


def gz_cells_inflated_by_map(evidence: Evidence) -> str:
    """The largest cell over its file, and what makes cells larger than their files."""
    on_disk, cells = evidence["bytes_on_disk"], evidence["bytes_of_cell"]
    ratio = max(size or 0 for size in cells.values()) / on_disk
    inflated = [case for case, size in cells.items() if (size or 0) > 1.1 * on_disk]
    figure = f"cells of {ratio:.1f} x the file"
    return figure + (f": {', '.join(inflated)}" if inflated else "")


def cell_without_bytes_and_path_fails(evidence: Evidence) -> str:
    """Rows on the Hub, of the rows pushed, with each feature."""
    on_hub = ", ".join(f"{feature} {rows}" for feature, rows in evidence["rows_on_hub"].items())
    return f"rows on the Hub of {evidence['rows_pushed']}: {on_hub}"


def undecoded_lists_not_embedded(evidence: Evidence) -> str:
    """What has nothing embedded, and how many absolute paths were uploaded."""
    empty = [case for case, size in evidence["bytes_embedded"].items() if size == 0]
    leaked = len(evidence["paths_leaked"])
    return f"nothing embedded in: {', '.join(empty) or 'none'}; absolute paths uploaded: {leaked}"


def half_a_dataset_visible(evidence: Evidence) -> str:
    """Rows that a reader gets between the commits and at the end, of the rows pushed."""
    rows = ", then ".join(map(str, evidence["rows_read"]))
    return f"{rows} rows to read of {evidence['rows_pushed']}"


def num_proc_over_rows_fails(evidence: Evidence) -> str:
    """Splits on the Hub, of the splits pushed, and what raised."""
    figure = f"{evidence['splits_on_hub']} of {evidence['splits_pushed']} splits on the Hub"
    raised = ", ".join(evidence["raised"])
    return figure + (f", IndexError: {raised}" if raised else "")


def large_list_nulls_fail(evidence: Evidence) -> str:
    """Which kind of list with a null was not pushed."""
    return f"not pushed with a null: {', '.join(evidence['raised']) or 'none'}"


def bucket_folder_keeps_old_shards(evidence: Evidence) -> str:
    """Old shards left in the folder, and shards of the other dataset deleted."""
    if not evidence["pushed_to_bucket"]:
        return "cannot push to buckets"
    kept = f"{evidence['old_shards_kept']} of {evidence['shards_replaced']} old shards kept"
    deleted, there = evidence["shards_at_root_deleted"], evidence["shards_at_root_pushed"]
    return f"{kept}, {deleted} of {there} of another dataset deleted"


def colon_path_cut(evidence: Evidence) -> str:
    """What was uploaded in the place of each file."""
    return ", ".join(f"{case}: {what}" for case, what in evidence["uploaded"].items())


def card_keeps_old_features(evidence: Evidence) -> str:
    """What became of renamed columns, and of a label."""
    columns = evidence["raised"] or f"columns {', '.join(evidence['columns_loaded'])}"
    return f"{columns}; {evidence['label_pushed']} is loaded as {evidence['label_loaded']}"


def stream_with_empty_shard_fails(evidence: Evidence) -> str:
    """Rows left in the shards of each stream, and whether it was pushed."""
    return "; ".join(
        f"{'not ' * (case in evidence['raised'])}pushed: {'+'.join(map(str, left))} rows"
        for case, left in evidence["rows_left_of_shards"].items()
    )

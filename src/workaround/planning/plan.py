"""The plan of an upload: the rows of each shard and row group, by true sizes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from datasets import Dataset, DatasetDict
from tabulate import tabulate

from workaround.hub.shard_names import shard_path
from workaround.planning.packing import (
    ROW_GROUP_BYTES,
    bounds,
    cut_evenly,
    cut_like_upstream,
    pack_shards,
    split_groups,
)
from workaround.preflight.check import problems_of, require_sound, surveys
from workaround.preflight.options import PlanOptions
from workaround.preflight.source import (
    Source,
    shard_counts,
    source_of,
)
from workaround.preflight.survey import Survey


@dataclass(frozen=True)
class Shard:
    """A file to upload.

    Attributes:
        path: Path in the repository.
        start: First row in the split.
        stop: Row behind the last.
        groups: End of each row group, the row behind its last.
        nbytes: Bytes of all rows with their files embedded.
    """

    path: str
    start: int
    stop: int
    groups: tuple[int, ...]
    nbytes: int

    def row_groups(self) -> Iterator[tuple[int, int]]:
        """Yield the start and the end of each row group."""
        start = self.start
        for stop in self.groups:
            yield start, stop
            start = stop


@dataclass(frozen=True)
class SplitPlan:
    """The plan of a split.

    Attributes:
        name: Name of the split.
        rows: Number of rows.
        files: Number of files to embed.
        file_bytes: Bytes of these files.
        num_bytes: Bytes of the split once loaded, for the card.
        shards: Shards in the order of their rows.
    """

    name: str
    rows: int
    files: int
    file_bytes: int
    num_bytes: int
    shards: tuple[Shard, ...]


@dataclass(frozen=True)
class Plan:
    """The plan of an upload: one for each split."""

    splits: tuple[SplitPlan, ...]

    def __str__(self) -> str:
        """Return a table with a line for each split."""
        lines = [
            {
                "split": split.name,
                "rows": split.rows,
                "files": split.files,
                "of": format_bytes(split.file_bytes),
                "shards": len(split.shards),
                "smallest": format_bytes(min(shard.nbytes for shard in split.shards)),
                "largest": format_bytes(max(shard.nbytes for shard in split.shards)),
                "row groups": sum(len(shard.groups) for shard in split.shards),
            }
            for split in self.splits
        ]
        return tabulate(lines, headers="keys", colglobalalign="right", colalign=("left",))


def plan(
    dataset: Dataset | DatasetDict,
    *,
    config_name: str = "default",
    split: str | None = None,
    data_dir: str | None = None,
    max_shard_size: int | str | None = None,
    num_shards: int | Mapping[str, int | None] | None = None,
    num_proc: int | None = None,
    embed_external_files: bool = True,
    token: str | None = None,
) -> Plan:
    """Return the shards that `push_to_hub` with the same arguments would upload.

    Looks up the size of every file, and opens none.

    Raises:
        ArgumentError: Invalid or conflicting arguments.
        CheckError: A file is missing, empty or too large.
    """
    options = PlanOptions(
        config_name=config_name,
        split=split,
        data_dir=data_dir,
        max_shard_size=max_shard_size,
        num_shards=num_shards,
        num_proc=num_proc,
        embed_external_files=embed_external_files,
        token=token,
    )
    source = source_of(dataset, split, embed=embed_external_files, token=token)
    shard_counts(source, num_shards, max_shard_size)
    surveyed = surveys(source, level="sizes")
    require_sound(problems_of(surveyed), strict=False)
    return plan_splits(source, surveyed, options)


def plan_splits(source: Source, surveyed: Mapping[str, Survey], options: PlanOptions) -> Plan:
    """Plan all splits.

    Args:
        source: The dataset.
        surveyed: The survey of each split.
        options: The arguments of the call.

    Raises:
        ArgumentError: Invalid or conflicting arguments.
    """
    counts = shard_counts(source, options.num_shards, options.max_shard_size)
    return Plan(
        tuple(
            plan_split(name, rows, surveyed[name], options, counts[name])
            for name, rows in source.splits.items()
        )
    )


def plan_split(
    name: str, dataset: Dataset, surveyed: Survey, options: PlanOptions, num_shards: int | None
) -> SplitPlan:
    """Plan one split.

    Without files to embed, shards and row groups are those of upstream, so that the uploads are the
    same. With files, no shard file is larger than the limit, unless one row is.

    Args:
        name: Name of the split.
        dataset: Rows of the split.
        surveyed: Sizes of the rows.
        options: Folder and limit of the shards, and the number of processes: where the size
            decides, there are no fewer shards than processes, if there are as many rows.
        num_shards: Exact number of shards, cut by rows as `Dataset.shard` does; None to cut by
            size.
    """
    rows, sizes = len(dataset), surveyed.row_bytes
    data_dir, limit, num_proc = options.folder, options.limit, options.workers
    if surveyed.files:
        num_bytes = int(sizes.sum())
        if num_shards:
            stops = cut_evenly(rows, num_shards)
        else:
            stops = pack_shards(surveyed, dataset.features, limit, num_proc)
        groups = [split_groups(sizes, start, stop) for start, stop in bounds(stops)]
    else:
        # As in the card of upstream, which divides by zero without rows before 5.2.0.
        num_bytes = dataset._estimate_nbytes() if rows else 0
        stops = cut_like_upstream(
            rows, num_shards or max(num_bytes // limit + 1, num_proc), num_proc
        )
        step = max(1, rows * ROW_GROUP_BYTES // num_bytes) if num_bytes > 0 else 1
        groups = [(*range(start + step, stop, step), stop) for start, stop in bounds(stops)]
    shards = tuple(
        Shard(
            shard_path(data_dir, name, index, len(stops)),
            start,
            stop,
            ends if stop > start else (),
            int(sizes[start:stop].sum()),
        )
        for index, ((start, stop), ends) in enumerate(zip(bounds(stops), groups, strict=True))
    )
    return SplitPlan(name, rows, surveyed.files, surveyed.file_bytes, num_bytes, shards)


def format_bytes(nbytes: float) -> str:
    """Return a size in units that people read, powers of 1000 as in `max_shard_size`."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if nbytes < 1000:
            return f"{nbytes:.0f} bytes" if unit == "bytes" else f"{nbytes:.1f} {unit}"
        nbytes /= 1000
    return f"{nbytes:.1f} TB"

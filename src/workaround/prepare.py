"""What is known of an upload before the Hub is asked anything: it is sound, and how it goes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from datasets import Dataset, DatasetDict

from workaround.errors import ArgumentError
from workaround.hub.card import Target
from workaround.planning.hub_limits import limit_problems
from workaround.planning.plan import Plan, plan_splits
from workaround.preflight.check import problems_of, require_sound, surveys
from workaround.preflight.source import (
    Source,
    data_folder,
    processes,
    shard_counts,
    shard_limit,
    source_of,
)


@dataclass(frozen=True)
class Prepared:
    """A dataset that was checked and planned.

    Attributes:
        source: Its splits and files.
        plan: How they are cut into shards.
        target: What they replace in the repository.
        strict: Refuse what could be tolerated too.
    """

    source: Source
    plan: Plan
    target: Target
    strict: bool


def prepare(
    dataset: Dataset | DatasetDict,
    repo_id: str,
    config_name: str = "default",
    *,
    set_default: bool | None = None,
    split: str | None = None,
    data_dir: str | None = None,
    token: str | None = None,
    max_shard_size: int | str | None = None,
    num_shards: int | Mapping[str, int | None] | None = None,
    num_proc: int | None = None,
    embed_external_files: bool = True,
    strict: bool = True,
) -> Prepared:
    """Check and plan an upload; the arguments are those of `push_to_hub`.

    Raises:
        ArgumentError: Invalid or conflicting arguments.
        CheckError: The data is not fit to be uploaded; names row, column and file of each problem.
    """
    if repo_id.startswith("buckets/"):
        raise ArgumentError("Storage buckets are not supported: upload to a dataset repository")
    source = source_of(dataset, split, embed=embed_external_files, token=token)
    folder = data_folder(config_name, data_dir)
    counts = shard_counts(source, num_shards, max_shard_size)
    limit, workers = shard_limit(max_shard_size), processes(num_proc)
    target = Target(config_name, folder, set_default, source.whole_config)
    found = surveys(source, inside=True)
    plan = plan_splits(source, found, counts, data_dir=folder, limit=limit, num_proc=workers)
    require_sound([*problems_of(found), *limit_problems(plan)], strict=strict)
    return Prepared(source, plan, target, strict)

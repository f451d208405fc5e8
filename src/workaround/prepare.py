"""Preflight: validate arguments and data, and plan the shards, without network."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from datasets import Dataset, DatasetDict

from workaround.arrow.file_cells import FileLeaf
from workaround.arrow.skeleton import CheckedFiles
from workaround.hub.card import ConfigTarget
from workaround.planning.hub_limits import limit_problems
from workaround.planning.plan import Plan, SplitPlan, format_bytes, plan_splits
from workaround.preflight.check import problems_of, require_sound, surveys
from workaround.preflight.options import PushOptions
from workaround.preflight.source import Source, source_of
from workaround.upload.commit import SplitBase
from workaround.upload.shard import ShardJob

log = logging.getLogger("workaround")


@dataclass(frozen=True)
class PreparedPush:
    """A dataset that was checked and planned.

    Attributes:
        source: Its splits and files.
        plan: How they are cut into shards.
        target: The config that they belong to.
        options: Of the push.
        checked: Facts of the check about the files of each split, by leaf.
        bases: Splits that the push appends to; the others are replaced.
    """

    source: Source
    plan: Plan
    target: ConfigTarget
    options: PushOptions
    checked: Mapping[str, Mapping[FileLeaf, CheckedFiles]]
    bases: Mapping[str, SplitBase] = field(default_factory=dict)

    def jobs(self, split: SplitPlan) -> Iterator[ShardJob]:
        """Yield the shards of a split to write."""
        source, facts = self.source, self.checked[split.name]
        rows = source.splits[split.name]
        for shard in split.shards:
            start, stop = shard.start, shard.stop
            part = rows
            if stop - start < len(rows):
                # select() of an empty range behind the last row is an IndexError in 5.2.0.
                part = rows.select(range(start, stop) if stop > start else [])
            checked = {leaf: cells.of_rows(start, stop) for leaf, cells in facts.items()}
            fill = split.files > 0
            yield ShardJob(split.name, shard, part, source.files, fill, source.embed, checked)


def prepare(dataset: Dataset | DatasetDict, options: PushOptions) -> PreparedPush:
    """Check a dataset and plan its shards.

    Args:
        dataset: A `Dataset`, or a `DatasetDict` for all splits of a config at once.
        options: Of the push.

    Raises:
        ArgumentError: Invalid or conflicting arguments.
        CheckError: The data cannot be uploaded; names row, column and file of each problem.
    """
    source = source_of(
        dataset, options.split, embed=options.embed_external_files, token=options.token
    )
    whole = source.whole_config and not options.append
    target = ConfigTarget(
        options.config_name, options.folder, options.set_default, whole, options.card
    )
    surveyed = surveys(source, level="headers")
    plan = plan_splits(source, surveyed, options)
    require_sound(
        [*problems_of(surveyed), *limit_problems(plan)],
        strict=options.strict,
        deidentified=options.require_deidentified,
    )
    for split in plan.splits:
        log.info(
            "Checked %s: %d rows with %d files of %s, for %d shards",
            split.name,
            split.rows,
            split.files,
            format_bytes(split.file_bytes),
            len(split.shards),
        )
    checked = {name: survey.checked for name, survey in surveyed.items()}
    return PreparedPush(source, plan, target, options, checked)

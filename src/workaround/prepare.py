"""Preflight: validate arguments and data, and plan the shards, without network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from datasets import Dataset, DatasetDict

from workaround.arrow.file_cells import FileLeaf
from workaround.arrow.skeleton import CheckedFiles
from workaround.hub.card import ConfigTarget
from workaround.planning.hub_limits import limit_problems
from workaround.planning.plan import Plan, plan_splits
from workaround.preflight.check import problems_of, require_sound, surveys
from workaround.preflight.options import PushOptions
from workaround.preflight.source import Source, source_of


@dataclass(frozen=True)
class PreparedPush:
    """A dataset that was checked and planned.

    Attributes:
        source: Its splits and files.
        plan: How they are cut into shards.
        target: The config that they belong to.
        options: Of the push.
        checked: Facts of the check about the files of each split, by leaf.
    """

    source: Source
    plan: Plan
    target: ConfigTarget
    options: PushOptions
    checked: Mapping[str, Mapping[FileLeaf, CheckedFiles]]


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
    whole = source.whole_config
    target = ConfigTarget(options.config_name, options.folder, options.set_default, whole)
    surveyed = surveys(source, level="headers")
    plan = plan_splits(source, surveyed, options)
    require_sound([*problems_of(surveyed), *limit_problems(plan)], strict=options.strict)
    checked = {name: survey.checked for name, survey in surveyed.items()}
    return PreparedPush(source, plan, target, options, checked)

"""The check: everything that is wrong with the data, before any byte of it goes out."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import replace

from datasets import Dataset, DatasetDict

from workaround.errors import ArgumentError, CheckError, Problem
from workaround.preflight.inspect import CheckLevel
from workaround.preflight.source import Source, source_of
from workaround.preflight.survey import Survey, survey

log = logging.getLogger("workaround")


def check(
    dataset: Dataset | DatasetDict,
    *,
    split: str | None = None,
    embed_external_files: bool = True,
    token: str | None = None,
    level: CheckLevel = "headers",
) -> list[Problem]:
    """Find everything that is wrong with the files of a dataset.

    Headers of NIfTI files are read, and compared with the sizes of local files. Of other files
    existence and size are looked up.

    Args:
        dataset: A `Dataset`, or a `DatasetDict`.
        split: Name of the split; the dataset's own, or "train".
        embed_external_files: As for `push_to_hub`: without, no file is looked at.
        token: To read private ``hf://`` files with.
        level: "headers", or "full" to decompress every ``.nii.gz`` and read every member of an
            archive: this finds wrong checksums, and takes as long as reading all files.

    Returns:
        All problems, split by split, sorted by row, column and path.

    Raises:
        ArgumentError: It is no such dataset, or no such level.
        UnreachableError: A server of files does not answer, for minutes.
    """
    if level not in {"headers", "full"}:
        raise ArgumentError(f"level is 'headers' or 'full', not {level!r}")
    source = source_of(dataset, split, embed=embed_external_files, token=token)
    return problems_of(surveys(source, level=level))


def surveys(source: Source, *, level: CheckLevel) -> dict[str, Survey]:
    """Survey all splits.

    Args:
        source: What is uploaded.
        level: How much of each file to read.
    """
    return {
        name: survey(rows, source.files, embed=source.embed, level=level)
        for name, rows in source.splits.items()
    }


def problems_of(found: Mapping[str, Survey]) -> list[Problem]:
    """The problems of all splits, which are named if there are several."""
    return [
        replace(problem, split=name) if len(found) > 1 else problem
        for name, each in found.items()
        for problem in each.problems
    ]


def require_sound(problems: Iterable[Problem], *, strict: bool) -> None:
    """Refuse data with problems.

    Args:
        problems: All of them.
        strict: Refuse those that may be meant so too; otherwise they are logged as warnings.

    Raises:
        CheckError: There are problems to refuse.
    """
    problems = list(problems)
    refused = [problem for problem in problems if strict or not problem.tolerable]
    if refused:
        raise CheckError(refused)
    for problem in problems:
        log.warning("%s", problem)

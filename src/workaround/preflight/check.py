"""Check a dataset before any byte of it is sent."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import replace

from datasets import Dataset, DatasetDict

from workaround.errors import ArgumentError, CheckError, Problem, folded
from workaround.preflight.inspect import CheckLevel
from workaround.preflight.source import Source, source_of
from workaround.preflight.survey import Survey, survey

LOGGED = 20
"""Number of problems that are logged one by one."""

log = logging.getLogger("workaround")


def check(
    dataset: Dataset | DatasetDict,
    *,
    split: str | None = None,
    embed_external_files: bool = True,
    token: str | None = None,
    level: CheckLevel = "headers",
) -> list[Problem]:
    """List all problems of a dataset and its files.

    Headers of NIfTI files are read, and compared with the sizes of local files. Of other files
    existence and size are looked up.

    Args:
        dataset: A `Dataset`, or a `DatasetDict`.
        split: Name of the split; the dataset's own, or "train".
        embed_external_files: As for `push_to_hub`: if False, no file is looked up.
        token: To read private ``hf://`` files with.
        level: "headers", or "full" to decompress every ``.nii.gz`` and read every member of an
            archive: this finds wrong checksums, and takes as long as reading all files.

    Returns:
        All problems, split by split, sorted by row, column and path.

    Raises:
        ArgumentError: The dataset is not one that can be uploaded.
        UnreachableError: A server of files did not answer for minutes.
    """
    if level not in {"headers", "full"}:
        raise ArgumentError(f"level is 'headers' or 'full', not {level!r}")
    source = source_of(dataset, split, embed=embed_external_files, token=token)
    return problems_of(surveys(source, level=level))


def surveys(source: Source, *, level: CheckLevel) -> dict[str, Survey]:
    """Survey all splits.

    Args:
        source: The dataset.
        level: How much of each file to read.
    """
    return {
        name: survey(rows, source.files, embed=source.embed, level=level)
        for name, rows in source.splits.items()
    }


def problems_of(surveyed: Mapping[str, Survey]) -> list[Problem]:
    """Return the problems of all splits, with the name of the split if there are several."""
    return [
        replace(problem, split=name) if len(surveyed) > 1 else problem
        for name, result in surveyed.items()
        for problem in result.problems
    ]


def require_sound(problems: Iterable[Problem], *, strict: bool, deidentified: bool = False) -> None:
    """Refuse data with problems, and log those that are not refused.

    Args:
        problems: All problems.
        strict: Refuse omissions too.
        deidentified: Refuse what may identify someone too.

    Raises:
        CheckError: Some problems are refused.
    """
    refused, logged = partition(problems, strict=strict, deidentified=deidentified)
    lines = severity_lines(logged)
    for line in lines[:LOGGED]:
        log.warning("%s", line)
    if len(lines) > LOGGED:
        log.warning("... and %d more: workaround.check lists them all", len(lines) - LOGGED)
    if refused:
        raise CheckError(refused)


def severity_lines(problems: Iterable[Problem]) -> list[str]:
    """Return lines that begin with the severity, equal ones of several files as one."""
    problems = list(problems)
    return [
        f"{severity}: {line}"
        for severity in dict.fromkeys(problem.severity for problem in problems)
        for line in folded(problem for problem in problems if problem.severity == severity)
    ]


def partition(
    problems: Iterable[Problem], *, strict: bool, deidentified: bool = False
) -> tuple[list[Problem], list[Problem]]:
    """Return the problems that are refused, and those that are only logged.

    Args:
        problems: All problems.
        strict: Refuse omissions too.
        deidentified: Refuse what may identify someone too, as errors.
    """
    refusals = {"error", "omission"} if strict else {"error"}
    refused: list[Problem] = []
    logged: list[Problem] = []
    for problem in problems:
        if deidentified and problem.identifying:
            refused.append(replace(problem, severity="error"))
            continue
        (refused if problem.severity in refusals else logged).append(problem)
    return refused, logged

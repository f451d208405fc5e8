"""Datasets of one column of files, and their problems."""

from __future__ import annotations

from typing import Any

from datasets import Dataset, Features, Nifti

from workaround.preflight.check import check

NIFTI = Nifti(decode=False)


def scans(cells: list[Any], feature: Any = NIFTI) -> Dataset:
    return Dataset.from_dict({"scan": cells}, features=Features({"scan": feature}))


def reasons(dataset: Dataset) -> list[str]:
    return [problem.reason for problem in check(dataset)]

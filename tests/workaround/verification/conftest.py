"""Fixtures of the tests of verification."""

from __future__ import annotations

import math
import random
from pathlib import Path

import pytest
from datasets import Dataset

from mockhub.server.process import Hub
from tests.support.workaround.nested import shard_of
from tests.support.workaround.stored import (
    KINDS,
    PATHS,
    ROWS,
    halves,
    upload,
)


@pytest.fixture
def repo_id(hub: Hub) -> str:
    return f"{hub.user}/data"


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    """Rows of files of different sizes, some of the same; one row has none."""
    sizes = [3000, 3001, 3002, 3003, 3002, 3001]
    paths = []
    for number, size in enumerate(sizes):
        path = tmp_path / f"sub-{number}.nii.gz"
        path.write_bytes(random.Random(number).randbytes(size))
        paths.append(str(path))
    return Dataset.from_dict(
        {
            "subject": [f"sub-{number}" for number in range(ROWS)],
            "age": [20.5, math.nan, None, 40.0, 50.0, math.nan],
            "t1w": [*paths[:2], None, *paths[3:]],
            "bold": [[path] * (number % 3) for number, path in enumerate(paths)],
        },
        features=KINDS,
    )


@pytest.fixture
def pushed(repo_id: str, dataset: Dataset) -> str:
    """A repository with the dataset in two shards."""
    upload(repo_id, dict(zip(PATHS, map(shard_of, halves(dataset)), strict=True)))
    return repo_id

"""Limits of the Hub: what exceeds them is refused before anything is sent."""

from __future__ import annotations

import pytest

from workaround.planning.hub_limits import (
    FILE_BYTES,
    FOLDER_FILES,
    GOOD_FILE_BYTES,
    REPO_FILES,
    limit_problems,
)
from workaround.planning.plan import Plan, Shard, SplitPlan


def plan_of(count: int, nbytes: int = 1000) -> Plan:
    shards = (Shard(f"data/train-{n}.parquet", n, n + 1, (n + 1,), nbytes) for n in range(count))
    return Plan((SplitPlan("train", count, count, count * nbytes, count * nbytes, tuple(shards)),))


def reported(plan: Plan, remaining: list[str] | None = None) -> list[tuple[str | None, str, str]]:
    return [
        (problem.path, problem.reason.split(";")[0], problem.severity)
        for problem in limit_problems(plan, remaining or [])
    ]


def test_full_folder_is_refused() -> None:
    assert reported(plan_of(FOLDER_FILES)) == []
    assert reported(plan_of(FOLDER_FILES + 1)) == [
        ("data", "10001 files are over the 10000 that the Hub takes in a folder", "error")
    ]


def test_files_that_stay_count_and_replaced_ones_do_not() -> None:
    plan = plan_of(FOLDER_FILES)
    assert reported(plan, ["data/train-7.parquet", "raw/train-7.parquet", "README.md"]) == []
    ((folder, _, _),) = reported(plan, ["data/test-0.parquet"])
    assert folder == "data"


def test_full_repository_is_advised_against() -> None:
    remaining = [f"other/{number}" for number in range(REPO_FILES)]
    assert reported(plan_of(1), remaining[1:]) == []
    assert reported(plan_of(1), remaining) == [
        (None, "100001 files are over the 100000 that the Hub advises for a repository", "remark")
    ]


@pytest.mark.parametrize(
    ("nbytes", "expected"),
    [
        (GOOD_FILE_BYTES, []),
        (
            GOOD_FILE_BYTES + 1,
            [("a shard of 20.0 GB is over the 20.0 GB that the Hub advises", "remark")],
        ),
        (FILE_BYTES + 1, [("a shard of 50.0 GB is over the 50.0 GB that the Hub takes", "error")]),
    ],
)
def test_large_file_is_named(nbytes: int, expected: list[tuple[str, str]]) -> None:
    result = reported(plan_of(1, nbytes))
    assert [(reason, severity) for _, reason, severity in result] == expected
    assert {path for path, _, _ in result} <= {"data/train-0.parquet"}

"""The numbers in the names of shards."""

from __future__ import annotations

import pytest

from workaround.hub.shard_names import numbering_defects, shard_path


def shards(*numbers: tuple[int, int]) -> list[str]:
    return [shard_path("data", "train", number, total) for number, total in numbers]


def test_appended_shards_sort_behind_the_others() -> None:
    paths = shards((0, 2), (1, 2), (2, 5), (3, 5), (4, 5), (5, 6))
    assert sorted(paths) == paths
    assert numbering_defects(paths) == []


@pytest.mark.parametrize(
    ("numbers", "defect"),
    [
        ([], "is not on the Hub"),
        ([(0, 3), (2, 3)], "shard 1 of 3 is not on the Hub"),
        ([(0, 2), (1, 2), (3, 4)], "shard 2 of 4 is not on the Hub"),
        ([(0, 1), (0, 2), (1, 2)], "several uploads side by side"),
    ],
)
def test_missing_and_left_over_shards_are_named(
    numbers: list[tuple[int, int]], defect: str
) -> None:
    (reason,) = numbering_defects(shards(*numbers))
    assert defect in reason

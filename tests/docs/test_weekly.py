"""The weekly comparison of small uploads."""

from __future__ import annotations

import pytest

from benchmarks.weekly import Ratio, drifts


def test_ratio_is_that_of_the_turns() -> None:
    ratio = Ratio.of([1.0, 2.0, 9.0], [2.0, 4.0, 10.0])
    assert ratio.median == 0.5
    assert ratio.noise == pytest.approx(0.4)


@pytest.mark.parametrize(
    ("now", "lines"),
    [
        (Ratio(0.5, 0.01), 0),
        (Ratio(0.59, 0.01), 0),
        (Ratio(0.65, 0.01), 1),
        (Ratio(0.65, 0.2), 0),
        (Ratio(0.2, 0.01), 0),
    ],
)
def test_only_what_is_worse_than_its_noise_is_reported(now: Ratio, lines: int) -> None:
    assert len(drifts({"a": now}, {"a": Ratio(0.5, 0.1)})) == lines


def test_comparison_that_was_not_recorded_is_no_drift() -> None:
    assert drifts({"new": Ratio(9.0, 0.0)}, {}) == []

"""The figures of entries, and the noise of repeated runs."""

from math import atan, cos, gamma, pi, sqrt
from random import Random
from statistics import fmean
from typing import Any

import msgspec

from repro.results.document import Entry
from repro.results.figures import STUDENT, figures, noise, repeated
from tests.support.repro.documents import entry


def run(evidence: dict[str, Any], verdict: str = "reproduced", **figures: int) -> Entry:
    """Return the entry of a run."""
    return msgspec.convert(entry("bug", verdict) | {"evidence": evidence} | figures, Entry)


def test_numbers_of_the_evidence_and_of_the_process_tree_are_figures() -> None:
    evidence = {
        "shards": {"limit": 1, "none": 5},
        "group_bytes": [3, 1, 2],
        "lost": [],
        "rows": [[1, 2], [3]],
        "words": "7 of 9",
        "in_order": True,
        "ratio": float("nan"),
    }
    assert figures(run(evidence, peak_rss_bytes=100, seconds=2)) == {
        "run.peak_rss_bytes": 100,
        "shards.limit": 1,
        "shards.none": 5,
        "group_bytes.count": 3,
        "group_bytes.least": 1,
        "group_bytes.most": 3,
        "lost.count": 0,
        "rows.count": 2,
    }


def test_one_run_has_no_other_readings() -> None:
    assert repeated([run({"shards": 1})]) == run({"shards": 1})


def test_repeated_runs_have_the_readings_of_the_figures_that_all_have() -> None:
    runs = [run({"rise": rise, **more}) for rise, more in ((7, {}), (5, {"odd": 1}), (9, {}))]
    merged = repeated(runs)
    assert (merged.runs, merged.readings, merged.evidence) == (3, {"rise": (7, 5, 9)}, {"rise": 7})


def test_more_runs_add_readings() -> None:
    known = repeated([run({"rise": 5}), run({"rise": 7})])
    merged = repeated([known, run({"rise": 9})])
    assert (merged.runs, merged.readings) == (3, {"rise": (5, 7, 9)})


def test_runs_with_different_verdicts_are_no_agreement() -> None:
    runs = [run({}, "absent"), run({}, "reproduced"), run({}, "absent")]
    merged = repeated(runs)
    assert (merged.verdict, merged.agrees) == ("absent", False)
    assert merged.reason == "absent in 2 of 3 runs only"


def test_equal_readings_have_no_noise() -> None:
    assert noise([1, 1]) == noise([5.5] * 20) == 0


def test_readings_of_a_normal_distribution_are_within_the_noise() -> None:
    """Of 20 000 sets of five, with one more reading each, some 20 lie outside."""
    random = Random(0)
    outside = 0
    for _ in range(20_000):
        *readings, more = (random.gauss(100, 7) for _ in range(6))
        outside += abs(more - fmean(readings)) > noise(readings)
    assert 5 <= outside <= 45


def test_noise_falls_with_the_number_of_readings() -> None:
    noises = [noise([0, 1] * pairs) for pairs in range(1, 12)]
    assert noises == sorted(noises, reverse=True)


def test_quantiles_are_those_of_student() -> None:
    for freedom, quantile in enumerate(STUDENT, 1):
        # P(T > q) as an integral over the angle whose tangent is T / sqrt(freedom)
        steps = 10_000
        begin = atan(quantile / sqrt(freedom))
        width = (pi / 2 - begin) / steps
        angles = (begin + (step + 0.5) * width for step in range(steps))
        area = width * sum(cos(angle) ** (freedom - 1) for angle in angles)
        factor = gamma((freedom + 1) / 2) / (sqrt(pi) * gamma(freedom / 2))
        assert round(factor * area, 6) == 0.0005

"""The figures of entries, and the spread of repeated runs."""

from typing import Any

import msgspec
import pytest

from repro.results.document import Entry, Spread
from repro.results.figures import figures, moved, repeated
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


def test_one_run_has_no_spread() -> None:
    assert repeated([run({"shards": 1})]) == run({"shards": 1})


def test_repeated_runs_have_the_spread_of_the_figures_that_all_have() -> None:
    runs = [run({"rise": rise, **more}) for rise, more in ((7, {}), (5, {"odd": 1}), (9, {}))]
    merged = repeated(runs)
    assert (merged.runs, merged.spread, merged.evidence) == (3, {"rise": (5, 9)}, {"rise": 7})


def test_more_runs_widen_the_spread() -> None:
    known = repeated([run({"rise": 5}), run({"rise": 7})])
    merged = repeated([known, run({"rise": 9})])
    assert (merged.runs, merged.spread) == (3, {"rise": (5, 9)})


def test_runs_with_different_verdicts_are_no_agreement() -> None:
    runs = [run({}, "absent"), run({}, "reproduced"), run({}, "absent")]
    merged = repeated(runs)
    assert (merged.verdict, merged.agrees) == ("absent", False)
    assert merged.reason == "absent in 2 of 3 runs only"


@pytest.mark.parametrize(
    ("now", "spread", "expected"),
    [
        (1, (1, 1), False),
        (2, (1, 1), True),
        (0, (10, 14), True),
        (6, (10, 14), False),
        (18, (10, 14), False),
        (18.5, (10, 14), True),
    ],
)
def test_reading_moved_if_it_is_further_off_than_repeated_runs_are_apart(
    now: float, spread: Spread, expected: bool
) -> None:
    assert moved(now, spread) is expected

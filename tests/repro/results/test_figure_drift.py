"""Figures that are drift, and their words."""

import json
from typing import Any

import pytest

from repro.catalog import bugs as catalog
from repro.results.document import Document
from repro.results.drift import as_json
from repro.results.figure_drift import figure_drifts
from tests.support.repro import fakes
from tests.support.repro.documents import document, entry

READINGS = {
    "shards": [1] * 5,
    "rise_bytes": [900, 950, 1000, 1050, 1100],  # the noise of a sixth is 746
    "run.bytes_read": [5000, 5000, 5005, 5010, 5010],
}


@pytest.fixture(autouse=True)
def bugs(monkeypatch: pytest.MonkeyPatch) -> None:
    """A catalog of one bug."""
    monkeypatch.setattr(catalog, "BUGS", (fakes.bug("live"),))


def measured(
    *, shards: int = 1, rise: int = 1000, read: int = 5005, verdict: str = "reproduced", **more: Any
) -> dict[str, Any]:
    """Return the entry of a run with these figures."""
    evidence = {"shards": shards, "rise_bytes": rise}
    return entry("live", verdict) | {"evidence": evidence, "bytes_read": read} | more


BASE = document("5.2.0", measured(runs=5, readings=READINGS))


def lines(now: Document, *earlier: Document) -> list[str]:
    """Return the drifts of a document, as they are printed."""
    return list(map(str, figure_drifts([now], earlier)))


def test_figures_within_their_noise_are_no_drift() -> None:
    now = document("5.2.0", measured(rise=1745, read=5050))
    assert lines(now, BASE) == []


def test_figure_beyond_its_noise_is_a_line_with_both_readings_and_the_noise() -> None:
    now = document("5.2.0", measured(shards=5, rise=1747))
    assert lines(now, BASE) == [
        "drift: live shards 1 -> 5 on datasets 5.2.0 (noise 0)",
        "drift: live rise_bytes 1,000 -> 1,747 on datasets 5.2.0 (noise 745.648)",
    ]


def test_process_tree_is_compared_with_the_same_packages_only() -> None:
    now = document("5.2.0", measured(shards=5, read=9000))
    assert "drift: live run.bytes_read 5,005 -> 9,000 on datasets 5.2.0" in lines(now, BASE)[1]
    now.environment["pyarrow"] = "27.0.0"
    line = "drift: live shards 1 -> 5 on datasets 5.2.0 (noise 0): pyarrow 27.0.0"
    assert lines(now, BASE) == [line]


def test_without_repeated_runs_of_the_installation_nothing_is_compared() -> None:
    now = document("5.2.0", measured(shards=5))
    other = document("5.2.0", measured(runs=5, readings=READINGS), pyarrow="18.0.0")
    assert lines(now) == lines(now, other) == lines(now, document("5.2.0", measured())) == []


def test_later_run_without_noise_does_not_hide_that_with_noise() -> None:
    assert lines(document("5.2.0", measured(shards=5)), BASE, document("5.2.0", measured()))


def test_figures_of_another_verdict_are_not_compared() -> None:
    assert lines(document("5.2.0", measured(shards=5, verdict="absent")), BASE) == []


def test_figure_that_a_script_no_longer_prints_is_passed_over() -> None:
    assert lines(document("5.2.0", measured() | {"evidence": {"other": 1}}), BASE) == []


def test_json_has_the_numbers() -> None:
    (drift,) = json.loads(as_json(figure_drifts([document("5.2.0", measured(shards=5))], [BASE])))
    assert drift == {
        "bug": "live",
        "datasets": "5.2.0",
        "figure": "shards",
        "was": 1,
        "now": 5,
        "noise": 0,
        "packages": "",
    }

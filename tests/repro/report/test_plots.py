"""Curves of memory over time, drawn as SVG."""

import xml.etree.ElementTree as ET
from typing import Any

import pytest

from repro.report.plots import AFFECTED, FIXED, ON_DARK, Curve, curves, rss
from tests.support.constants import MIB
from tests.support.repro import fakes
from tests.support.repro.documents import document, entry

BUG = fakes.bug("rows-lost")
SAMPLES = ((0.0, 10 * MIB), (1.0, 100 * MIB))


def measured(verdict: str, capped: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return an entry with samples."""
    run = {"samples": [list(sample) for sample in SAMPLES], "ended": "exited 1"}
    return entry(BUG.id, verdict) | run | {"capped": capped}


def test_newest_release_of_each_kind_has_a_curve() -> None:
    documents = [
        document("5.0.0", measured("reproduced")),
        document("5.1.0", measured("reproduced")),
        document("5.2.0", measured("absent")),
    ]
    affected, other = curves(documents, BUG)
    assert affected.label.startswith("datasets 5.1.0, affected")
    assert other.label.startswith("datasets 5.2.0, not affected")
    assert (affected.colour, other.colour) == (AFFECTED, FIXED)
    assert affected.peak_bytes == 100 * MIB


def test_run_under_the_cap_is_drawn_where_there_is_one() -> None:
    capped = {"samples": [[0.0, 7 * MIB]], "ended": "killed by SIGKILL (kernel-oom)"}
    (curve,) = curves([document("5.0.0", measured("reproduced", capped))], BUG)
    assert curve.samples == ((0.0, 7 * MIB),)
    assert curve.label.endswith("killed by SIGKILL (kernel-oom)")


def test_release_without_samples_has_no_curve() -> None:
    assert curves([document("5.0.0", entry(BUG.id, "reproduced"))], BUG) == []


@pytest.fixture(scope="module")
def drawn() -> str:
    return rss([Curve("datasets 5.0.0 <b>", SAMPLES, AFFECTED)], 50 * MIB, "a & b")


def test_plot_is_well_formed_and_described_for_those_who_cannot_see_it(drawn: str) -> None:
    label = ET.fromstring(drawn).attrib["aria-label"]
    assert label == ("RSS over time. a & b. datasets 5.0.0 <b>, peak 100 MiB; memory cap 50 MiB.")


def test_same_curves_make_the_same_text(drawn: str) -> None:
    assert rss([Curve("datasets 5.0.0 <b>", SAMPLES, AFFECTED)], 50 * MIB, "a & b") == drawn


def test_every_colour_changes_on_a_dark_page(drawn: str) -> None:
    for light, dark in ON_DARK.items():
        assert f"stroke: {light}" in drawn
        assert f"stroke:{dark}!important" in drawn

"""Bugs over releases as small plots."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from repro.report.strips import HEIGHT, LEAST, strip
from tests.support.repro import fakes
from tests.support.repro.documents import document, entry

BUG = fakes.bug("rows-lost")


def heights(*figures: tuple[str, str]) -> list[int]:
    """Return the heights of the bars for verdicts and figures of neighbouring releases."""
    documents = [
        document(f"5.{minor}.0", entry(BUG.id, verdict, figure=figure))
        for minor, (verdict, figure) in enumerate(figures)
    ]
    svg = strip(documents, BUG)
    ElementTree.fromstring(svg)
    return [int(height) for height in re.findall(r'<rect [^>]* height="(\d+)"', svg)]


def test_bar_is_as_high_as_the_figure() -> None:
    lost, kept = ("reproduced", "6 of 10 rows"), ("absent", "10 of 10 rows")
    assert heights(lost, kept) == [HEIGHT * 6 // 10, HEIGHT]


def test_figures_about_different_things_show_verdicts_alone() -> None:
    lost, refused = ("reproduced", "6 of 10 rows"), ("absent", "refused after 99 s")
    assert heights(lost, refused) == [HEIGHT, LEAST]


def test_bug_that_was_not_measured_has_no_plot() -> None:
    assert strip([document("5.0.0")], BUG) == ""


def test_text_is_escaped() -> None:
    documents = [document("5.0.0", entry(BUG.id, "absent", figure="<b> & c"))]
    assert "&lt;b&gt; &amp; c" in strip(documents, BUG)

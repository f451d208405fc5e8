"""The report as a real browser shows it: on a phone, in the dark, on paper."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page

from repro.catalog.bugs import BUGS
from repro.report import page
from repro.report.plots import AFFECTED, FIXED
from repro.results import store as collected
from tests.support.repro.browser import chromium

SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
# Relative luminance and contrast as WCAG 2.2 defines them.
CONTRASTS = """() => {
  const channel = c => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  const rgb = text => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const paper = element => {
    for (let at = element; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (rgb(colour).length === 3 || rgb(colour)[3] > 0) return colour;
    }
    return 'rgb(255, 255, 255)';
  };
  const found = [];
  const texts = 'h1, h2, h3, p, td, th, dt, dd, a, code, .mark';
  for (const element of document.querySelectorAll(texts)) {
    if (!element.textContent.trim()) continue;
    const sides = [light(rgb(getComputedStyle(element).color)), light(rgb(paper(element)))];
    const contrast = (Math.max(...sides) + 0.05) / (Math.min(...sides) + 0.05);
    if (contrast < 4.5) found.push([element.outerHTML.slice(0, 80), contrast]);
  }
  return found;
}"""
CURVES = """() => [...document.querySelectorAll('svg.rss-plot')].map(svg => ({
  width: svg.getBoundingClientRect().width,
  height: svg.getBoundingClientRect().height,
  ink: getComputedStyle(svg.querySelector('text')).fill,
  lines: [...svg.querySelectorAll('path')].filter(path => path.getTotalLength() > 100)
    .map(path => path.getAttribute('style') ?? ''),
}))"""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The report of what this project publishes."""
    file = tmp_path_factory.mktemp("report") / "report.html"
    file.write_text(page.html(collected.read(collected.MEASURED), list(BUGS)))
    return file.as_uri()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def shown(browser: Browser, file: str) -> Iterator[Page]:
    """The page in a window; what it complains of or fetches fails the test."""
    window = browser.new_page(viewport={"width": 1200, "height": 900})
    complaints: list[str] = []
    window.on("console", lambda message: complaints.append(message.text))
    window.on("pageerror", lambda error: complaints.append(str(error)))
    fetched: list[str] = []
    window.on("request", lambda request: fetched.append(request.url))
    window.goto(file)
    yield window
    window.close()
    assert complaints == []
    assert [url for url in fetched if not url.startswith("data:")] == [file]


@pytest.mark.parametrize("width", [360, 768, 1200])
def test_page_never_scrolls_sideways(shown: Page, width: int) -> None:
    shown.set_viewport_size({"width": width, "height": 800})
    assert shown.evaluate("document.documentElement.scrollWidth") <= width
    shown.evaluate(UNFOLD)
    assert shown.evaluate("document.documentElement.scrollWidth") <= width
    boxes = shown.evaluate(
        "[...document.querySelectorAll('.scroll')].map(box => [box.scrollWidth, box.clientWidth])"
    )
    assert boxes
    if width == 360:  # the matrix scrolls in its own box
        assert any(inside > box for inside, box in boxes)


UNFOLD = "document.querySelectorAll('details').forEach(part => { part.open = true })"


@pytest.mark.parametrize(("width", "height"), [(360, 800), (1200, 900)])
def test_folded_page_is_five_screens_at_most(shown: Page, width: int, height: int) -> None:
    shown.set_viewport_size({"width": width, "height": height})
    assert shown.evaluate("document.documentElement.scrollHeight") <= 5 * height


def test_filter_shows_live_bugs_alone(shown: Page) -> None:
    live, fixed = shown.locator("article.live").first, shown.locator("article.fixed").first
    assert fixed.is_visible()
    shown.locator("#show-live").check()
    assert live.is_visible()
    assert not fixed.is_visible()
    shown.locator("#show-fixed").check()
    assert not live.is_visible()
    assert fixed.is_visible()


def test_bug_unfolds(shown: Page) -> None:
    bug = shown.locator("article").first
    assert not bug.locator("dl").is_visible()
    bug.locator("summary").click()
    assert bug.locator("dl").is_visible()


def test_every_bug_is_there_to_see(shown: Page) -> None:
    shown.evaluate(UNFOLD)
    for bug in BUGS:
        box = shown.locator(f'article[aria-labelledby="{bug.id}"]').bounding_box()
        assert box is not None
        assert box["height"] > 100
        assert shown.locator(f'.matrix a[href="#{bug.id}"]').is_visible()


@pytest.mark.parametrize("scheme", SCHEMES)
def test_text_stands_out_from_its_background(shown: Page, scheme: Literal["light", "dark"]) -> None:
    shown.evaluate(UNFOLD)
    shown.emulate_media(color_scheme=scheme)
    assert shown.evaluate(CONTRASTS) == []


def test_dark_page_is_dark_and_so_are_its_plots(shown: Page) -> None:
    inks = {}
    for scheme in SCHEMES:
        shown.emulate_media(color_scheme=scheme)
        paper = shown.evaluate("getComputedStyle(document.body).backgroundColor")
        inks[scheme] = (paper, [plot["ink"] for plot in shown.evaluate(CURVES)])
    brightness = {
        scheme: sum(map(int, re.findall(r"\d+", paper)[:3])) for scheme, (paper, _) in inks.items()
    }
    assert brightness["dark"] < 150 < 600 < brightness["light"]
    assert all(a != b for a, b in zip(inks["light"][1], inks["dark"][1], strict=True))


def test_plots_of_memory_bugs_show_their_curves(shown: Page) -> None:
    shown.evaluate(UNFOLD)
    plots = shown.evaluate(CURVES)
    assert len(plots) == sum(bug.cap_bytes is not None for bug in BUGS)
    for plot in plots:
        assert plot["width"] > 300
        assert plot["height"] > 150
        assert any(f"stroke: {AFFECTED}" in style for style in plot["lines"])
    styles = [style for plot in plots for style in plot["lines"]]
    assert any(f"stroke: {FIXED}" in style for style in styles)  # a masked bug has no fixed release


def test_first_column_stays_while_the_matrix_scrolls(shown: Page) -> None:
    shown.evaluate(UNFOLD)
    shown.set_viewport_size({"width": 360, "height": 800})
    name = shown.locator(".matrix tbody th").first
    before = name.bounding_box()
    shown.locator(".scroll:has(.matrix)").evaluate("box => box.scrollLeft = 200")
    assert name.bounding_box() == before


def test_paper_has_all_of_the_matrix(shown: Page, tmp_path: Path) -> None:
    shown.emulate_media(media="print", color_scheme="dark")
    shown.set_viewport_size({"width": 688, "height": 1000})  # 182 mm of an A4 page at 96 dpi
    paper = shown.evaluate("getComputedStyle(document.body).backgroundColor")
    assert re.findall(r"\d+", paper)[:3] == ["255", "255", "255"]
    for box in shown.locator(".scroll table").all():
        drawn = box.bounding_box()
        assert drawn is not None
        assert drawn["width"] <= 688, box.get_attribute("class")
    pdf = tmp_path / "report.pdf"
    shown.pdf(path=pdf, format="A4", prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", pdf.read_bytes())) >= 3


def test_headings_are_in_order_and_tables_have_heads(shown: Page) -> None:
    levels = shown.evaluate(
        "[...document.querySelectorAll('h1,h2,h3,h4')].map(each => Number(each.tagName[1]))"
    )
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert shown.evaluate("document.querySelectorAll('th:not([scope])').length") == 0
    assert shown.evaluate("document.documentElement.lang") == "en"

"""The site as a real browser shows it: on a desktop and on a phone, light and dark."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.support.repro.browser import chromium

PAGES = [
    "index.html",
    "bugs/index.html",
    "bugs/sliced-list-embed.html",
    "bugs/commit-conflict-not-retried.html",
    "tutorials/upload.html",
    "howto/tests.html",
    "reference/commands.html",
    "reference/python.html",
    "reference/routes.html",
    "explanation/figures.html",
    "mockhub.html",
]
WIDTHS = {"desktop": 1280, "phone": 390}


@pytest.fixture(scope="module")
def site() -> Path:
    folder = os.environ.get("SITE")
    if folder is None:
        pytest.skip("no site: `tox run -e docs` builds one and looks at it")
    return Path(folder)


@pytest.fixture(scope="module")
def browser(site: Path) -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", WIDTHS)
def test_pages_fit_and_have_their_headings(
    site: Path, browser: Browser, device: str, scheme: str
) -> None:
    window = browser.new_page(viewport={"width": WIDTHS[device], "height": 900})
    window.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    problems = []
    for name in PAGES:
        window.goto((site / name).resolve().as_uri())
        width = window.evaluate("document.documentElement.scrollWidth")
        if width > WIDTHS[device]:
            problems.append(f"{name} is {width} pixels wide")
        if not window.locator("h1").first.is_visible():
            problems.append(f"{name} shows no heading")
        if window.evaluate("document.documentElement.dataset.theme") != scheme:
            problems.append(f"{name} is not {scheme}")
    window.close()
    assert problems == []


def test_plots_follow_the_theme(site: Path, browser: Browser) -> None:
    window = browser.new_page(viewport={"width": 1280, "height": 900})
    window.goto((site / "bugs" / "sliced-list-embed.html").resolve().as_uri())
    ink = {}
    for theme in ("light", "dark"):
        window.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
        script = "getComputedStyle(document.querySelector('.rss-plot text')).fill"
        ink[theme] = window.evaluate(script)
    window.close()
    assert ink["light"] != ink["dark"]

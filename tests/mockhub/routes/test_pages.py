"""The page of the local Hub, as answered and in a browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mockhub.routes.pages import FOLDER
from mockhub.server.process import Hub
from tests.support.mockhub.wire import send
from tests.support.repro.browser import chromium

NAME = "<b>bold</b>.txt"
ADDRESSES = ("/", "/datasets/user/data", "/datasets/user/data/tree/main", "/user/model")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as started:
        yield started


def look(browser: Any, address: str, **options: Any) -> Any:
    """Open an address; returns the page and a list of what went wrong in it."""
    page = browser.new_page(**options)
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda line: problems.append(line.text) if line.type == "error" else None)
    page.goto(address, wait_until="networkidle")
    return page, problems


@pytest.mark.parametrize("path", ADDRESSES)
def test_address_is_the_document_and_holds_no_data(shared_hub: Hub, path: str) -> None:
    answer = send(shared_hub, "GET", path, token=None)
    assert (answer.status, answer.body) == (200, (FOLDER / "page.html").read_bytes())
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/api/unknown", "/mockhub/unknown"])
def test_unknown_paths_of_the_api_are_no_pages(shared_hub: Hub, path: str) -> None:
    assert send(shared_hub, "GET", path, token=None).status == 404


def test_repository_is_shown_with_files_and_history(hub: Hub, browser: Any) -> None:
    hub.add_repo("data", {"README.md": "text", NAME: "1234", "a/b.bin": b"\0" * 1000})
    page, problems = look(browser, f"{hub.url}/")
    page.get_by_role("link", name="user/data").click()
    page.get_by_text("Add files").wait_for()
    text = page.inner_text("body")
    assert page.url == f"{hub.url}/datasets/user/data"
    assert NAME in text  # as text, not as HTML
    assert "1,000" in text
    assert "initial commit" in text
    assert "open the address with a token" in text
    assert problems == []


def test_log_and_faults_are_for_the_administrator(hub: Hub, browser: Any, tmp_path: Path) -> None:
    hub.add_repo("data", {"a.txt": "1"}, private=True)
    hub.fail("POST", "/commit/", status=503, count=2)
    page, problems = look(browser, f"{hub.url}/#token={hub.token}")
    page.get_by_text("status=503").wait_for()
    assert hub.token not in page.url
    assert "/api/repos/create" in page.inner_text("#requests")
    assert "private" in page.inner_text("#main")
    assert problems == []
    page, _ = look(browser, f"{hub.url}/#token=hf_wrong")
    page.get_by_text("are for the administrator").wait_for()
    assert page.locator("#control").is_hidden()


@pytest.mark.parametrize("width", [400, 1280])
def test_page_fits_a_phone_and_a_desktop(hub: Hub, browser: Any, width: int) -> None:
    hub.add_repo("data", {f"{'folder/' * 20}{'long' * 30}.nii.gz": "1"})
    size = {"width": width, "height": 800}
    page, _ = look(browser, f"{hub.url}/datasets/user/data#token={hub.token}", viewport=size)
    page.get_by_text("initial commit").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= width

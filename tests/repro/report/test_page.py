"""The report: what it tells of the verdicts that were collected, and what it never tells."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from repro.catalog.bugs import BUGS, find
from repro.catalog.claims import CLAIMS
from repro.fixes.document import FixesDocument, TrialEntry
from repro.judge.outcome import Verdict
from repro.report import page
from repro.results import store as collected
from tests.support.constants import MIB
from tests.support.repro import fakes
from tests.support.repro.documents import document, entry, not_installable

BUG = fakes.bug("rows-lost")


def measured(verdict: str, **more: Any) -> dict[str, Any]:
    """Return an entry about the bug in the fullest form."""
    run = {
        "peak_rss_bytes": 100 * MIB,
        "ended": "exited 1",
        "samples": [[0.0, 10 * MIB], [1.0, 100 * MIB]],
    }
    return entry(BUG.id, verdict) | run | {"capped": None} | more


DOCUMENTS = [document("5.0.0", measured("absent")), document("5.1.0", measured("reproduced"))]


def both(documents: list[Any], bugs: list[Any]) -> list[str]:
    """The page as HTML and as Markdown."""
    return [page.html(documents, bugs), page.text(documents, bugs)["report.md"]]


def test_every_bug_and_claim_that_this_project_publishes_is_shown() -> None:
    documents = collected.read(collected.MEASURED)
    html, text = both(documents, list(BUGS))
    for bug in BUGS:
        assert f'<h3 id="{bug.id}">' in html
        assert f"### {bug.title}" in text
    assert html.count("<blockquote>") == len(CLAIMS)
    for release in ("4.4.0", "5.2.0"):
        assert release in html
        assert release in text


def test_same_verdicts_make_the_same_pages() -> None:
    documents = collected.read(collected.MEASURED)
    assert both(documents, list(BUGS)) == both(documents, list(BUGS))


def test_text_of_the_catalog_is_escaped() -> None:
    bug = msgspec.structs.replace(BUG, title="<b>less & more</b>", cause="a `<script>` of `x < y`")
    html = page.html(DOCUMENTS, [bug])
    assert "&lt;b&gt;less &amp; more&lt;/b&gt;" in html
    assert "<code>&lt;script&gt;</code>" in html
    assert "<script" not in html


def test_newest_release_decides_what_is_live() -> None:
    html, text = both(DOCUMENTS, [BUG])
    assert '<strong class="badge">live</strong>' in html
    assert "**live**" in text
    assert "1 of them are live" in text
    html, text = both([*DOCUMENTS, document("5.2.0", measured("absent"))], [BUG])
    assert "badge" not in html.partition("</style>")[2]
    assert "0 of them are live" in text


def test_bug_that_was_not_measured_everywhere_shows_where_it_was() -> None:
    other = fakes.bug("new-one")
    for text in both(DOCUMENTS, [BUG, other]):
        assert "not measured" in text
    for text in both([document("4.9.0"), *DOCUMENTS], [BUG]):
        assert "5.1.0" in text


def test_release_that_cannot_be_installed_says_why_and_no_folder() -> None:
    broken = not_installable("9.9.9", "no wheel in /home/someone/wheels/cache for it")
    for text in both([*DOCUMENTS, broken], [BUG]):
        assert "no wheel in …/cache for it" in text
        assert "someone" not in text


def test_figures_hold_no_folder() -> None:
    verdict = measured("absent", figure="opened /home/someone/scan.nii")
    for text in both([document("5.0.0", verdict)], [BUG]):
        assert "opened …/scan.nii" in text
        assert "someone" not in text


@pytest.mark.parametrize("cap", [None, 700 * MIB])
def test_memory_bug_has_its_plot(cap: int | None) -> None:
    bug = msgspec.structs.replace(BUG, cap_bytes=cap)
    capped = {"samples": [[0.0, MIB], [1.0, 700 * MIB]], "ended": "killed by SIGKILL"}
    documents = [document("5.1.0", measured("reproduced", capped=capped if cap else None))]
    html, files = page.html(documents, [bug]), page.text(documents, [bug])
    assert ('<svg class="rss-plot"' in html) == (cap is not None)
    assert (f"{bug.id}.svg" in files) == (cap is not None)
    if cap:
        assert "memory cap: 700 MiB" in html
        assert f"]({bug.id}.svg)" in files["report.md"]
        assert files[f"{bug.id}.svg"].startswith("<svg")


def test_nothing_is_fetched() -> None:
    html = page.html(collected.read(collected.MEASURED), list(BUGS))
    assert not [tag for tag in ("<script", "<img", "<iframe", "@import", "url(http") if tag in html]
    assert "sliced-list-embed" in html
    assert find("sliced-list-embed").threads[0] in html


def test_verdict_that_is_not_as_expected_is_marked_and_explained() -> None:
    lost = measured("absent", reason="", figure="<0> of 9")
    html, text = both([DOCUMENTS[1], document("5.2.0", lost)], [BUG])
    assert '<h2 id="surprises">Not as expected</h2>' in html
    assert '">·!</span><span class="unseen">absent, not as expected</span>' in html
    assert '<td class="verdict absent">absent !</td>' in html
    assert "\n## Not as expected\n" in text
    assert "`rows-lost` is absent on datasets 5.2.0, expected reproduced: &lt;0> of 9" in text
    assert "| absent !" in text
    for page_ in both([DOCUMENTS[1]], [BUG]):
        assert "Not as expected" not in page_


def test_newest_comes_first_on_a_narrow_screen() -> None:
    html = page.html(DOCUMENTS, [BUG])
    assert html.index("<span>5.1.0</span>") < html.index("<span>5.0.0</span>")


def test_older_git_main_does_not_decide_what_is_live() -> None:
    main = document("5.0.2.dev0", measured("reproduced"), datasets="git")
    for text in both([document("5.2.0", measured("absent")), main], [BUG]):
        assert "5.2.0 and git main (5.0.2.dev0). 0 of them are live" in text
    assert '<th scope="row">git main (5.0.2.dev0)</th>' in page.html([main], [BUG])


def test_time_of_the_measurement_is_shown_where_it_is_known() -> None:
    for text in both(
        [msgspec.structs.replace(DOCUMENTS[0], measured="2026-01-02T03:04:05+00:00")], [BUG]
    ):
        assert "2026-01-02T03:04:05+00:00" in text


def test_fix_matrix_says_what_each_fix_changes() -> None:
    trial = TrialEntry(
        bug=BUG.id, fix=BUG.id, before=Verdict.REPRODUCED, after=Verdict.ABSENT, agrees=True
    )
    fixes = FixesDocument(environment={"datasets": "5.1.0"}, measured="", trials=(trial,))
    html = page.html(DOCUMENTS, [BUG], [fixes])
    assert "1 of 1 bugs are cured by their own fix" in html
    assert "<td>x&gt;·</td>" in html
    assert "Bugs and fixes" not in page.html(DOCUMENTS, [BUG])


def test_empty_text_has_no_row() -> None:
    for text in both(DOCUMENTS, [msgspec.structs.replace(BUG, claim="")]):
        assert "hat was said" not in text
    assert "what was said" in page.html(DOCUMENTS, [BUG])


def test_plot_over_its_cap_says_why() -> None:
    bug = msgspec.structs.replace(BUG, cap_bytes=700 * MIB)
    capped = {"samples": [[0.0, MIB], [1.0, 764 * MIB]], "ended": "killed by SIGKILL"}
    for text in both([document("5.1.0", measured("reproduced", capped=capped))], [bug]):
        assert "RSS may read higher than the cap" in text

"""The verdicts of many releases, told as stretches of neighbours."""

import pytest

from repro.judge.outcome import Verdict
from repro.report.stories import environments, story, summary, thread
from repro.results.document import Document
from tests.support.repro import fakes
from tests.support.repro.documents import document, entry, not_installable

BUG = fakes.bug("rows-lost")


def measured(verdict: str, **more: object) -> dict[str, object]:
    """Return an entry with all that a story is made of."""
    run = {"peak_rss_bytes": 100 << 20, "ended": "exited 1", "samples": [], "capped": None}
    return entry(BUG.id, verdict) | run | more


ROW = [
    document("5.0.0", measured("reproduced")),
    document("5.1.0", measured("reproduced", peak_rss_bytes=200 << 20)),
    document("5.2.0", measured("absent")),
]


def test_neighbours_with_one_verdict_are_one_stretch() -> None:
    first, second = story(ROW, BUG).stretches
    assert (first.releases, first.verdict, first.peak_mib) == (
        "5.0.0 to 5.1.0",
        Verdict.REPRODUCED,
        "100 to 200",
    )
    assert (second.releases, second.verdict) == ("5.2.0", Verdict.ABSENT)


def test_bug_of_the_newest_release_is_live() -> None:
    assert story(ROW[:2], BUG).live
    assert not story(ROW, BUG).live
    assert story(ROW, BUG).fixed


@pytest.mark.parametrize(
    ("documents", "affected"),
    [
        (ROW, "5.0.0 to 5.1.0"),
        (ROW[2:], "none of those measured"),
        ([document("5.0.0")], "not measured"),
        ([ROW[0], ROW[2], document("5.3.0", measured("reproduced"))], "5.0.0, 5.3.0"),
    ],
)
def test_affected_releases_in_words(documents: list[Document], affected: str) -> None:
    assert story(documents, BUG).affected == affected


def test_summary_counts_bugs_installations_and_what_is_live() -> None:
    documents = [*ROW[:2], not_installable("5.3.0")]
    assert summary(documents, [story(documents, BUG)]) == (
        "1 bugs, examined on 2 installations of datasets, 5.0.0 to 5.1.0. "
        "1 of them are live: the newest release examined has them."
    )
    assert summary([not_installable("5.3.0")], []) == "Nothing was measured."


def test_environments_are_those_that_could_be_installed() -> None:
    names, installed = environments([*ROW, not_installable("5.3.0")])
    assert names == ["datasets"]
    assert [versions["datasets"] for versions in installed] == ["5.0.0", "5.1.0", "5.2.0"]


def test_thread_has_its_short_name() -> None:
    assert thread("https://github.com/huggingface/datasets/issues/7894") == "#7894"

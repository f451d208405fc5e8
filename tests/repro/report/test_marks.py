"""The marks, which are the same on every page."""

from repro.report import page, terminal
from repro.report.markdown import LEGEND
from repro.report.marks import WORDS, mark, surprises, words
from tests.support.repro import fakes
from tests.support.repro.documents import document, entry, not_installable

BUG = fakes.bug("lost")


def test_mark_says_what_was_measured_and_whether_it_is_as_expected() -> None:
    contradicted = entry("lost", "reproduced", reason="its large run was not killed")
    documents = [
        document("1.0", entry("lost", "reproduced")),
        document("1.1", entry("lost", "absent")),
        document("1.2", contradicted),
        document("1.3", entry("lost", "untestable", reason="timed out")),
        document("1.4"),
        not_installable("1.5"),
    ]
    marks = [mark(one, BUG) for one in documents]
    assert marks == ["x", "·!", "x!", "?!", "", "-"]
    assert words("·!") == "absent, not as expected"
    assert words("") == "not examined"
    assert [what for _, what in surprises(documents, [BUG])] == [
        "absent on datasets 1.1, expected reproduced: 7 of 9",
        "contradicted on datasets 1.2, expected reproduced: its large run was not killed",
        "untestable on datasets 1.3, expected reproduced: timed out",
    ]


def test_every_legend_has_every_mark() -> None:
    html = page.html([document("1.0")], [])
    for one, word in WORDS.items():
        assert word in LEGEND
        assert word in html
        assert not one or f"{one} {word}" in terminal.LEGEND

"""The README's tables, from verdicts that were never measured."""

import msgspec
import pytest
from packaging.specifiers import SpecifierSet

from repro.catalog.bugs import BUGS
from repro.report import markdown
from repro.results.document import Document
from tests.support.repro.documents import document as documents_of
from tests.support.repro.documents import entry, not_installable


def document(release: str, verdict: str) -> Document:
    return documents_of(release, *(entry(bug.id, verdict) for bug in BUGS))


@pytest.mark.parametrize(
    ("verdicts", "span"),
    [
        (("absent", "absent", "absent"), "none"),
        (("absent", "reproduced", "absent"), "1.1"),
        (("reproduced", "reproduced", "absent"), "1.0 to 1.1"),
        (("absent", "reproduced", "reproduced"), "from 1.1"),
    ],
)
def test_bugs_are_shown_with_the_releases_that_have_them(
    verdicts: tuple[str, str, str], span: str
) -> None:
    documents = [document(f"1.{n}", verdict) for n, verdict in enumerate(verdicts)]
    lines = markdown.bugs(documents, BUGS).splitlines()[2:]
    assert len(lines) == len(BUGS)
    for line in lines:
        assert line.split("|")[3].strip() == span


def test_bugs_of_the_newest_release_come_first() -> None:
    old, new, newest = BUGS[:3]
    documents = [
        documents_of(
            "1.0", *(entry(bug.id, "reproduced" if bug is old else "absent") for bug in BUGS)
        ),
        documents_of(
            "1.1", *(entry(bug.id, "absent" if bug is old else "reproduced") for bug in BUGS)
        ),
        documents_of("1.2", entry(new.id, "absent"), entry(newest.id, "reproduced")),
    ]
    lines = markdown.bugs(documents, [old, new, newest]).splitlines()[2:]
    assert [line.split()[1] for line in lines] == [newest.id, new.id, old.id]


def test_matrix_has_a_column_a_release() -> None:
    table = markdown.matrix([document("4.4.0", "reproduced"), document("4.4.1", "untestable")])
    header, _, *rows = table.splitlines()
    assert [cell.strip() for cell in header.split("|")][2:4] == ["4.4.0", "4.4.1"]
    assert all(
        [cell.strip() for cell in row.split("|")][2:4] in (["x", "?!"], ["x!", "?!"])
        for row in rows
    )


def test_what_is_not_known_of_a_release_has_its_marks() -> None:
    documents = [document("1.0", "absent"), documents_of("1.1"), not_installable("1.2")]
    assert "not measured" not in markdown.bugs(documents, BUGS)
    assert "not measured" in markdown.bugs(documents[1:], BUGS)


def test_summary_is_the_matrix_and_what_there_is_to_say() -> None:
    documents = [document("1.0", "absent"), not_installable("1.1", "no such version")]
    text = markdown.summary(documents, ["drift: some line"])
    assert text.startswith(markdown.matrix(documents))
    assert text.endswith(
        "\n\n- datasets 1.1 cannot be installed: no such version\n- drift: some line\n"
    )
    assert markdown.summary(documents[:1], []).endswith(f"\n\n{markdown.LEGEND}\n")


def test_content_is_put_between_its_marks() -> None:
    text = "a <!-- x -->old<!-- /x --> b <!-- y --><!-- /y -->"
    expected = "a <!-- x -->\nnew\n<!-- /x --> b <!-- y --><!-- /y -->"
    assert markdown.fill(text, "x", "new") == expected
    assert markdown.fill(expected, "x", "new") == expected


def test_text_without_the_marks_is_an_error() -> None:
    with pytest.raises(ValueError, match="no place for x"):
        markdown.fill("<!-- x --> and no end", "x", "new")


def test_text_neither_ends_its_cell_nor_is_html() -> None:
    assert markdown.cell("8 | <9>\nof 9") == r"8 \| &lt;9> of 9"


def test_what_is_of_git_is_no_release_that_has_a_bug() -> None:
    git = msgspec.structs.replace(document("5.0.2.dev0", "reproduced"), asked={"datasets": "git"})
    documents = [document("5.1.0", "reproduced"), document("5.2.0", "absent"), git]
    for line in markdown.bugs(documents, BUGS).splitlines()[2:]:
        assert line.split("|")[3].strip() == "5.1.0"


def test_summary_shows_the_bugs_that_were_asked_for() -> None:
    text = markdown.summary([document("5.2.0", "absent")], [], BUGS[:1])
    assert BUGS[0].id in text
    assert BUGS[1].id not in text


def test_lower_bound_of_a_range_comes_first() -> None:
    assert markdown.specifier(SpecifierSet("<4.4.2.dev0,>=4.4.0")) == ">=4.4.0,<4.4.2.dev0"
    assert markdown.specifier(SpecifierSet("==4.6.0")) == "==4.6.0"

"""The README's tables, from verdicts that were never measured."""

import pytest

from repro.catalog import BUGS
from repro.report import markdown
from tests.repro.documents import document as documents_of
from tests.repro.documents import not_installable


def document(release: str, verdict: str) -> markdown.Document:
    bugs = [{"id": bug.id, "verdict": verdict, "figure": "7 of 9"} for bug in BUGS]
    return {"environment": {"datasets": release}, "bugs": bugs}


def test_releases_are_in_the_order_of_their_versions() -> None:
    documents = [document(release, "absent") for release in ("4.10.0", "4.9.1", "5.0.2.dev0")]
    in_order = [markdown.release(each) for each in markdown.in_order(documents)]
    assert in_order == ["4.9.1", "4.10.0", "5.0.2.dev0"]


def test_git_main_without_a_version_comes_last() -> None:
    documents = [not_installable("git"), document("5.0.2.dev0", "absent")]
    assert [markdown.release(each) for each in markdown.in_order(documents)] == [
        "5.0.2.dev0",
        "git",
    ]


@pytest.mark.parametrize(
    ("verdicts", "span"),
    [
        (("absent", "absent", "absent"), "none"),
        (("absent", "reproduced", "absent"), "1.1"),
        (("reproduced", "reproduced", "absent"), "1.0 to 1.1"),
        (("absent", "reproduced", "reproduced"), "1.1 to 1.2 (live)"),
    ],
)
def test_bugs_are_shown_with_the_releases_that_have_them(
    verdicts: tuple[str, str, str], span: str
) -> None:
    documents = [document(f"1.{n}", verdict) for n, verdict in enumerate(verdicts)]
    lines = markdown.bugs(documents).splitlines()[2:]
    assert len(lines) == len(BUGS)
    for line in lines:
        assert line.split("|")[3].strip() == span
        shown = "1.2" if span == "none" or "live" in span else "1.1"
        assert f"7 of 9 ({shown})" in line


def test_matrix_has_a_column_a_release() -> None:
    table = markdown.matrix([document("1.0", "reproduced"), document("1.1", "untestable")])
    header, _, *rows = table.splitlines()
    assert [cell.strip() for cell in header.split("|")][2:4] == ["1.0", "1.1"]
    assert all([cell.strip() for cell in row.split("|")][2:4] == ["x", "?"] for row in rows)


def test_what_is_not_known_of_a_release_has_its_marks() -> None:
    documents = [document("1.0", "absent"), documents_of("1.1"), not_installable("1.2")]
    assert [markdown.mark(each, BUGS[0]) for each in documents] == ["·", "", "!"]
    for line in markdown.bugs(documents).splitlines()[2:]:
        assert "7 of 9 (1.0)" in line
    assert "not measured" in markdown.bugs(documents[1:])


def test_installations_of_one_release_are_told_apart() -> None:
    assert markdown.label(documents_of("1.0", pyarrow="21.0.0")) == "1.0, pyarrow 21.0.0"
    assert markdown.label(document("1.0", "absent")) == "1.0"


def test_summary_is_the_matrix_and_what_there_is_to_say() -> None:
    documents = [document("1.0", "absent"), not_installable("1.1", "no such version")]
    text = markdown.summary(documents, ["drift: some line"])
    assert text.startswith(markdown.matrix(documents))
    assert text.endswith(
        "\n\n- datasets 1.1 cannot be installed: no such version\n- drift: some line\n"
    )
    assert markdown.summary(documents[:1], []).endswith("`!` not installable\n")


def test_bug_that_was_not_measured_is_an_error() -> None:
    nothing = {"environment": {"datasets": "1.0"}, "bugs": []}
    with pytest.raises(KeyError, match=r"was not measured on datasets 1\.0"):
        markdown.entry(nothing, BUGS[0])


def test_content_is_put_between_its_marks() -> None:
    text = "a <!-- x -->old<!-- /x --> b <!-- y --><!-- /y -->"
    expected = "a <!-- x -->\nnew\n<!-- /x --> b <!-- y --><!-- /y -->"
    assert markdown.fill(text, "x", "new") == expected
    assert markdown.fill(expected, "x", "new") == expected


def test_text_without_the_marks_is_an_error() -> None:
    with pytest.raises(ValueError, match="no place for x"):
        markdown.fill("<!-- x --> and no end", "x", "new")

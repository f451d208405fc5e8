"""The search for where a bug begins and ends, over rows of verdicts."""

from collections.abc import Sequence
from itertools import pairwise
from math import ceil, log2

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repro.bisect.search import Stretch, search, stretches
from repro.judge.outcome import Verdict

VERDICTS = {".": Verdict.ABSENT, "x": Verdict.REPRODUCED, "?": Verdict.UNTESTABLE}


class Row:
    """Releases that say what they are told to, and count how often they are asked.

    `.` has not got the bug, `x` has it, `?` cannot be tested.
    """

    def __init__(self, verdicts: str) -> None:
        self.verdicts = verdicts
        self.runs: list[int] = []

    def probe(self, place: int) -> Verdict:
        assert place not in self.runs
        self.runs.append(place)
        return VERDICTS[self.verdicts[place]]

    def search(self, expected: str = "") -> list[Stretch]:
        hint = expected or "." * len(self.verdicts)
        return stretches(search([mark == "x" for mark in hint], self.probe))


def one_range(verdicts: Sequence[str]) -> Stretch:
    """Return the only stretch with the bug, from all verdicts of a row."""
    has = [place for place, mark in enumerate(verdicts) if mark == "x"]
    has_not = [place for place, mark in enumerate(verdicts) if mark == "."]
    before = max((place for place in has_not if place < has[0]), default=None)
    after = min((place for place in has_not if place > has[-1]), default=None)
    return Stretch(has[0], has[-1], before, after)


@st.composite
def rows(draw: st.DrawFn, skips: bool = False) -> str:
    """A row with the bug in one range; with skips any other release may be untestable."""
    older, with_bug, newer = (draw(st.integers(least, 60)) for least in (0, 1, 0))
    row = list("." * older + "x" * with_bug + "." * newer)
    for place in draw(st.sets(st.integers(0, len(row) - 1))) if skips else ():
        row[place] = "?"
    return "".join(row)


@pytest.mark.parametrize(
    ("row", "expected", "runs"),
    [
        ("..........xxx.......", "..........xxx.......", 6),
        ("..........xxxxxxxxxx", "..........xxxxxxxxxx", 4),
        ("xxxxxxxxxxxxxxxxxxxx", "xxxxxxxxxxxxxxxxxxxx", 2),
        ("x", "x", 1),
    ],
    ids=["begins and ends", "is live", "is everywhere", "is in the only release"],
)
def test_right_catalog_is_confirmed_at_its_edges_alone(row: str, expected: str, runs: int) -> None:
    asked = Row(row)
    assert asked.search(expected) == [one_range(row)]
    assert len(asked.runs) == runs


@given(rows(), st.data())
def test_range_is_found_in_logarithmic_time_where_the_catalog_knows_one_release(
    row: str, data: st.DataObject
) -> None:
    known = data.draw(st.sampled_from([place for place, mark in enumerate(row) if mark == "x"]))
    asked = Row(row)
    hint = "".join("x" if place == known else "." for place in range(len(row)))
    assert asked.search(hint) == [one_range(row)]
    ends_and_hint = 2 + 3
    assert len(asked.runs) <= ends_and_hint + 2 * ceil(log2(len(row) + 1))


@given(rows())
def test_live_bug_is_found_without_a_catalog(row: str) -> None:
    live = row.rstrip(".")
    asked = Row(live)
    assert asked.search() == [one_range(live)]
    assert len(asked.runs) <= 2 + ceil(log2(len(live) + 1))


@given(rows())
def test_short_bug_is_found_even_if_the_catalog_knows_nothing(row: str) -> None:
    assert Row(row).search() == [one_range(row)]


@given(rows(skips=True), rows())
def test_edges_are_exact_between_two_releases_that_can_be_tested(row: str, hint: str) -> None:
    """Also between untestable releases, and with any hint of the catalog."""
    asked = Row(row)
    result = asked.search(hint[: len(row)].ljust(len(row), "."))
    testable = [place for place, mark in enumerate(row) if mark != "?"]
    for stretch in result:
        for older, newer in ((stretch.before, stretch.first), (stretch.last, stretch.after)):
            if older is not None and newer is not None:
                assert (older, newer) in pairwise(testable)
        assert row[stretch.first] == row[stretch.last] == "x"
        around = (stretch.before, stretch.after)
        assert all(row[place] == "." for place in around if place is not None)


@pytest.mark.parametrize(
    ("row", "first"),
    [
        ("?" * 40 + "x" * 10, 40),
        ("?" * 49 + "x", 49),
        ("?" + "x" * 49, 1),
        ("?" * 20 + "." * 10 + "x" * 20, 30),
    ],
)
def test_row_of_untestable_old_releases_costs_little(row: str, first: int) -> None:
    asked = Row(row)
    (stretch,) = asked.search()
    assert (stretch.first, stretch.last, stretch.after) == (first, len(row) - 1, None)
    assert len(asked.runs) <= 2 + 2 * ceil(log2(len(row)))


def test_row_of_untestable_releases_beside_an_edge_is_left_soon() -> None:
    asked = Row("." * 25 + "?" * 10 + "." * 5 + "x" * 20)
    assert asked.search() == [Stretch(40, 59, 39, None)]
    assert len(asked.runs) <= 2 + ceil(log2(60))


def test_old_releases_that_cannot_be_tested_are_not_searched_through_for_nothing() -> None:
    asked = Row("?" * 40 + "." * 10)
    assert asked.search() == []
    assert len(asked.runs) <= 10 + 2 + ceil(log2(50))


def test_untestable_new_releases_are_passed_over() -> None:
    assert Row("..xxxxx????").search("..xxxxxxxxx") == [Stretch(2, 6, 1, None)]


@pytest.mark.parametrize("row", ["..x?..", "..x???..", "..?x?.?.", "x?????.", "..??xx"])
def test_edge_is_between_the_nearest_that_can_be_tested(row: str) -> None:
    assert Row(row).search() == [one_range(row)]


def test_bug_that_ended_and_came_back_is_two_ranges() -> None:
    result = Row("xxxxx..xxxx...").search(".......xxxx...")
    assert result == [Stretch(0, 4, None, 5), Stretch(7, 10, 6, 11)]


def test_catalog_that_is_wrong_is_not_believed() -> None:
    assert Row(".....xx...").search("xxx.....xx") == [Stretch(5, 6, 4, 7)]


@pytest.mark.parametrize("row", ["..........", "..?..?....", "??????"])
def test_bug_that_is_nowhere_is_no_range(row: str) -> None:
    assert Row(row).search("." * 2 + "x" * (len(row) - 2)) == []


def test_newest_is_asked_first() -> None:
    asked = Row("...xxx")
    asked.search("...xxx")
    assert asked.runs[0] == 5

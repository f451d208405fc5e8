"""The problems of a table."""

from __future__ import annotations

from pathlib import Path

from workaround.bids.tabular.notes import Notes


def test_lines_of_one_reason_are_one_problem() -> None:
    notes = Notes(Path("t.tsv"), "; or leave it out")
    for line in range(2, 9):
        notes.remark("odd", line, "age")
    assert not notes.refused
    notes.error("wrong", 3)
    assert notes.refused
    assert [str(problem) for problem in notes.problems()] == [
        "column 'age', t.tsv, lines 2, 3, 4, 5, 6 and 2 more: odd",
        "t.tsv, line 3: wrong; or leave it out",
    ]

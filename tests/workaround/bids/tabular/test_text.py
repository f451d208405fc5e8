"""The lines and cells of tables as people have them."""

from __future__ import annotations

from pathlib import Path

import pytest

from workaround.bids.tabular.notes import Notes
from workaround.bids.tabular.text import read_text


def read(
    tmp_path: Path, data: str | bytes, name: str = "t.tsv"
) -> tuple[list[list[str]] | None, list[str]]:
    """Return names and cells of a table, and its problems after the path."""
    path = tmp_path / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    notes = Notes(path)
    table = read_text(path, notes)
    problems = [str(problem).removeprefix(str(path)) for problem in notes.problems()]
    if table is None:
        return None, problems
    return [list(table.names), *(list(line.cells) for line in table.lines)], problems


PLAIN = "a\tb\n1\té\n2\t\n"


@pytest.mark.parametrize(
    ("data", "remark"),
    [
        (PLAIN, None),
        (PLAIN.encode("utf-8-sig"), None),
        (PLAIN.replace("\n", "\r\n"), None),
        (PLAIN.replace("\n", "\r"), None),
        ("\n" + PLAIN + "\n \t\n", None),
        (" a \t b\n 1\té \n2\t \n", None),
        ('a\tb\n"1"\t"é"\n2\t""\n', None),
        (PLAIN.encode("utf-16"), ": read as UTF-16, where BIDS has UTF-8"),
        (PLAIN.encode("utf-16-le"), ": read as UTF-16, where BIDS has UTF-8"),
        (PLAIN.encode("utf-16-be"), ": read as UTF-16, where BIDS has UTF-8"),
        (PLAIN.replace("\t", ","), ": separated by commas, not by tabs as its name says"),
        (PLAIN.replace("\t", ";"), ": separated by semicolons, not by tabs as its name says"),
        ("a\tb\t\n1\té\n2\t\t\t\n", ", line 3: separators at the end are ignored"),
        ("a\tb\n1\té\n2\n", ", line 3: cells are missing: all but the first are read as n/a"),
        ("\ta\tb\n0\t1\té\n1\t2\t\n", ", line 1: column 1 numbers the rows and has no name"),
        ("a\tb\ta\n1\té\t1\n2\t\t2\n", "column 'a', {}, line 1: two columns of this name"),
    ],
)
def test_one_reading_is_taken(tmp_path: Path, data: str | bytes, remark: str | None) -> None:
    table, problems = read(tmp_path, data)
    assert table == [["a", "b"], ["1", "é"], ["2", ""]]
    assert len(problems) == (remark is not None)
    for problem in problems:
        assert problem.startswith((remark or "").format(tmp_path / "t.tsv"))


def test_blanks_may_separate(tmp_path: Path) -> None:
    table, problems = read(tmp_path, "id   age\n1    31\n20   5\n")
    assert table == [["id", "age"], ["1", "31"], ["20", "5"]]
    assert problems == [": separated by blanks, not by tabs as its name says"]


def test_one_column_may_have_commas_in_its_cells(tmp_path: Path) -> None:
    assert read(tmp_path, "id\na,b\nc\n") == ([["id"], ["a,b"], ["c"]], [])


@pytest.mark.parametrize(
    ("data", "error"),
    [
        ("", ": it is empty"),
        (b"a\tb\n1\t\xe9\n", ", line 2: is not UTF-8"),
        ("a\tb\n1\t\0\n", ", line 2: has a NUL character"),
        ("a\tb\tc\n1\t2\t3\n1\t2\n1\t2\n", ", lines 3, 4: has 2 cells under 3 names"),
        ("a\tb\n1\t2\t3\n", ", line 2: has 3 cells under 2 names"),
        ('a\tb\n1\tx\n2\t"y\n3\tz\n4\tw\n', ", line 3: a quotation mark begins a cell"),
        ("a\t\tb\n1\tx\t2\n", ", line 1: column 2 has no name"),
        ("a\tb\ta\n1\t2\t3\n", "column 'a', {}, line 1: columns 1 and 3 have one name"),
    ],
)
def test_several_readings_are_refused_by_line(
    tmp_path: Path, data: str | bytes, error: str
) -> None:
    table, problems = read(tmp_path, data)
    assert table is None
    assert len(problems) == 1
    assert problems[0].startswith(error.format(tmp_path / "t.tsv"))


def test_a_cell_in_quotes_may_have_lines(tmp_path: Path) -> None:
    table, problems = read(tmp_path, 'a\tb\n1\t"x\ny"\n')
    assert (table, problems) == ([["a", "b"], ["1", "x\ny"]], [])


def test_a_table_of_commas_is_called_so(tmp_path: Path) -> None:
    assert read(tmp_path, "a,b\n1,2\n", "t.csv") == ([["a", "b"], ["1", "2"]], [])

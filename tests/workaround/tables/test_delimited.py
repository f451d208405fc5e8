"""CSV and TSV: numbers, quotes and line breaks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from datasets import Features, Value

from tests.support.workaround.tables import problem
from workaround.tables.infer import read_table


@pytest.mark.parametrize(
    ("cells", "kind", "values"),
    [
        (["1", "-2", "0"], "int64", [1, -2, 0]),
        (["1", "2.50", "-1e3"], "float64", [1.0, 2.5, -1000.0]),
        (["1", "n/a", "3"], "int64", [1, None, 3]),
        (["01", "2"], "string", ["01", "2"]),
        (["01.5", "2"], "string", ["01.5", "2"]),
        (["+1", "2"], "string", ["+1", "2"]),
        (["123456789012345678901", "2"], "string", ["123456789012345678901", "2"]),
        (["1", "true"], "string", ["1", "true"]),
        (["NA", "nan"], "string", ["NA", "nan"]),
        (["2020-01-01", "2021-01-01"], "string", ["2020-01-01", "2021-01-01"]),
        (["n/a", "n/a"], "string", [None, None]),
        (["1.10", "34.50"], "float64", [1.1, 34.5]),
        (["0.30000000000000004", "1e-300"], "float64", [0.1 + 0.2, 1e-300]),
        (["0.10000000000000000555", "3"], "float64", [0.1, 3.0]),
        (["9007199254740993", "0.5"], "string", ["9007199254740993", "0.5"]),
        (["0.12345678901234567890", "3"], "string", ["0.12345678901234567890", "3"]),
        (["1e999", "3"], "string", ["1e999", "3"]),
        (["1e-999", "3"], "string", ["1e-999", "3"]),
    ],
)
def test_only_numbers_become_numbers(
    table: Callable[..., Path], cells: list[str], kind: str, values: list[Any]
) -> None:
    result = read_table(table("\n".join(["a", *cells, ""])))
    assert result.features == Features({"a": Value(kind)})
    assert result["a"][:] == values


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("table.tsv", 'id\tnote\n1\t"big head\n2\tok\n3\tend"\n'),
        ("table.tsv", 'id\tnote\n1\t"big head\n2\tok\n'),
        ("table.csv", 'note,id,n\n"big head,1,2\nok,2,3\nend",3,4\n'),
    ],
)
def test_a_quote_that_swallows_rows_is_a_problem_unless_the_column_is_text(
    table: Callable[..., Path], name: str, text: str
) -> None:
    result = problem(table(text, name))
    assert (result.row, result.column) == (0, "note")
    assert "quotation mark" in result.reason
    assert len(read_table(table(text, name), {"note": "string"})) == 1


def test_quoted_cells_may_have_commas_and_line_breaks(table: Callable[..., Path]) -> None:
    rows = 200_000  # many times what Arrow reads at a time
    result = read_table(table("\n".join(["id,note", *['1,"one, two\nthree, four"'] * rows, ""])))
    assert result.data.column("note").unique().to_pylist() == ["one, two\nthree, four"]
    assert len(result) == rows

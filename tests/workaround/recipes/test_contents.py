"""The content of files as cells."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from workaround.errors import CheckError
from workaround.recipes.contents import Contents
from workaround.recipes.pattern import Pattern
from workaround.recipes.recipe import FileColumn

TEXTS = {
    "a.txt": " 1 2\n3 \n",
    "n.txt": "2.5\n",
    "a.json": '{"TR": 2, "x": {"y": [1, 2]}}',
    "b.json": '{"TR": 2.5}',
    "c.json": '{"TR": "long"}',
    "bad.json": "{",
}


def column(kind: str, field: str | None = None, of: pa.DataType | None = None) -> FileColumn:
    return FileColumn("c", (Pattern.of("{s}"),), kind, field=field, type=of)


@pytest.mark.parametrize(
    ("of", "path", "value"),
    [
        (column("text"), "a.txt", "1 2\n3"),
        (column("number"), "n.txt", 2.5),
        (column("path"), "n.txt", "n.txt"),
        (column("json", "x.y"), "a.json", [1, 2]),
        (column("json", "x"), "a.json", '{"y": [1, 2]}'),
        (column("json", "missing"), "a.json", None),
        (column("json"), "b.json", '{"TR": 2.5}'),
        (column("json", "TR", pa.float32()), "a.json", 2.0),
    ],
)
def test_a_cell_holds_what_is_in_the_file(
    tree: Callable[..., Path], of: FileColumn, path: str, value: Any
) -> None:
    contents = Contents(tree(texts=TEXTS))
    assert contents.column(of, [[path], []], many=False).to_pylist() == [value, None]
    assert contents.column(of, [[path, None]], many=True).to_pylist() == [[value, None]]
    assert contents.problems == []


@pytest.mark.parametrize(
    ("of", "path", "reason"),
    [
        (column("json", "TR"), "bad.json", "left out: it is not JSON"),
        (column("number"), "a.txt", "left out: it does not hold one number"),
        (column("text"), "link.txt", "left out: is a link to a file that is missing"),
    ],
)
def test_a_file_that_holds_something_else_is_an_omission(
    tree: Callable[..., Path], of: FileColumn, path: str, reason: str
) -> None:
    root = tree(texts=TEXTS)
    (root / "link.txt").symlink_to("missing")
    contents = Contents(root)
    assert contents.column(of, [[path]], many=False).to_pylist() == [None]
    (problem,) = contents.problems
    assert (problem.path, problem.severity) == (str(root / path), "omission")
    assert problem.reason.startswith(reason)


def test_values_of_several_types_are_refused(tree: Callable[..., Path]) -> None:
    contents = Contents(tree(texts=TEXTS))
    with pytest.raises(CheckError, match="not all of one type"):
        contents.column(column("json", "TR"), [["a.json"], ["c.json"]], many=False)
    with pytest.raises(CheckError, match="not all float, as the recipe says"):
        contents.column(column("json", "TR", pa.float32()), [["c.json"]], many=False)

"""Random features with files at any depth, rows of them, and the tiny files that they name."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import PIL.Image
from datasets import ClassLabel, Features, Image, LargeList, List, Nifti, Value
from hypothesis import strategies as st

from repro.synthetic.nifti import write_nifti
from tests.support.workaround.nested import FIXED_SIZE

Row = Mapping[str, Any]
"""A row of values, with a `Cell` for each file."""

MAX_ROWS = 5
SUFFIXES = {Nifti: ".nii", Image: ".png"}
FILES = [kind(decode=decode) for kind in SUFFIXES for decode in (True, False)]
SCALARS: list[tuple[Any, st.SearchStrategy[Any]]] = [
    (Value("int64"), st.integers(-9, 9)),
    (Value("string"), st.text("aü", max_size=2)),
    (ClassLabel(names=["no", "yes"]), st.integers(0, 1)),
]


@dataclass(frozen=True)
class Cell:
    """A cell with a file of its own.

    Attributes:
        number: of the file, unlike all others of its rows.
        suffix: of its name.
        embedded: the content is in the table, with the bare name as path; else the path alone is.
    """

    number: int
    suffix: str
    embedded: bool = False


class Files:
    """Tiny files that differ, made when they are first asked for."""

    def __init__(self, folder: Path) -> None:
        """They will be in that folder."""
        self.folder = folder

    def path(self, cell: Cell) -> Path:
        """The file of a cell."""
        path = self.folder / f"{cell.number}{cell.suffix}"
        if not path.exists():
            if cell.suffix == ".nii":
                write_nifti(path, 360, dtype="float64", seed=cell.number)
            else:
                PIL.Image.new("RGB", (1, 1), (cell.number // 256, cell.number % 256, 0)).save(path)
        return path

    def stored(self, value: Any) -> Any:
        """A value as it is given to a dataset."""
        return change(
            value,
            lambda cell: self.embedded(cell) if cell.embedded else _fields(str(self.path(cell))),
        )

    def embedded(self, value: Any) -> Any:
        """A value as it should be on the Hub: the contents of files, and their bare names."""
        return change(
            value, lambda cell: _fields(self.path(cell).name, self.path(cell).read_bytes())
        )


def _fields(path: str, content: bytes | None = None) -> dict[str, Any]:
    return {"bytes": content, "path": path}


def change(value: Any, new: Callable[[Cell], Any]) -> Any:
    """A value with something else in the place of each cell."""
    match value:
        case Cell():
            return new(value)
        case list():
            return [change(item, new) for item in value]
        case dict():
            return {name: change(item, new) for name, item in value.items()}
        case _:
            return value


def cells(value: Any) -> Iterator[Cell]:
    """The cells of a value."""
    match value:
        case Cell():
            yield value
        case list():
            yield from itertools.chain.from_iterable(map(cells, value))
        case dict():
            yield from cells(list(value.values()))


def features_in(feature: Any) -> Iterator[Any]:
    """A feature and all that it is made of."""
    yield feature
    if isinstance(feature, Mapping):
        yield from itertools.chain.from_iterable(map(features_in, feature.values()))
    elif isinstance(feature, (List, LargeList)):
        yield from features_in(feature.feature)


@st.composite
def tables(draw: st.DrawFn) -> tuple[Features, list[Row]]:
    """Features and rows: a column "row" that counts, and one or two more, mostly of files.

    Each cell has a file of its own.
    """
    # Column by column, so that shrinking can take one away as a piece.
    count = draw(st.integers(0, MAX_ROWS))
    column = kinds().flatmap(
        lambda kind: st.tuples(
            st.just(kind), st.lists(values(kind), min_size=count, max_size=count)
        )
    )
    columns = dict(zip("ab", draw(st.lists(column, min_size=1, max_size=2)), strict=False))
    numbers = itertools.count()
    rows = [
        change(
            {"row": row, **{name: of_kind[row] for name, (_, of_kind) in columns.items()}},
            lambda cell: replace(cell, number=next(numbers)),
        )
        for row in range(count)
    ]
    drawn = {name: kind for name, (kind, _) in columns.items()}
    return Features({"row": Value("int64"), **drawn}), rows


def kinds() -> st.SearchStrategy[Any]:
    """Features of a column, the simplest first: that is where shrinking goes."""
    return st.recursive(
        st.sampled_from([*FILES, *FILES, *(kind for kind, _ in SCALARS)]),
        lambda inner: st.one_of(
            st.builds(List, inner),
            st.builds(LargeList, inner),
            *([st.builds(List, inner, length=st.integers(1, 2))] if FIXED_SIZE else []),
            st.dictionaries(st.sampled_from("xyz"), inner, min_size=1, max_size=2),
        ),
        max_leaves=3,
    )


def values(feature: Any) -> st.SearchStrategy[Any]:
    """Values of a feature, null at any depth."""
    some = _values(feature)
    return st.one_of(some, some, some, st.none())


def _values(feature: Any) -> st.SearchStrategy[Any]:
    match feature:
        case Nifti() | Image():
            embedded = st.sampled_from([False, False, False, True])
            return st.builds(Cell, st.just(0), st.just(SUFFIXES[type(feature)]), embedded)
        case Mapping():
            return st.fixed_dictionaries({name: values(item) for name, item in feature.items()})
        case List(length=length) if length >= 0:
            return st.lists(values(feature.feature), min_size=length, max_size=length)
        case List() | LargeList():
            return st.lists(values(feature.feature), max_size=2)
        case _:
            return next(item for kind, item in SCALARS if kind == feature)

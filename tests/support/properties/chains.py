"""Random chains of what makes one dataset of another, each step with its model on plain lists.

Numbers are drawn before it is known how many rows there are: a step takes them modulo that.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import mkdtemp
from typing import Protocol

import numpy as np
from datasets import Dataset, concatenate_datasets, load_from_disk
from hypothesis import strategies as st

from tests.support.properties.schemas import Row, change

Rows = list[Row]


@dataclass(frozen=True)
class Stage:
    """A dataset within a chain, with its model.

    Attributes:
        dataset: what upstream has made so far.
        rows: what should be in it.
        first: the dataset that the chain began with.
        first_rows: its rows.
        folder: where steps may write.
    """

    dataset: Dataset
    rows: Rows
    first: Dataset
    first_rows: Rows
    folder: Path


class Step(Protocol):
    """One step of a chain."""

    def derive(self, now: Stage) -> Dataset:
        """Return the dataset that upstream makes."""

    def model(self, now: Stage) -> Rows:
        """The rows that this should have."""


@dataclass(frozen=True)
class Shard:
    """`shard`, of consecutive rows or of every so many."""

    count: int
    index: int
    contiguous: bool

    def derive(self, now: Stage) -> Dataset:
        return now.dataset.shard(self.count, self.index % self.count, contiguous=self.contiguous)

    def model(self, now: Stage) -> Rows:
        if not self.contiguous:
            return now.rows[self.index % self.count :: self.count]
        part = np.array_split(range(len(now.rows)), self.count)[self.index % self.count]
        return [now.rows[int(row)] for row in part]


@dataclass(frozen=True)
class Slice:
    """`select` of consecutive rows, none of them too."""

    start: int
    length: int

    def _range(self, rows: int) -> range:
        start = self.start % (rows + 1)
        return range(start, start + self.length % (rows - start + 1))

    def derive(self, now: Stage) -> Dataset:
        return now.dataset.select(self._range(len(now.dataset)))

    def model(self, now: Stage) -> Rows:
        return [now.rows[row] for row in self._range(len(now.rows))]


@dataclass(frozen=True)
class Select:
    """`select` of any rows, in any order, some of them twice."""

    indices: tuple[int, ...]

    def _indices(self, rows: int) -> list[int]:
        return [index % rows for index in self.indices] if rows else []

    def derive(self, now: Stage) -> Dataset:
        return now.dataset.select(self._indices(len(now.dataset)))

    def model(self, now: Stage) -> Rows:
        return [now.rows[index] for index in self._indices(len(now.rows))]


@dataclass(frozen=True)
class Reverse:
    """`select` of all rows, the last first."""

    def derive(self, now: Stage) -> Dataset:
        return now.dataset.select(range(len(now.dataset) - 1, -1, -1))

    def model(self, now: Stage) -> Rows:
        return now.rows[::-1]


@dataclass(frozen=True)
class Filter:
    """`filter` by the number in the column "row"."""

    modulus: int
    rest: int

    def keeps(self, row: int) -> bool:
        return row % self.modulus == self.rest % self.modulus

    def derive(self, now: Stage) -> Dataset:
        return now.dataset.filter(self.keeps, input_columns=["row"])

    def model(self, now: Stage) -> Rows:
        return [row for row in now.rows if self.keeps(row["row"])]


@dataclass(frozen=True)
class Shuffle:
    """`shuffle` with a generator of numbers that the model has too."""

    seed: int

    def derive(self, now: Stage) -> Dataset:
        return now.dataset.shuffle(generator=np.random.default_rng(self.seed))

    def model(self, now: Stage) -> Rows:
        order = np.random.default_rng(self.seed).permutation(len(now.rows))
        return [now.rows[int(row)] for row in order]


@dataclass(frozen=True)
class Concatenate:
    """`concatenate_datasets` with itself, or with the first dataset of the chain."""

    itself: bool

    def derive(self, now: Stage) -> Dataset:
        return concatenate_datasets([now.dataset, now.dataset if self.itself else now.first])

    def model(self, now: Stage) -> Rows:
        return now.rows + (now.rows if self.itself else now.first_rows)


@dataclass(frozen=True)
class Take:
    """`take`."""

    count: int

    def derive(self, now: Stage) -> Dataset:
        return now.dataset.take(self.count % (len(now.dataset) + 1))

    def model(self, now: Stage) -> Rows:
        return now.rows[: self.count % (len(now.rows) + 1)]


@dataclass(frozen=True)
class Skip:
    """`skip`."""

    count: int

    def derive(self, now: Stage) -> Dataset:
        return now.dataset.skip(self.count % (len(now.dataset) + 1))

    def model(self, now: Stage) -> Rows:
        return now.rows[self.count % (len(now.rows) + 1) :]


@dataclass(frozen=True)
class Flatten:
    """`flatten_indices`: the rows are written anew."""

    def derive(self, now: Stage) -> Dataset:
        return now.dataset.flatten_indices()

    def model(self, now: Stage) -> Rows:
        return now.rows


@dataclass(frozen=True)
class SaveAndLoad:
    """`save_to_disk`, which embeds, and `load_from_disk`, which fails on datasets without rows."""

    def derive(self, now: Stage) -> Dataset:
        if not now.rows:
            return now.dataset
        saved = mkdtemp(dir=now.folder)
        now.dataset.save_to_disk(saved)
        return load_from_disk(saved)

    def model(self, now: Stage) -> Rows:
        return [change(row, lambda cell: replace(cell, embedded=True)) for row in now.rows]


def chains() -> st.SearchStrategy[tuple[Step, ...]]:
    """Chains of up to three steps."""
    number = st.integers(0, 9)
    step: st.SearchStrategy[Step] = st.one_of(
        st.builds(Shard, st.integers(1, 4), number, st.booleans()),
        st.builds(Slice, number, number),
        st.builds(Select, st.lists(number, max_size=4).map(tuple)),
        st.builds(Take, number),
        st.builds(Skip, number),
        st.builds(Filter, st.integers(1, 3), number),
        st.builds(Reverse),
        st.builds(Shuffle, number),
        st.builds(Concatenate, st.booleans()),
        st.builds(Flatten),
        st.builds(SaveAndLoad),
    )
    return st.lists(step, max_size=3).map(tuple)

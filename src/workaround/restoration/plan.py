"""The files of a dataset: all paths are read and checked before anything is written."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

import pyarrow as pa

from workaround.bids.terms.names import IMAGES
from workaround.errors import Problem
from workaround.restoration.columns import TextColumn, bids_columns
from workaround.restoration.folder import Folder
from workaround.restoration.paths import parents, path_problem
from workaround.restoration.rows import ShardRows, cells_of

Place = tuple[int, str, str]
"""Row, column and split of a path."""


@dataclass
class RestorePlan:
    """The files that a dataset is written as.

    Attributes:
        images: Paths of the images, and their places.
        texts: Paths of gradients and tables, and their places.
        unknown: Columns of files without paths.
        problems: Paths that are refused, and columns that do not go together.
    """

    images: dict[str, Place] = field(default_factory=dict)
    texts: dict[str, Place] = field(default_factory=dict)
    unknown: dict[str, None] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def add(self, other: RestorePlan) -> None:
        """Add the files of another plan."""
        self.images |= other.images
        self.texts |= other.texts
        self.unknown |= other.unknown
        self.problems += other.problems

    def collisions(self) -> Iterator[Problem]:
        """Yield a problem for each file that another one does not let be.

        Names that differ in case alone are one file on some systems, and BIDS has none of them.
        """
        paths = {**self.images, **self.texts}
        folded: dict[str, str] = {}
        for path in paths:
            first = folded.setdefault(path.casefold(), path)
            if first != path:
                yield _refused(paths[path], path, f"it differs from {first} in case alone")
        for path, place in paths.items():
            for parent in parents(path):
                if (other := folded.get(parent.casefold())) is not None:
                    yield _refused(place, path, f"{other} is a file of the dataset too")


def plan_shard(shard: ShardRows, split: str, folder: Folder) -> RestorePlan:
    """Read the paths of the files of a shard, and check them."""
    columns, result = bids_columns(shard.features), RestorePlan()
    result.unknown |= dict.fromkeys(columns.unknown)
    for image in columns.images:
        own = TextColumn(image.column, image.paths)
        texts = {name for text in image.texts for name in (text.column, text.paths)}
        for number, start in shard.groups():
            table = shard.table(number, {image.column, image.paths, *texts})
            for text in (own, *image.texts):
                part = _Part(table, image.depth, text, folder, start, split)
                paths = result.images if text is own else {} if text.rows else result.texts
                result.problems += part.check(paths, IMAGES if text is own else text.extensions)
    return result


@dataclass(frozen=True)
class _Part:
    """A column of files in a row group.

    Attributes:
        table: The row group.
        depth: Number of lists around a file.
        column: The column, and that of the paths.
        folder: The folder to write to.
        start: First row in the split.
        split: Name of the split.
    """

    table: pa.Table
    depth: int
    column: TextColumn
    folder: Folder
    start: int
    split: str

    def check(self, result: dict[str, Place], extensions: Collection[str]) -> Iterator[Problem]:
        """Yield a problem for each path that is refused, and collect the others."""
        name = self.column.column
        files, paths = (
            cells_of(self.table[column], self.depth) for column in (name, self.column.paths)
        )
        if not files.in_places_of(paths):
            reason = f"its lists are not as long as in {self.column.paths}"
            yield Problem(self.start, name, None, reason, split=self.split)
            return
        present = files.values.is_valid().to_pylist()
        for (row, path), stored_name, is_present in zip(paths, files.names(), present, strict=True):
            place = self.start + row, self.column.paths, self.split
            if path is None and is_present:
                yield _refused(place, stored_name, f"there is no path of what is in {name}")
            elif path is not None:
                refusal = path_problem(path, extensions) or self.folder.obstacle(path)
                if refusal is None and stored_name not in (None, path.rpartition("/")[2]):
                    refusal = f"what is in {name} is called {stored_name}"
                if refusal is not None:
                    yield _refused(place, path, refusal)
                elif is_present:
                    result[path] = place


def _refused(place: Place, path: str | None, reason: str) -> Problem:
    row, column, split = place
    return Problem(row, column, path, reason, split=split)

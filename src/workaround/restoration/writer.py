"""The files of the rows of a shard, written below a folder."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import dataclass, field

import pyarrow as pa

from workaround.errors import DamagedError, Problem, RestoreError
from workaround.restoration.columns import ImageColumn, bids_columns
from workaround.restoration.folder import Content, Folder, OccupiedError, Text, UnwritableError
from workaround.restoration.paths import path_problem
from workaround.restoration.rows import ShardRows, cells_of
from workaround.restoration.tables import Tables

NO_CONTENTS = "its contents are not on the Hub: it was not embedded"


@dataclass
class Writer:
    """Writes the files of a dataset, each once.

    Attributes:
        folder: The folder.
        advance: Called after each image.
        tables: Collects what tables and sidecars are made of; None to make none.
        problems: Files that cannot be written, by path.
        nbytes: Bytes that were written.
    """

    folder: Folder
    advance: Callable[[], object]
    tables: Tables | None = None
    problems: dict[str, Problem] = field(default_factory=dict)
    nbytes: int = 0
    _complete: set[tuple[str, int, str]] = field(default_factory=set)

    def write_shard(self, shard: ShardRows, split: str) -> None:
        """Write the files of a shard; the next call goes on after a failure of the network.

        Raises:
            DamagedError: The shard cannot be decoded.
            RestoreError: The file system refuses.
        """
        columns = bids_columns(shard.features)
        for number, start in shard.groups():
            table = shard.table(number)
            if self.tables is not None:
                self.tables.add(table, columns)
            for image in columns.images:
                key = split, start, image.column
                if key not in self._complete:
                    self._write_images(shard, number, table, image, (split, start))
                    self._write_texts(table, image, (split, start))
                    self._complete.add(key)

    def _write_images(
        self,
        shard: ShardRows,
        number: int,
        table: pa.Table,
        image: ImageColumn,
        place: tuple[str, int],
    ) -> None:
        paths = cells_of(table[image.paths], image.depth)
        present = cells_of(table[image.column], image.depth).values.is_valid().to_pylist()
        contents = shard.contents(number, image)
        for (row, path), filled in zip(paths, present, strict=True):
            try:
                content = next(contents)
            except StopIteration:
                raise DamagedError(f"it has too few cells of {image.column}") from None
            if path is not None and filled:
                self._write(path, content, place, row, image.column)
                self.advance()

    def _write_texts(self, table: pa.Table, image: ImageColumn, place: tuple[str, int]) -> None:
        for text in image.texts:
            if text.rows:
                continue  # made of columns
            paths = cells_of(table[text.paths], image.depth)
            cells = cells_of(table[text.column], image.depth)
            for (row, path), (_, value) in zip(paths, cells, strict=True):
                if path is not None and value is not None:
                    self._write(path, Text(_encoded(path, value)), place, row, text.column)

    def _write(
        self, path: str, content: Content | None, place: tuple[str, int], row: int, column: str
    ) -> None:
        split, start = place
        if content is None:
            self.problems[path] = Problem(start + row, column, path, NO_CONTENTS, split=split)
            return
        try:
            known = path in self.folder.outcomes
            if self.folder.write(path, content) == "written" and not known:
                self.nbytes += content.size
        except (OccupiedError, UnwritableError) as error:
            problem = Problem(start + row, column, path, str(error), split=split)
            self.problems[path] = problem
            if isinstance(error, UnwritableError):
                raise RestoreError([*self.problems.values()], self.written) from error

    def make_tables(self) -> tuple[int, list[str]]:
        """Write the tables and sidecars that are made of columns.

        Returns:
            The number of them, and the paths where other files are, which remain.

        Raises:
            RestoreError: The file system refuses.
        """
        paths: list[str] = []
        others: list[str] = []
        for path, data in self.tables.files() if self.tables else ():
            if path_problem(path, (".json", ".tsv", ".tsv.gz")) is not None:
                continue  # as long as no name of a file may be
            try:
                (paths if self.folder.make(path, data) else others).append(path)
            except UnwritableError as error:
                problem = Problem(None, None, path, str(error))
                raise RestoreError([*self.problems.values(), problem], self.written) from error
        return len(paths), others

    @property
    def written(self) -> int:
        """Number of files that were written."""
        return [*self.folder.outcomes.values()].count("written")


def _encoded(path: str, text: str) -> bytes:
    """Return the bytes of a text; compressed always to the same ones."""
    data = text.encode("utf-8")
    return gzip.compress(data, mtime=0) if path.lower().endswith(".gz") else data

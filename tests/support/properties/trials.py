"""Try an example on upstream, and say what is wrong with what it does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
from datasets import Dataset, Features
from datasets.table import embed_table_storage
from hypothesis import strategies as st

from tests.support.properties.chains import SaveAndLoad, Stage, Step, chains
from tests.support.properties.reading import opened
from tests.support.properties.schemas import Files, Row, cells, tables

Embed = Callable[[Dataset], pa.Table]


@dataclass(frozen=True)
class Example:
    """A dataset, and what is made of it.

    Attributes:
        features: of the dataset.
        rows: of the dataset.
        chain: what is done to it.
    """

    features: Features
    rows: list[Row]
    chain: tuple[Step, ...]


class Kind(StrEnum):
    """In which ways a promise of embedding is broken."""

    RAISES = "raises"
    DIFFERS = "differs"
    READS = "reads too much"


@dataclass(frozen=True)
class Failure:
    """A broken promise.

    Attributes:
        kind: which.
        where: the column, or the step that raises.
        detail: for people.
    """

    kind: Kind
    where: str
    detail: str


@st.composite
def examples(draw: st.DrawFn) -> Example:
    """Examples of any kind."""
    chain = draw(chains())
    features, rows = draw(tables())
    return Example(features, rows, chain)


def embed(dataset: Dataset) -> pa.Table:
    """Embed all rows, as `push_to_hub` does with those of a shard."""
    table = dataset.with_format("arrow")[:]
    # A push embeds batches of rows, and so none of none; the function fails on a table without any.
    return embed_table_storage(table) if len(table) else table


def failures(example: Example, files: Files, embed: Embed = embed) -> list[Failure]:
    """The promises that are broken: to embed the files of the rows there are, and to read no more.

    Args:
        example: what to try.
        files: where its files are.
        embed: what should give the embedded rows of the dataset at the end of the chain.
    """
    with TemporaryDirectory() as folder:
        return list(_failures(example, files, embed, Path(folder)))


def _failures(example: Example, files: Files, embed: Embed, folder: Path) -> Iterator[Failure]:
    now = first_stage(example, files, folder)
    where = "making the dataset"
    try:
        for step in example.chain:
            where = type(step).__name__
            with opened(files.folder) as read:
                then = after(now, step)
            embedded = now.rows if isinstance(step, SaveAndLoad) else []
            yield from _excess(example, embedded, read, files)
            now = then
        where = "embedding"
        with opened(files.folder) as read:
            table = embed(now.dataset)
    except Exception as error:
        yield Failure(Kind.RAISES, where, f"{type(error).__name__}: {error}")
        return
    yield from _excess(example, now.rows, read, files)
    yield from _differences(table, files.embedded(now.rows), example.features)


def first_stage(example: Example, files: Files, folder: Path) -> Stage:
    """The dataset that a chain begins with."""
    # Through Arrow: from_dict cannot make all of them (fixed-size lists in a dict that is null).
    schema = example.features.arrow_schema
    table = pa.Table.from_pylist(files.stored(example.rows), schema=schema)
    dataset = Dataset(table, fingerprint=folder.name)
    return Stage(dataset, example.rows, dataset, example.rows, folder)


def after(now: Stage, step: Step) -> Stage:
    """Return the dataset and the model after a step."""
    return replace(now, dataset=step.derive(now), rows=step.model(now))


def _excess(
    example: Example, embedded: list[Row], read: Counter[Path], files: Files
) -> Iterator[Failure]:
    """Reads of files that are not of the embedded rows, or more reads than there are such cells."""
    needed = Counter(files.path(cell) for cell in cells(embedded) if not cell.embedded)
    for name in example.features:
        own = {files.path(cell) for row in example.rows for cell in cells(row[name])}
        excess = sum(times for path, times in (read - needed).items() if path in own)
        if excess:
            right = sum(times for path, times in needed.items() if path in own)
            yield Failure(Kind.READS, name, f"{excess} files read besides the {right} needed")


def _differences(table: pa.Table, expected: list[Row], features: Features) -> Iterator[Failure]:
    values = table.to_pylist()
    for name in features:
        theirs, ours = ([row[name] for row in rows] for rows in (values, expected))
        if theirs != ours:
            yield Failure(Kind.DIFFERS, name, f"{theirs} instead of {ours}")

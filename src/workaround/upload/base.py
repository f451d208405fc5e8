"""The split that an upload appends to: its shards on the Hub, with the keys of their rows."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from datasets import Dataset, Features
from huggingface_hub.hf_api import RepoFile

from workaround.hub.replacement import require_appendable
from workaround.hub.repository import Repository
from workaround.hub.retry import retry
from workaround.parquet.reader import decoding
from workaround.upload.commit import RepoSnapshot

READERS = 8
"""Shards that are read at the same time: a footer and a few columns of each."""
BLOCK = 1 << 16
"""Bytes of one request for them."""
BATCH = 16 << 20
"""Bytes of rows to copy at a time, give or take a row."""

Key = tuple[Any, ...]


@dataclass(frozen=True)
class BaseShard:
    """A shard on the Hub.

    Attributes:
        file: The file.
        features: Of its rows, as the file says.
        keys: Key of each row; an empty one without key columns.
        num_bytes: Bytes of the columns, decoded.
    """

    file: RepoFile
    features: Features
    keys: Sequence[Key]
    num_bytes: int

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(self.keys)


@dataclass(frozen=True)
class Base:
    """A split on the Hub.

    Attributes:
        commit: The commit it was read at.
        shards: Its shards, in the order of their rows.
        features: Of all rows; None for a split without shards.
        num_bytes: Bytes of the split once loaded, by the card if it says so.
    """

    commit: str
    shards: Sequence[BaseShard]
    features: Features | None
    num_bytes: int


def read_base(snapshot: RepoSnapshot, split: str, key: Sequence[str]) -> Base:
    """Read the shards of a split: their footers, and the columns of the key.

    Args:
        snapshot: The repository.
        split: Name of the split.
        key: Columns that identify a row.

    Raises:
        CardConflictError: Rows cannot be appended to it.
        DamagedError: A shard cannot be decoded.
        UnreachableError: The Hub does not answer.
    """
    files, card, target = snapshot.files, snapshot.card, snapshot.target
    paths = sorted(snapshot.earlier[split])
    require_appendable(files, target, split, paths, card.patterns)
    read = partial(_read_shard, snapshot.repository, snapshot.head, key)
    with ThreadPoolExecutor(READERS) as pool:
        shards = list(pool.map(read, (files[path] for path in paths)))
    if not shards:
        return Base(snapshot.head, (), None, 0)
    num_bytes = sum(shard.num_bytes for shard in shards)
    features = shards[0].features
    if card.info is not None:
        features = card.info.features or features
        stated = (card.info.splits or {}).get(split)
        if stated is not None and stated.num_examples == sum(shard.rows for shard in shards):
            num_bytes = stated.num_bytes or num_bytes
    return Base(snapshot.head, shards, features, num_bytes)


def _read_shard(
    repository: Repository, commit: str, key: Sequence[str], file: RepoFile
) -> BaseShard:
    def read() -> BaseShard:
        with repository.open(file.path, commit, BLOCK) as stream, decoding():
            parquet = pq.ParquetFile(pa.PythonFile(stream, "r"), pre_buffer=True)
            footer = parquet.metadata
            groups = (footer.row_group(number) for number in range(footer.num_row_groups))
            features = Features.from_arrow_schema(parquet.schema_arrow)
            used = [name for name in key if name in features]
            table = parquet.read(columns=used)
            columns = [table[name].to_pylist() for name in used]
            keys = list(zip(*columns, strict=True)) if used else [()] * footer.num_rows
            return BaseShard(file, features, keys, sum(group.total_byte_size for group in groups))

    return retry(f"Reading {file.path}", read)


def copy_rows(
    repository: Repository, commit: str, shard: BaseShard, features: Features, folder: Path
) -> Dataset:
    """Copy a shard with its contents to a file on disk, and return its rows, read from there.

    Args:
        repository: The repository.
        commit: The commit.
        shard: The shard.
        features: Features of its rows.
        folder: For the copy.

    Raises:
        DamagedError: The shard cannot be decoded.
        UnreachableError: The Hub does not answer.
    """
    schema = features.arrow_schema
    step = max(1, BATCH * shard.rows // max(1, shard.num_bytes))

    def copy() -> Path:
        copied = folder / f"{secrets.token_hex(8)}.arrow"
        with repository.open(shard.file.path, commit) as stream, decoding():
            parquet = pq.ParquetFile(pa.PythonFile(stream, "r"), pre_buffer=False)
            with pa.ipc.new_stream(str(copied), schema) as sink:
                for batch in parquet.iter_batches(step, columns=schema.names):
                    sink.write_table(
                        pa.Table.from_batches([batch]).select(schema.names).cast(schema)
                    )
        return copied

    return Dataset.from_file(str(retry(f"Reading {shard.file.path}", copy)))

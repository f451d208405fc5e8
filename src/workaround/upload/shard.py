"""One shard: its rows, its fingerprint, and its bytes. Runs in any thread or process."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from io import BytesIO
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from datasets import Dataset, Features

from workaround.arrow.file_cells import (
    FileLeaf,
    file_columns,
    file_fields,
    file_leaves,
    replace_cells,
    with_file_fields,
)
from workaround.arrow.files import Files
from workaround.arrow.paths import upload_name
from workaround.arrow.rows import rows_of
from workaround.arrow.skeleton import CheckedFiles, SkeletonTable, extract_contents
from workaround.errors import SourceChangedError, SourceDamagedError
from workaround.hub.upload_modes import Mode
from workaround.parquet.writer import CHUNKING, ShardWriter, Sink, writer_options
from workaround.planning.plan import Shard
from workaround.upload.journal import UploadedShard, git_oid

log = logging.getLogger("workaround")

FORMAT = 1
"""Part of every fingerprint: shards written by another version of this module are others."""


Report = Callable[[str, int], None]
"""Called with the path of a shard and the number of its bytes that were written or sent so far."""


@dataclass(frozen=True)
class ShardJob:
    """A shard to make.

    Attributes:
        split: Name of its split.
        shard: The shard.
        rows: Its rows only.
        files: Opens the source files.
        fill: The cells have files whose contents are embedded.
        embed: Embedding was asked for; without it, URLs in cells are kept.
        checked: Facts of the check about the files of these rows, by leaf.
    """

    split: str
    shard: Shard
    rows: Dataset
    files: Files
    fill: bool
    embed: bool
    checked: Mapping[FileLeaf, CheckedFiles] = field(default_factory=dict)

    @cached_property
    def features(self) -> Features:
        """Features of the rows, which a dataset copies each time."""
        return self.rows.features

    @cached_property
    def schema(self) -> pa.Schema:
        """Schema of the features."""
        return self.features.arrow_schema

    def row_groups(self) -> Iterator[SkeletonTable]:
        """Yield the rows of each row group, with the contents of their cells apart."""
        first, features, schema = self.shard.start, self.features, self.schema
        for start, stop in self.shard.row_groups():
            table = rows_of(self.rows, start - first, stop - first).cast(schema)
            if self.fill:
                checked = {leaf: cells.of_rows(start, stop) for leaf, cells in self.checked.items()}
                yield extract_contents(table, features, self.files, checked=checked)
            else:
                yield SkeletonTable(replace_cells(table, features, self._without_folders), {})

    def _without_folders(self, _leaf: FileLeaf, cells: pa.StructArray) -> pa.StructArray:
        contents, paths = file_fields(cells)
        names = [path and upload_name(path, embed=self.embed) for path in paths.to_pylist()]
        return with_file_fields(cells, contents, pa.array(names, pa.string()))


@dataclass(frozen=True)
class PendingShard:
    """A shard that is to be sent.

    Attributes:
        job: The shard job.
        key: Its fingerprint.
        mode: Storage that the Hub wants it in.
    """

    job: ShardJob
    key: str
    mode: Mode

    def uploaded(self, sha256: str, size: int, oid: str | None = None) -> UploadedShard:
        """Return the shard as it was sent."""
        return UploadedShard(self.job.shard.path, self.key, sha256, size, oid)


@dataclass(frozen=True)
class ShardResult:
    """The result of sending a shard.

    Attributes:
        shard: The uploaded shard.
        content: Its content, if it is a regular file.
        records: Log records of a worker in another process.
    """

    shard: UploadedShard
    content: bytes | None = None
    records: tuple[logging.LogRecord, ...] = ()


def fingerprint(job: ShardJob) -> str:
    """Hash all that a shard is made of.

    Source files count by name, size and version, and are not read.
    """
    digest = hashlib.sha256(repr((FORMAT, pa.__version__, job.shard.groups, job.fill)).encode())
    for rows in job.row_groups():
        with pa.ipc.new_stream(
            pa.PythonFile(_Output(digest.update), "w"), rows.table.schema
        ) as stream:
            stream.write_table(rows.table.combine_chunks())
        for leaf, contents in rows.contents.items():
            digest.update(repr(leaf.path).encode())
            for content in contents:
                if isinstance(content, memoryview):
                    digest.update(content)
                else:
                    digest.update(repr(content).encode())
    return digest.hexdigest()


def write_shard(job: ShardJob, sink: Sink, *, compress: bool) -> None:
    """Write a shard as Parquet.

    Args:
        job: The shard.
        sink: Where to write to.
        compress: Compress contents that shrink.

    Raises:
        SourceChangedError: A source file is not the one that was checked.
        SourceDamagedError: A source file cannot be decompressed.
        UnreachableError: The server of a source file does not answer.
    """
    log.info("Writing %s: rows %d to %d", job.shard.path, job.shard.start, job.shard.stop - 1)
    if not job.fill:
        _write_plain(job, sink)
        return
    try:
        _write_filled(job, sink, compress=compress)
    except (SourceChangedError, SourceDamagedError) as error:
        raise error.of_split(job.split) from error


def _write_filled(job: ShardJob, sink: Sink, *, compress: bool) -> None:
    leaves = file_leaves(job.features)
    writer = ShardWriter(sink, job.schema, leaves, job.files, job.shard.start, compress=compress)
    for rows in job.row_groups():
        writer.write(rows)
    writer.close()


def _write_plain(job: ShardJob, sink: Sink) -> None:
    """Write the same bytes as upstream, which is right where no files are embedded."""
    options = writer_options(job.schema, file_columns(job.features))
    with (
        pa.PythonFile(_Output(sink.write), "w") as file,
        pq.ParquetWriter(file, job.schema, **options) as writer,
    ):
        for rows in job.row_groups():
            writer.write_table(rows.table)
        if "use_content_defined_chunking" in options:
            writer.add_key_value_metadata({"content_defined_chunking": json.dumps(CHUNKING)})


def regular_shard(pending: PendingShard) -> ShardResult:
    """Make a shard that the Hub wants as a regular file of the commit: nothing is sent now.

    The client does nothing for those, and upstream has removed the file when the commit wants it
    (catalog: ``regular-shard-file-deleted``).
    """
    sink = BytesIO()
    write_shard(pending.job, sink, compress=True)
    content = sink.getvalue()
    sha256 = hashlib.sha256(content).hexdigest()
    return ShardResult(pending.uploaded(sha256, len(content), git_oid(content)), content)


class _Output:
    """A file-like object that passes on what is written to it."""

    closed = False

    def __init__(self, write: Callable[[bytes], Any]) -> None:
        self._write = write

    def write(self, data: bytes) -> int:
        self._write(data)
        return len(data)

    def flush(self) -> None:
        """Do nothing: no bytes are buffered."""

    def close(self) -> None:
        """Do nothing: the receiver of the bytes stays open."""

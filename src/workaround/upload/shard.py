"""One shard from rows to the Hub: fingerprint, write, upload. Runs in any thread or process."""

from __future__ import annotations

import errno
import hashlib
import json
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq
from datasets import Dataset
from huggingface_hub import CommitOperationAdd
from huggingface_hub.lfs import UploadInfo

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
from workaround.arrow.skeleton import CheckedFiles, SkeletonTable, extract_contents
from workaround.errors import DiskFullError, SourceChangedError, SourceDamagedError
from workaround.hub.repository import Repository
from workaround.parquet.writer import CHUNKING, ShardWriter, writer_options
from workaround.planning.plan import Shard
from workaround.upload.journal import UploadedShard, git_oid

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
FORMAT = 1
"""Part of every fingerprint: shards written by another version of this module are others."""


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

    def row_groups(self) -> Iterator[SkeletonTable]:
        """Yield the rows of each row group, with the contents of their cells apart."""
        arrow, features = self.rows.with_format("arrow"), self.rows.features
        schema = features.arrow_schema
        for start, stop in self.shard.row_groups():
            table = arrow[start - self.shard.start : stop - self.shard.start].cast(schema)
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
class ShardFile:
    """A shard as a Parquet file on disk.

    Attributes:
        file: Path of the file.
        sha256: Of its content, in hex.
        size: In bytes.
    """

    file: Path
    sha256: str
    size: int


def fingerprint(job: ShardJob) -> str:
    """Hash all that a shard is made of.

    Source files count by name, size and version, and are not read.
    """
    digest = hashlib.sha256(repr((FORMAT, pa.__version__, job.shard.groups, job.fill)).encode())
    for rows in job.row_groups():
        with pa.ipc.new_stream(pa.PythonFile(_Digest(digest), "w"), rows.table.schema) as stream:
            stream.write_table(rows.table.combine_chunks())
        for leaf, contents in rows.contents.items():
            digest.update(repr(leaf.path).encode())
            for content in contents:
                if isinstance(content, memoryview):
                    digest.update(content)
                else:
                    digest.update(repr(content).encode())
    return digest.hexdigest()


def write(job: ShardJob, folder: Path) -> ShardFile:
    """Write a shard to a file in a folder; on failure the file is removed.

    Raises:
        OSError: The file cannot be written.
        DiskFullError: The folder has no room for it.
        SourceChangedError: A source file is not the one that was checked.
        SourceDamagedError: A source file cannot be decompressed.
        UnreachableError: The server of a source file does not answer.
    """
    name = folder / f"{secrets.token_hex(8)}.parquet"
    try:
        with name.open("wb") as sink:
            return _write(job, sink, name) if job.fill else _write_plain(job, sink, name)
    except (SourceChangedError, SourceDamagedError) as error:
        name.unlink()
        raise error.of_split(job.split) from error
    except BaseException as error:
        name.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.errno in FULL:
            raise DiskFullError(str(folder.parent), job.shard.nbytes) from error
        raise


def _write(job: ShardJob, sink: BinaryIO, name: Path) -> ShardFile:
    features = job.rows.features
    leaves, schema = file_leaves(features), features.arrow_schema
    writer = ShardWriter(sink, schema, leaves, job.files, job.shard.start)
    for rows in job.row_groups():
        writer.write(rows)
    writer.close()
    return ShardFile(name, writer.sha256, writer.size)


def _write_plain(job: ShardJob, sink: BinaryIO, name: Path) -> ShardFile:
    """Write the same bytes as upstream, which is right where no files are embedded."""
    schema = job.rows.features.arrow_schema
    columns = file_columns(job.rows.features)
    options = writer_options(schema, columns)
    with pq.ParquetWriter(sink, schema, **options) as writer:
        for rows in job.row_groups():
            writer.write_table(rows.table)
        if "use_content_defined_chunking" in options:
            writer.add_key_value_metadata({"content_defined_chunking": json.dumps(CHUNKING)})
    sink.flush()
    with name.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return ShardFile(name, sha256, name.stat().st_size)


def send(
    written: ShardFile, path: str, key: str, repository: Repository, stop: Event | None = None
) -> tuple[UploadedShard, bytes | None]:
    """Upload the file of a shard, and remove it.

    The Hub decides how it travels: to LFS or Xet, now, or as a regular file in the commit. The
    client does nothing for those, and upstream has removed the file when the commit wants it
    (catalog: ``regular-shard-file-deleted``).

    Args:
        written: The shard.
        path: Its name in the repository.
        key: Its fingerprint.
        repository: Repository to upload to.
        stop: Once it is set, the first failure is raised: no more attempts.

    Returns:
        The shard, and its content if it is a regular file.

    Raises:
        RefusedError: The Hub refuses it.
        UnreachableError: The Hub does not answer.
    """
    addition = addition_of(path, written.sha256, written.size, written.file)
    try:
        repository.preupload(addition, stop)
        if addition._upload_mode == "lfs":
            return UploadedShard(path, key, written.sha256, written.size, oid=None), None
        content = written.file.read_bytes()
        return UploadedShard(path, key, written.sha256, written.size, git_oid(content)), content
    finally:
        written.file.unlink(missing_ok=True)  # its folder is removed after an interruption


def addition_of(path: str, sha256: str, size: int, file: Path | None = None) -> CommitOperationAdd:
    """Return the operation that adds a file of a known hash: the client would read all of it."""
    addition = CommitOperationAdd(path, b"")
    sample = b""
    if file is not None:
        addition.path_or_fileobj = str(file)
        with file.open("rb") as stream:
            sample = stream.read(512)
    addition.upload_info = UploadInfo(sha256=bytes.fromhex(sha256), size=size, sample=sample)
    return addition


class _Digest:
    """A file-like object that hashes what is written to it."""

    closed = False

    def __init__(self, digest: Any) -> None:
        self._digest = digest

    def write(self, data: bytes) -> int:
        self._digest.update(data)
        return len(data)

    def flush(self) -> None:
        """Do nothing: no bytes are buffered."""

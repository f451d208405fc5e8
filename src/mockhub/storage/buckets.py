"""Storage buckets: files by path, without history.

All buckets are in one SQLite file, for atomic changes in little memory.
"""

from __future__ import annotations

import dataclasses
import secrets
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from mockhub.git.commits import now

SECONDS_TO_WAIT = 60

_SCHEMA = """
CREATE TABLE IF NOT EXISTS bucket (
    oid TEXT PRIMARY KEY,
    id TEXT NOT NULL UNIQUE COLLATE NOCASE,
    private INTEGER NOT NULL,
    created TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS file (
    bucket TEXT NOT NULL REFERENCES bucket (oid) ON DELETE CASCADE,
    path TEXT NOT NULL,
    xet_hash TEXT NOT NULL,
    size INTEGER NOT NULL,
    uploaded TEXT NOT NULL,
    modified TEXT NOT NULL,
    content_type TEXT,
    PRIMARY KEY (bucket, path)
) WITHOUT ROWID;
"""
_BUCKETS = """
SELECT bucket.oid, id, private, created, coalesce(sum(size), 0), count(path)
FROM bucket LEFT JOIN file ON bucket = bucket.oid
"""
_FILES = "SELECT path, xet_hash, size, uploaded, modified, content_type FROM file WHERE bucket = ?"
LAST = chr(0x10FFFF)
"""Sorts after every character of a path."""


@dataclass(frozen=True)
class Bucket:
    """A bucket.

    Attributes:
        oid: Internal id, which does not change when the bucket is moved.
        id: ``namespace/name``.
        private: True if only its owners see it.
        created: ISO 8601.
        size: Bytes of all files.
        total_files: Number of files.
    """

    oid: str
    id: str
    private: bool
    created: str
    size: int
    total_files: int

    @property
    def namespace(self) -> str:
        """Return the user or organization that owns it."""
        return self.id.split("/")[0]


@dataclass(frozen=True)
class BucketFile:
    """A file of a bucket.

    Attributes:
        path: Path in the bucket.
        xet_hash: Hash of the content.
        size: Bytes.
        uploaded: ISO 8601.
        modified: Modification time of the uploaded file, ISO 8601.
        content_type: Media type, from the uploader.
    """

    path: str
    xet_hash: str
    size: int
    uploaded: str
    modified: str
    content_type: str | None


@dataclass(frozen=True)
class Change:
    """A change of a path: a new file, or None to delete the file if it exists."""

    path: str
    file: BucketFile | None


class Buckets:
    """The buckets of a server.

    Args:
        path: The SQLite file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        with self._open() as database:
            database.executescript(_SCHEMA)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """Open a connection and a transaction for a block: threads share neither."""
        with closing(sqlite3.connect(self._path, timeout=SECONDS_TO_WAIT)) as database, database:
            database.execute("PRAGMA foreign_keys = ON")
            yield database

    def create(self, id: str, *, private: bool) -> Bucket:  # noqa: A002 - the Hub's name
        """Create a bucket.

        Raises:
            FileExistsError: A bucket has this id, ignoring case.
        """
        bucket = Bucket(secrets.token_hex(12), id, private, now(), 0, 0)
        values = (bucket.oid, bucket.id, bucket.private, bucket.created)
        try:
            with self._open() as database:
                database.execute("INSERT INTO bucket VALUES (?, ?, ?, ?)", values)
        except sqlite3.IntegrityError:
            raise FileExistsError(id) from None
        return bucket

    def get(self, id: str) -> Bucket | None:  # noqa: A002 - the Hub's name
        """Return a bucket by its id, ignoring case; None if it does not exist."""
        buckets = self._select("WHERE id = ? GROUP BY bucket.oid", id)
        return buckets[0] if buckets else None

    def of(self, namespace: str) -> list[Bucket]:
        """Return the buckets of a user or an organization, by name."""
        prefix = f"{namespace}/"
        return self._select(
            "WHERE substr(id, 1, ?) = ? COLLATE NOCASE GROUP BY bucket.oid ORDER BY id",
            len(prefix),
            prefix,
        )

    def _select(self, condition: str, *values: object) -> list[Bucket]:
        with self._open() as database:
            rows = database.execute(_BUCKETS + condition, values).fetchall()
        return [Bucket(row[0], row[1], bool(row[2]), *row[3:]) for row in rows]

    def delete(self, bucket: Bucket) -> None:
        """Delete a bucket and its files, but no contents: others may share them."""
        with self._open() as database:
            database.execute("DELETE FROM bucket WHERE oid = ?", (bucket.oid,))

    def set_private(self, bucket: Bucket, private: bool) -> None:
        """Make a bucket private or public."""
        with self._open() as database:
            database.execute("UPDATE bucket SET private = ? WHERE oid = ?", (private, bucket.oid))

    def move(self, bucket: Bucket, id: str) -> None:  # noqa: A002 - the Hub's name
        """Move a bucket to another id.

        Raises:
            FileExistsError: Another bucket has this id.
        """
        try:
            with self._open() as database:
                database.execute("UPDATE bucket SET id = ? WHERE oid = ?", (id, bucket.oid))
        except sqlite3.IntegrityError:
            raise FileExistsError(id) from None

    def apply(self, bucket: Bucket, changes: Sequence[Change]) -> None:
        """Apply changes in order, in one transaction."""
        with self._open() as database:
            database.execute("BEGIN IMMEDIATE")
            for change in changes:
                _apply(database, bucket.oid, change)

    def files(self, bucket: Bucket, prefix: str, after: str = "") -> Iterator[BucketFile]:
        """Yield the files whose path starts with a prefix, by path.

        Args:
            bucket: The bucket.
            prefix: A string, not a folder: "logs" matches "logs.json".
            after: Skip all paths up to this one.
        """
        with self._open() as database:
            rows = database.execute(
                f"{_FILES} AND path >= ? AND path < ? AND path > ? ORDER BY path",
                (bucket.oid, prefix, prefix + LAST, after),
            )
            yield from (BucketFile(*row) for row in rows)

    def file(self, bucket: Bucket, path: str) -> BucketFile | None:
        """Return a file; None if it does not exist."""
        with self._open() as database:
            row = database.execute(f"{_FILES} AND path = ?", (bucket.oid, path)).fetchone()
        return row and BucketFile(*row)


def _apply(database: sqlite3.Connection, oid: str, change: Change) -> None:
    file = change.file
    if file is None:
        database.execute("DELETE FROM file WHERE bucket = ? AND path = ?", (oid, change.path))
        return
    values = (oid, *dataclasses.astuple(file))
    database.execute("INSERT OR REPLACE INTO file VALUES (?, ?, ?, ?, ?, ?, ?)", values)

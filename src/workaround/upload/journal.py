"""The journal: which shards of an unfinished upload are on the Hub already.

A SQLite file for each target, written after every shard, so that a killed upload goes on where it
was. One upload of a target at a time: the journal is locked while it lasts.
"""

from __future__ import annotations

import hashlib
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import astuple, dataclass, replace
from pathlib import Path

from filelock import FileLock, Timeout
from huggingface_hub import constants

from workaround.errors import JournalError, TargetBusyError
from workaround.upload.temporary import temporary_folder

# No fsync for each shard: a kill loses nothing, a power cut at worst the lines of the last ones.
_SCHEMA = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
CREATE TABLE IF NOT EXISTS uploaded (
    path TEXT, key TEXT, sha256 TEXT, size INTEGER, oid TEXT, content BLOB, checksum TEXT,
    PRIMARY KEY (path, key)
);
CREATE TABLE IF NOT EXISTS pull_request (number INTEGER PRIMARY KEY);
CREATE TABLE IF NOT EXISTS base (split TEXT PRIMARY KEY, shards INTEGER);
"""


_DAMAGED = {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}

log = logging.getLogger("workaround")


@dataclass(frozen=True)
class UploadedShard:
    """A shard whose bytes are on the Hub, or in the journal until the commit.

    Attributes:
        path: Name in the repository.
        key: Fingerprint of what it was made of.
        sha256: Of the file.
        size: Of the file, in bytes.
        oid: Git's blob id where the Hub wants it as a regular file; None for LFS and Xet.
    """

    path: str
    key: str
    sha256: str
    size: int
    oid: str | None

    @property
    def checksum(self) -> str:
        """Hash of all attributes: SQLite does not notice damage inside of a value."""
        return hashlib.sha256(repr(astuple(self)).encode()).hexdigest()


def git_oid(content: bytes) -> str:
    """Return git's id of a file."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()  # noqa: S324 - git's own


class Journal:
    """The memory of one upload; opened by `open_journal`.

    Attributes:
        folder: For temporary files. It is gone when the journal is closed.
    """

    def __init__(self, database: sqlite3.Connection, folder: Path) -> None:
        self._database = database
        self.folder = folder

    def find(self, path: str, key: str) -> UploadedShard | None:
        """Return a shard that was uploaded with the same fingerprint; None if it was not.

        It may have had another path: appended shards are numbered again when others append too.
        """
        query = "SELECT * FROM uploaded WHERE key = ? ORDER BY path != ?"
        row = self._database.execute(query, (key, path)).fetchone()
        if row is None:
            return None
        *values, _, checksum = row
        shard = UploadedShard(*values)
        if shard.checksum != checksum:
            log.warning("The journal of %s is damaged: it is sent again", path)
            return None
        if shard.oid is not None and git_oid(self.content(shard)) != shard.oid:
            log.warning("The journal has lost the content of %s: it is sent again", path)
            return None
        return replace(shard, path=path)

    def get(self, path: str, key: str) -> UploadedShard:
        """Return a shard that was uploaded.

        Raises:
            KeyError: The shard was not uploaded.
        """
        if (shard := self.find(path, key)) is None:
            raise KeyError(path)
        return shard

    def content(self, shard: UploadedShard) -> bytes:
        """Return the content of a regular shard."""
        query = "SELECT content FROM uploaded WHERE key = ? ORDER BY path != ?"
        (content,) = self._database.execute(query, (shard.key, shard.path)).fetchone()
        return bytes(content)

    def add(self, shard: UploadedShard, content: bytes | None) -> None:
        """Remember an uploaded shard, with its content if it is a regular one."""
        values = (*astuple(shard), content, shard.checksum)
        with self._database:
            self._database.execute(
                "INSERT OR REPLACE INTO uploaded VALUES (?, ?, ?, ?, ?, ?, ?)", values
            )

    def staged(self) -> int | None:
        """Return the number of the pull request with the first parts of this upload, if any."""
        row = self._database.execute("SELECT number FROM pull_request").fetchone()
        return row and int(row[0])

    def stage(self, number: int | None) -> None:
        """Remember the number of that pull request; None to forget it."""
        with self._database:
            self._database.execute("DELETE FROM pull_request")
            if number is not None:
                self._database.execute("INSERT INTO pull_request VALUES (?)", (number,))

    def base(self, split: str) -> int | None:
        """Return the number of shards of a split before this upload appends; None if unknown."""
        query = "SELECT shards FROM base WHERE split = ?"
        row = self._database.execute(query, (split,)).fetchone()
        return row and int(row[0])

    def set_base(self, split: str, shards: int) -> None:
        """Remember the number of shards of a split before this upload appends."""
        with self._database:
            self._database.execute("INSERT OR REPLACE INTO base VALUES (?, ?)", (split, shards))

    def is_empty(self) -> bool:
        """Return whether nothing is remembered."""
        query = (
            "SELECT EXISTS (SELECT 1 FROM uploaded UNION ALL SELECT 1 FROM pull_request"
            " UNION ALL SELECT 1 FROM base)"
        )
        (remembered,) = self._database.execute(query).fetchone()
        return not remembered

    def clear(self) -> None:
        """Forget all shards: they are committed, or lost on the Hub."""
        with self._database:
            self._database.execute("DELETE FROM uploaded")
            self._database.execute("DELETE FROM base")


@contextmanager
def open_journal(target: str) -> Iterator[Journal]:
    """Open the journal of a target, and keep other processes out.

    A journal that remembers nothing when it is closed is removed.

    Args:
        target: Name of the place that is uploaded to: endpoint, repository, revision, config.

    Raises:
        TargetBusyError: Another process has it open.
        JournalError: It cannot be read or written.
    """
    base = Path(constants.HF_HOME) / "workaround"
    try:
        base.mkdir(parents=True, exist_ok=True)
        with _open(base / hashlib.sha256(target.encode()).hexdigest()[:32], target) as journal:
            yield journal
    except sqlite3.Error as error:
        raise JournalError(str(base), str(error)) from error


@contextmanager
def _open(base: Path, target: str) -> Iterator[Journal]:
    with ExitStack() as stack:
        lock = FileLock(base.with_suffix(".lock"))
        try:
            stack.enter_context(lock.acquire(timeout=0))
        except Timeout:
            raise TargetBusyError(
                f"Another process uploads to {target}. Wait until it ends, or stop it."
            ) from None
        folder = stack.enter_context(temporary_folder())
        file = base.with_suffix(".sqlite")
        with closing(_connect(file)) as database:
            journal = Journal(database, folder)
            yield journal
            is_empty = journal.is_empty()
        if is_empty:
            _remove(file)


def _connect(file: Path) -> sqlite3.Connection:
    """Open a database, or a new one in place of one that is damaged."""
    database = sqlite3.connect(file)
    database.text_factory = _lenient
    try:
        database.executescript(_SCHEMA)
        ((verdict,), *_) = database.execute("PRAGMA integrity_check").fetchall()
        if verdict == "ok":
            return database
    except sqlite3.DatabaseError as error:
        database.close()
        if error.sqlite_errorcode & 0xFF not in _DAMAGED:  # the rest says in which way
            raise
    database.close()
    log.warning("The journal %s was damaged: all shards are sent again", file)
    _remove(file)
    database = sqlite3.connect(file)
    database.executescript(_SCHEMA)
    return database


def _lenient(text: bytes) -> str:
    """Decode a value that may be damaged; its checksum tells."""
    return text.decode(errors="replace")


def _remove(file: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        file.with_name(file.name + suffix).unlink(missing_ok=True)

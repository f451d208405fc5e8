"""The journal: which shards of an unfinished upload are on the Hub already.

A SQLite file for each target, written after every shard, so that a killed upload goes on where it
was. One upload of a target at a time: the journal is locked while it lasts.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout
from huggingface_hub import constants

from workaround.errors import JournalError, TargetBusyError

# No fsync for each shard: a kill loses nothing, a power cut at worst the lines of the last ones.
_SCHEMA = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
CREATE TABLE IF NOT EXISTS shard (
    path TEXT, key TEXT, sha256 TEXT, size INTEGER, oid TEXT, content BLOB, PRIMARY KEY (path, key)
);
CREATE TABLE IF NOT EXISTS folder (path TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS pull_request (number INTEGER PRIMARY KEY);
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


class Journal:
    """The memory of one upload; opened by `open_journal`.

    Attributes:
        folder: For temporary files. It is gone when the journal is closed.
    """

    def __init__(self, database: sqlite3.Connection, folder: Path) -> None:
        self._database = database
        self.folder = folder

    def find(self, path: str, key: str) -> UploadedShard | None:
        """Return a shard that was uploaded with the same fingerprint; None if it was not."""
        query = "SELECT path, key, sha256, size, oid FROM shard WHERE path = ? AND key = ?"
        row = self._database.execute(query, (path, key)).fetchone()
        return row and UploadedShard(*row)

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
        query = "SELECT content FROM shard WHERE path = ? AND key = ?"
        (content,) = self._database.execute(query, (shard.path, shard.key)).fetchone()
        return bytes(content)

    def add(self, shard: UploadedShard, content: bytes | None) -> None:
        """Remember an uploaded shard, with its content if it is a regular one."""
        values = (shard.path, shard.key, shard.sha256, shard.size, shard.oid, content)
        with self._database:
            self._database.execute("INSERT OR REPLACE INTO shard VALUES (?, ?, ?, ?, ?, ?)", values)

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

    def clear(self) -> None:
        """Forget all shards: they are committed, or lost on the Hub."""
        with self._database:
            self._database.execute("DELETE FROM shard")


@contextmanager
def open_journal(target: str) -> Iterator[Journal]:
    """Open the journal of a target, and keep others out.

    What a killed upload left in its temporary folder is removed.

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
        database = stack.enter_context(closing(_connect(base.with_suffix(".sqlite"))))
        for (left,) in database.execute("SELECT path FROM folder").fetchall():
            if Path(left).exists():
                shutil.rmtree(left)
        folder = Path(tempfile.gettempdir()) / f"workaround-{secrets.token_hex(8)}"
        with database:  # first the name, then the folder: a kill in between leaves nothing
            database.execute("DELETE FROM folder")
            database.execute("INSERT INTO folder VALUES (?)", (str(folder),))
        folder.mkdir(mode=0o700)
        stack.callback(shutil.rmtree, folder)
        yield Journal(database, folder)


def _connect(file: Path) -> sqlite3.Connection:
    """Open a database, or a new one in place of one that is damaged."""
    database = sqlite3.connect(file)
    try:
        database.executescript(_SCHEMA)
    except sqlite3.DatabaseError as error:
        database.close()
        if error.sqlite_errorcode not in _DAMAGED:
            raise
        damaged = file.replace(file.with_suffix(".damaged"))
        log.warning("The journal was damaged, and is now %s: all shards are sent again", damaged)
        for rest in ("-wal", "-shm"):
            file.with_name(file.name + rest).unlink(missing_ok=True)
        database = sqlite3.connect(file)
        database.executescript(_SCHEMA)
    return database

"""Source files: on this machine, or behind a URL that fsspec opens (``hf://``, ``s3://``, ...).

The check looks every file up once, and notes its size and version. These travel with the file to
the moment it is read: a file that is another by then is an error, never uploaded unseen.
"""

from __future__ import annotations

import lzma
import os
import posixpath
import tarfile
import threading
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import groupby, islice
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import Any, BinaryIO, TypeVar

from datasets import config
from datasets.filesystems import COMPRESSION_FILESYSTEMS
from fsspec.core import url_to_fs

from workaround.arrow.local import hash_of, version_of
from workaround.arrow.paths import archive_of, is_local, normal
from workaround.arrow.servers import impatient, require_listening
from workaround.errors import (
    SourceChangedError,
    SourceDamagedError,
    UnreachableError,
    UploadError,
)
from workaround.hub.retry import is_transient, retry

BLOCK = 4 << 20
READERS = 16  # threads: enough to hide the latency of a network file system
QUEUED = 1000  # folders that wait for a thread
COMPRESSED = {f"{system.protocol}://" for system in COMPRESSION_FILESYSTEMS}
"""Schemes of single files that are decompressed on the way; their size is known once read."""
VERSIONS = (
    *("ETag", "Content-MD5", "Digest", "Last-Modified"),  # of HTTP
    *("LastModified", "VersionId", "md5Hash", "generation", "etag"),  # of object stores
    *("blob_id", "lfs", "mtime", "modified", "created", "checksum"),
)
"""What file systems report that changes with a file; URLs of answers are signed anew each time."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A source file as it was when it was checked.

    Attributes:
        path: Path or URL.
        size: Size in bytes.
        version: 64-bit hash of what changes with the content: times of this machine, or the ETag
            or version that a server reports. Of a member of an archive it is the archive's.
    """

    path: str
    size: int
    version: int


@dataclass(frozen=True)
class Files:
    """Access to source files.

    Attributes:
        token: Token for private ``hf://`` files; None for the one that is logged in.
        endpoint: URL of the Hub of ``hf://``.
    """

    token: str | None = None
    endpoint: str | None = None

    def __repr__(self) -> str:
        """Leave out the token."""
        return f"Files(endpoint={self.endpoint!r})"

    def look_up(self, path: str) -> SourceFile:
        """Return size and version of a file.

        Raises:
            OSError: The file cannot be reached, or is not a regular file.
            ValueError: The path is not a possible name.
            ImportError: The package that opens such URLs is not installed.
            RefusedError: The server of the file refuses.
            UnreachableError: The server does not answer, for minutes; or refuses connections.
        """
        if is_local(path):
            return _local_file(path, Path(normal(path)).stat())
        system, inner = self._system(path)
        info = self._info(path, system, inner)
        if info["type"] == "directory":
            raise IsADirectoryError("a directory, not a file")
        if normal(path).startswith(tuple(COMPRESSED)):
            size = self._count(path)
        elif info["size"] is None:
            raise OSError("its server does not report its size; download it first")
        else:
            size = int(info["size"])
        archive = archive_of(path)
        return SourceFile(path, size, self._version(archive) if archive else _remote_version(info))

    def map(self, action: Callable[[str], T], paths: Iterable[str]) -> Iterator[T]:
        """Apply a function to files in parallel, but in sequence within a folder on the Hub.

        The first file of such a folder lists it, and each thread caches its own listings: one
        request for many files, since the Hub limits requests. An archive is opened by one thread.

        Args:
            action: Function of a path.
            paths: Sorted, so that the files of a folder follow each other.

        Yields:
            Results of `action`, in the order of the paths.
        """

        def run(folder: list[str]) -> list[T]:
            return [action(path) for path in folder]

        folders = groupby(paths, key=_folder)
        with ThreadPoolExecutor(READERS) as pool:
            while batch := [list(folder) for _, folder in islice(folders, QUEUED)]:
                for results in pool.map(run, batch):
                    yield from results

    @contextmanager
    def open(self, path: str, **options: Any) -> Iterator[BinaryIO]:
        """Open a file for reading; local ones unbuffered, and only regular ones.

        Args:
            path: Path or URL.
            options: Passed to the file system of a URL.

        Raises:
            OSError: The file cannot be opened, or is not a regular file.
        """
        if is_local(path):
            with open(normal(path), "rb", buffering=0, opener=_without_waiting) as stream:
                _local_file(path, os.fstat(stream.fileno()))
                os.set_blocking(stream.fileno(), True)
                yield stream
            return
        system, inner = self._system(path)  # of an archive: closes its streams when it goes
        with system.open(inner, "rb", **options) as stream:
            yield stream

    def blocks(self, source: SourceFile) -> Iterator[memoryview]:
        """Yield the content of a file, in blocks that the next one overwrites.

        Raises:
            SourceChangedError: It is not the file that was checked, or changes while it is read.
            SourceDamagedError: The archive that holds it is damaged.
            UnreachableError: Its server does not answer.
        """
        block = memoryview(bytearray(min(BLOCK, source.size + 1)))
        remaining = source.size
        read = self._read_local if is_local(source.path) else self._read_remote
        with _reading(source.path):
            for part in read(source, block):
                remaining -= len(part)
                if remaining >= 0:
                    yield part
        if remaining:
            reason = "is longer than" if remaining < 0 else f"ends {remaining} bytes before"
            raise SourceChangedError(source.path, f"{reason} the {source.size} bytes it had")

    def sample(self, source: SourceFile, start: int, size: int) -> bytes:
        """Return a part of a file.

        Raises:
            SourceChangedError: It is not the file that was checked.
            SourceDamagedError: The archive that holds it is damaged.
            UnreachableError: Its server does not answer.
        """

        def read() -> bytes:
            with self.open(source.path) as stream:
                _require_same(source, stream, "since it was checked")
                _move(stream, start)
                return stream.read(size)

        with _reading(source.path):
            return read() if is_local(source.path) else _repeated(source.path, read)

    def _read_local(self, source: SourceFile, block: memoryview) -> Iterator[memoryview]:
        """Yield the content of a file until it is longer than it was."""
        position = 0
        with self.open(source.path) as stream:
            _require_same(source, stream, "since it was checked")
            while position <= source.size and (count := stream.readinto(block)):  # type: ignore[attr-defined]
                position += count
                yield block[:count]
            _require_same(source, stream, "while it was read")

    def _read_remote(self, source: SourceFile, block: memoryview) -> Iterator[memoryview]:
        """Yield the content of a file; go on where the connection breaks."""
        position = 0
        stream: Any = None
        with ExitStack() as streams:

            def read() -> int:
                nonlocal stream
                try:
                    if stream is None:
                        stream = streams.enter_context(self.open(source.path))
                        _move(stream, position)
                    return int(stream.readinto(block))
                except Exception:
                    stream = None
                    streams.close()
                    raise

            while position <= source.size and (count := _repeated(source.path, read)):
                position += count
                yield block[:count]

    def require_unchanged(self, sources: Iterable[SourceFile]) -> None:
        """Ask the servers of remote files that were read for their versions again.

        Local files are left out: `blocks` compares them while they are open.

        Raises:
            SourceChangedError: A file has another version than when it was checked.
            UnreachableError: Its server does not answer.
        """
        versions: dict[str, SourceFile] = {}
        for source in sources:
            if not is_local(source.path):
                versions.setdefault(archive_of(source.path) or normal(source.path), source)

        def compare(folder: list[str]) -> None:
            if not is_local(folder[0]):
                self._system(folder[0])[0].invalidate_cache()
            for url in folder:
                with _reading(versions[url].path):
                    version = self._version(url)
                if version != versions[url].version:
                    raise SourceChangedError(versions[url].path, "changed since it was checked")

        folders = [list(folder) for _, folder in groupby(sorted(versions), key=_folder)]
        if folders:
            with ThreadPoolExecutor(READERS) as pool:
                list(pool.map(compare, folders))

    def _version(self, path: str) -> int:
        if is_local(path):
            return _local_file(path, Path(path).stat()).version
        system, inner = self._system(path)
        return _remote_version(self._info(path, system, inner))

    def _info(self, path: str, system: Any, inner: str) -> Any:
        server = normal(path).rpartition("::")[2]
        if server.startswith("hf://"):
            server = self.endpoint or config.HF_ENDPOINT

        def look_up() -> Any:
            if server.startswith(("http://", "https://")):
                require_listening(server)
            return system.info(inner)

        return retry(f"Looking up {path}", impatient(look_up))

    def _count(self, path: str) -> int:
        """Return the size of a stream of unknown size, by reading it."""
        size = 0
        with self.open(path) as stream:
            while block := stream.read(BLOCK):
                size += len(block)
        return size

    def _system(self, path: str) -> tuple[Any, str]:
        path, archive = normal(path), archive_of(path)
        options: dict[str, Any] = {}
        if "hf://" in path:
            options["hf"] = {"token": self.token, "endpoint": self.endpoint}
        if archive is None:
            system, inner = url_to_fs(path, **options)
            return system, inner
        # An archive is parsed once, not for each member, and again when it is another file.
        member, _, rest = path.partition("::")
        scheme, _, inner = member.partition("://")
        key = (scheme, rest, self, self._version(archive))
        if getattr(_thread, "key", None) != key:
            _thread.system = url_to_fs(path, skip_instance_cache=True, **options)[0]
            _thread.key = key
        return _thread.system, _thread.system._strip_protocol(f"{scheme}://{inner}")


_thread = threading.local()
"""The archive that each thread read last: file systems of archives are not made for sharing."""


def _repeated(path: str, read: Callable[[], T]) -> T:
    """Read from a server, again and again while its failures are transient."""

    def attempt() -> T:
        try:
            return read()
        except Exception as error:
            if is_transient(error):
                raise
            with _reading(path):
                raise

    return retry(f"Reading {path}", attempt)


def _move(stream: Any, position: int) -> None:
    """Move to a position; by reading where a server sends files only whole."""
    if not position:
        return
    try:
        stream.seek(position)
    except ValueError:
        while position and (skipped := stream.read(min(BLOCK, position))):
            position -= len(skipped)


@contextmanager
def _reading(path: str) -> Iterator[None]:
    """Turn errors of opening and reading a source file that was checked into those of this package.

    Args:
        path: Path or URL of the file.
    """
    try:
        yield
    except FileNotFoundError as error:
        raise SourceChangedError(path, "was deleted since it was checked") from error
    except (zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError) as error:
        raise SourceDamagedError(path, f"damaged: {str(error) or 'it ends early'}") from error
    except UploadError:
        raise
    except Exception as error:
        if is_local(path) and not isinstance(error, OSError):
            raise
        if is_transient(error):
            raise UnreachableError(f"Reading {path}: {error}. Run the same call again.") from error
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise SourceChangedError(path, f"can no longer be read: {reason}") from error


def _require_same(source: SourceFile, stream: BinaryIO, moment: str) -> None:
    if not is_local(source.path):
        return  # asked for by `require_unchanged`, for many at once
    now = _local_file(source.path, os.fstat(stream.fileno()))
    if now.size != source.size:
        reason = f"changed {moment}: {now.size} bytes instead of {source.size}"
        raise SourceChangedError(source.path, reason)
    if now != source:
        raise SourceChangedError(source.path, f"changed {moment}")


def _local_file(path: str, status: os.stat_result) -> SourceFile:
    if S_ISDIR(status.st_mode):
        raise IsADirectoryError("a directory, not a file")
    if not S_ISREG(status.st_mode):
        raise OSError("not a regular file")
    return SourceFile(path, status.st_size, version_of(status))


def _remote_version(info: Mapping[str, Any]) -> int:
    return hash_of(info.get("size"), *(info.get(name) for name in VERSIONS))


def _without_waiting(path: str, flags: int) -> int:
    """Open a path; a pipe is not waited for."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _folder(path: str) -> str:
    """Return what one thread looks up: a folder on the Hub, an archive, or a single file."""
    archive = archive_of(path)
    if archive is not None:
        return archive
    return posixpath.dirname(path) if normal(path).startswith("hf://") else path

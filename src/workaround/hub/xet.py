"""Uploads to Xet of files that are still being written: no file on disk, no second read.

hf_xet chunks, hashes and compresses what it is given, collects it in blocks of 64 MiB, and sends
these from threads of its own. It takes data faster than the network does, so writers are held.
"""

from __future__ import annotations

import functools
import os
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any

from huggingface_hub import constants

from workaround.hub.client import XET_SETTINGS

if TYPE_CHECKING:
    from hf_xet import XetSession

PENDING_BYTES = 96 << 20
"""Bytes of full blocks on their way, of all uploads of this process, from which on writers are
held: one block of 64 MiB is sent while the next one is filled. What is in the block that is filled
does not count: of data that the Hub has already it may stay empty for long."""
PIECE = 1 << 20
"""Bytes of one call of hf_xet; smaller writes are collected."""
POLL = 0.005
STALL = 10.0
"""Seconds without progress after which one more piece is written: failures show only then."""


def has_streams() -> bool:
    """Return whether the installed client takes files while they are written (hf_xet 1.8)."""
    if constants.HF_HUB_DISABLE_XET:
        return False
    try:
        import hf_xet
    except ImportError:
        return False
    commit = getattr(hf_xet, "XetUploadCommit", None)
    return hasattr(hf_xet, "XetConfig") and hasattr(commit, "start_upload_stream")


class StreamError(Exception):
    """A failure of hf_xet while a file is written; the cause tells which."""


class XetUpload:
    """Files that are sent together. They count as sent after `wait`, and only then.

    Args:
        token_url: URL that gives tokens of the storage.
        headers: Headers for that URL.
    """

    def __init__(self, token_url: str, headers: dict[str, str]) -> None:
        public = {name: value for name, value in headers.items() if name.lower() != "authorization"}
        self._commit = _session(os.getpid()).new_upload_commit(
            token_refresh_url=token_url, token_refresh_headers=headers, custom_headers=public
        )
        _pending.add(self)

    def file(self, path: str, report: Callable[[int], None]) -> XetStream:
        """Begin a file; one at a time.

        Args:
            path: Its name.
            report: Called with the number of bytes of each write.
        """
        import hf_xet

        stream = self._commit.start_upload_stream(name=path, sha256=hf_xet.COMPUTE_SHA256)
        return XetStream(self, stream, report)

    def pending(self) -> int:
        """Return the number of bytes of full blocks that are not sent yet."""
        progress = self._commit.progress()
        return int(progress.total_transfer_bytes - progress.total_transfer_bytes_completed)

    def wait(self) -> None:
        """Wait until all files are sent."""
        try:
            self._commit.wait_to_finish()
        finally:
            _pending.discard(self)

    def abort(self) -> None:
        """Give the upload up. A writer that is held gets an error."""
        _pending.discard(self)
        self._commit.abort()


class XetStream:
    """A file that is sent while it is written."""

    def __init__(self, upload: XetUpload, stream: Any, report: Callable[[int], None]) -> None:
        self._upload = upload
        self._stream = stream
        self._report = report
        self._buffer = bytearray()

    def write(self, data: bytes | memoryview) -> None:
        """Send bytes, once few enough are on their way.

        Raises:
            StreamError: The upload has failed.
        """
        self._buffer += data
        self._report(len(data))
        if len(self._buffer) >= PIECE:
            self._flush()

    def finish(self) -> tuple[str, int]:
        """End the file.

        Returns:
            Its SHA-256 in hex, and its size in bytes.

        Raises:
            StreamError: The upload has failed.
        """
        self._flush()
        with _translated():
            info = self._stream.finish().xet_info
        return str(info.sha256), int(info.file_size)

    def _flush(self) -> None:
        with _translated():
            _pending.hold(self._upload)
            self._stream.write(bytes(self._buffer))
        self._buffer.clear()


class _translated:  # noqa: N801 - used like a function
    """Turn any error into a `StreamError`."""

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, _: type[BaseException] | None, error: BaseException | None, __: TracebackType | None
    ) -> None:
        if isinstance(error, Exception):
            raise StreamError from error


class _Pending:
    """The uploads of this process that are under way."""

    def __init__(self) -> None:
        self._uploads: set[XetUpload] = set()
        self._lock = threading.Lock()

    def add(self, upload: XetUpload) -> None:
        with self._lock:
            self._uploads.add(upload)

    def discard(self, upload: XetUpload) -> None:
        with self._lock:
            self._uploads.discard(upload)

    def nbytes(self) -> int:
        """Return the number of bytes of full blocks that are not sent yet."""
        with self._lock:
            return sum(upload.pending() for upload in self._uploads)

    def hold(self, upload: XetUpload) -> None:
        """Wait until more may be written.

        Raises:
            ConnectionAbortedError: The upload was given up.
        """
        least, since = self.nbytes(), time.monotonic()
        while (left := self.nbytes()) >= PENDING_BYTES:
            if left < least:
                least, since = left, time.monotonic()
            if time.monotonic() - since > STALL:
                return
            if upload not in self._uploads:
                raise ConnectionAbortedError("the upload was given up")
            time.sleep(POLL)


_pending = _Pending()


@functools.lru_cache(maxsize=1)
def _session(_pid: int) -> XetSession:
    """Return the session of a process: its threads do not survive a fork."""
    import hf_xet

    settings = {
        name.removeprefix("HF_XET_").lower().replace("_", ".", 1): value
        for name, value in XET_SETTINGS.items()
        if name not in os.environ
    }
    return hf_xet.XetSession(hf_xet.XetConfig().with_config(settings))

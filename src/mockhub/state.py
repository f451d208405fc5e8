"""The stores of a server, and lookups of contents across them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import cast

from starlette.requests import Request

from mockhub.options import Options
from mockhub.repos.store import RepoStore
from mockhub.storage.blobs import BlobStore
from mockhub.storage.buckets import Buckets
from mockhub.storage.multipart import Uploads
from mockhub.storage.ownership import Ownership
from mockhub.storage.signed_tokens import Tickets
from mockhub.xet.shards import XetFile
from mockhub.xet.store import XetStore

SHA256 = re.compile(r"[0-9a-f]{64}")


class State:
    """The stores of one server.

    Args:
        root: Folder of all stores.
        options: Behaviour and accounts.
    """

    def __init__(self, root: Path, options: Options) -> None:
        self.root = root
        self.options = options
        self.accounts = options.accounts()
        self.blobs = BlobStore(root / "blobs")
        self.xet = XetStore(root / "xet", discard=options.discard)
        self.repos = RepoStore(root / "repos", self.blobs)
        self.uploads = Uploads(root / "uploads", self.blobs, discard=options.discard)
        self.ownership = Ownership(root / "ownership")
        self.buckets = Buckets(root / "buckets.db")
        self.tickets = Tickets(root / "key", options.expire_after)

    def size(self, sha256: str) -> int | None:
        """Return the bytes of a content that was uploaded over LFS, git or Xet; None if unknown."""
        if not SHA256.fullmatch(sha256):
            return None
        size = self.blobs.size(sha256)
        if size is None and (file := self.xet.by_sha256(sha256)) is not None:
            return file.size
        return size

    def owned_size(self, holder: str, sha256: str) -> int | None:
        """Return the bytes of a content that a repository may refer to; None if it may not.

        Args:
            holder: Internal id of the repository.
            sha256: Hash of the content.
        """
        if SHA256.fullmatch(sha256) and self.ownership.has(holder, sha256):
            return self.size(sha256)
        return None

    def holds(self, holder: str, file: XetFile) -> bool:
        """Return True if a file was uploaded to a repository or bucket, over Xet or otherwise."""
        names = filter(None, (file.hash, file.sha256))
        return any(self.ownership.has(holder, name) for name in names)

    def xet_file(self, sha256: str) -> XetFile | None:
        """Return the Xet form of a content; None without one, or with Xet switched off."""
        return self.xet.by_sha256(sha256) if self.options.xet else None

    def read(self, sha256: str, start: int, stop: int) -> Iterator[bytes]:
        """Yield bytes of a content that was uploaded over LFS, git or Xet.

        Args:
            sha256: Hash of the content.
            start: First byte.
            stop: Byte after the last one.

        Raises:
            HubError: 410, the bytes were discarded on arrival.
        """
        file = self.xet.by_sha256(sha256)
        if file is None or self.blobs.path(sha256).exists():
            return self.blobs.read(sha256, start, stop)
        return self.xet.read(file, start, stop)


def state_of(request: Request) -> State:
    """Return the state of the server that a request reached."""
    return cast("State", request.app.state.hub)

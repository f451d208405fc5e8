"""The content store of Xet: files as chunks of xorbs."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import secrets
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from mockhub.errors import BadRequestError
from mockhub.storage.blobs import SEND_SIZE, discarded, write_whole
from mockhub.xet.hashing import EMPTY_FILE, Node, file_hash, range_hash
from mockhub.xet.shards import Description, Term, XetFile
from mockhub.xet.xorbs import HASH_SIZE, XorbStore

FILES_IN_MEMORY = 1024


class XetStore:
    """Xorbs and their files below one folder.

    The terms of files are read from disk, so that memory does not grow with their number.

    Args:
        root: The folder.
        discard: Keep only hashes and sizes.

    Attributes:
        run: Component of all URLs of this store. It is random because clients remember by URL
            which xorbs a store has, and would not send them to an empty one again.
        xorbs: The chunks.
    """

    def __init__(self, root: Path, *, discard: bool) -> None:
        self.xorbs = XorbStore(root / "xorbs", discard=discard)
        self._discard = discard
        self._files = root / "files"
        self._by_sha256 = root / "sha256"
        for folder in (self._files, self._by_sha256):
            folder.mkdir(exist_ok=True)
        run = root / "run"
        if not run.exists():
            write_whole(run, secrets.token_hex(8).encode())
        self.run = run.read_text()
        # On the instance: a cache on the class would keep every store alive.
        self._cached = lru_cache(FILES_IN_MEMORY)(self._load)

    def file(self, name: str) -> XetFile | None:
        """Return a file by its Xet hash; None if it is unknown."""
        try:
            return self._cached(name)
        except FileNotFoundError:
            return None

    def _load(self, name: str) -> XetFile:
        fields = json.loads((self._files / name).read_bytes())
        terms = tuple(Term(**term) for term in fields.pop("terms"))
        return XetFile(terms=terms, **fields)

    def by_sha256(self, sha256: str) -> XetFile | None:
        """Return a file by its SHA-256; None if it is unknown."""
        try:
            return self.file((self._by_sha256 / sha256).read_text())
        except FileNotFoundError:
            return None

    def check(self, described: Description) -> Iterator[int]:
        """Verify that a file can be read and matches its hashes.

        Yields:
            The number of bytes read so far, at a GB a second; none if bytes are discarded, or the
            file was verified before.

        Raises:
            BadRequestError: A term has an unknown chunk, or a hash is wrong.
        """
        file = described.file
        if self._knows(file):
            return
        for term in file.terms:
            index = self.xorbs.index(term.xorb)
            if not 0 <= term.start < term.stop <= len(index):
                raise BadRequestError(f"Xorb {term.xorb} has no chunks {term.start}:{term.stop}")
            if index.unpacked[term.stop] - index.unpacked[term.start] != term.size:
                raise BadRequestError(f"A term of file {file.hash} has the wrong size")
        for term, proof in zip(file.terms, described.proofs, strict=False):
            hashes = self.xorbs.index(term.xorb).hashes
            if range_hash(hashes[term.start * HASH_SIZE : term.stop * HASH_SIZE]) != proof:
                raise BadRequestError(f"A term of file {file.hash} has the wrong range hash")
        if file.hash != (file_hash(self._nodes(file)) if file.terms else EMPTY_FILE):
            raise BadRequestError(f"The chunks of file {file.hash} have another hash")
        if file.sha256 is None or self._discard:
            return
        digest, done = hashlib.sha256(), 0
        for piece in self.read(file, 0, file.size):
            digest.update(piece)
            done += len(piece)
            yield done
        if digest.hexdigest() != file.sha256:
            raise BadRequestError(f"File {file.hash} does not have the SHA-256 {file.sha256}")

    def _nodes(self, file: XetFile) -> Iterator[Node]:
        for term in file.terms:
            yield from self.xorbs.index(term.xorb).nodes(term.start, term.stop)

    def _knows(self, file: XetFile) -> bool:
        known = self.file(file.hash)
        return known is not None and file.sha256 in {None, known.sha256}

    def keep(self, file: XetFile) -> None:
        """Store a verified file."""
        if self._knows(file):
            return
        write_whole(self._files / file.hash, json.dumps(dataclasses.asdict(file)).encode())
        self._cached.cache_clear()  # the file may have been uploaded before without a SHA-256
        if file.sha256 is not None:
            write_whole(self._by_sha256 / file.sha256, file.hash.encode())

    def require_bytes(self, file: XetFile) -> None:
        """Refuse to read a file of which only hashes were kept.

        Raises:
            HubError: 410, the bytes were discarded on arrival.
        """
        if not all(self.xorbs.path(term.xorb).exists() for term in file.terms):
            raise discarded(file.sha256 or file.hash)

    def read(self, file: XetFile, start: int, stop: int) -> Iterator[bytes]:
        """Return the bytes of a file from `start` up to `stop`, exclusive, in pieces.

        Raises:
            HubError: 410, the bytes were discarded on arrival.
        """
        self.require_bytes(file)
        return self._contents(file, start, stop)

    def _contents(self, file: XetFile, start: int, stop: int) -> Iterator[bytes]:
        offset, parts = self.cut(file, start, stop)
        remaining = stop - start
        pending = bytearray()
        for part in parts:
            for chunk in self.xorbs.chunks(part.xorb, part.start, part.stop):
                content = chunk[offset : offset + remaining]
                offset, remaining = 0, remaining - len(content)
                pending += content
                if len(pending) >= SEND_SIZE:
                    piece = bytes(pending)
                    pending.clear()
                    yield piece
        yield bytes(pending)

    def cut(self, file: XetFile, start: int, stop: int) -> tuple[int, list[Term]]:
        """Return the chunks with the bytes from `start` up to `stop`, exclusive.

        Returns:
            The number of bytes of the first chunk before `start`, and the terms cut to size.
        """
        parts = []
        skip: int | None = None
        position = 0
        for term in file.terms:
            if position >= stop:
                break
            if position + term.size > start:
                unpacked = self.xorbs.index(term.xorb).unpacked
                base = unpacked[term.start] - position  # from file to xorb positions
                first = max(term.start, bisect_right(unpacked, start + base) - 1)
                end = min(term.stop, bisect_right(unpacked, stop - 1 + base))
                if skip is None:
                    skip = start + base - unpacked[first]
                parts.append(Term(term.xorb, first, end, unpacked[end] - unpacked[first]))
            position += term.size
        return skip or 0, parts

"""Multipart uploads: contents that are received in parts."""

from __future__ import annotations

import hashlib
import math
import os
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mockhub.errors import BadRequestError
from mockhub.storage.blobs import READ_SIZE, BlobStore, Incoming


@dataclass(frozen=True)
class Upload:
    """An announced upload of a content.

    Attributes:
        holder: Internal id of the repository.
        oid: SHA-256 of the content.
        size: Bytes of the content.
        part_size: Bytes of each part but the last; 0 for an upload in one piece.
        nonce: Distinguishes two uploads of the same content.
    """

    holder: str
    oid: str
    size: int
    part_size: int
    nonce: str

    @property
    def parts(self) -> int:
        """Return the number of parts."""
        return math.ceil(self.size / self.part_size)


class Uploads:
    """The uploads in parts that are not complete yet.

    Each part is appended and hashed as soon as all parts before it have been, so that the request
    that completes the upload has little to do: clients wait only seconds for it.

    Args:
        folder: Folder of the parts.
        blobs: Store of complete contents.
        discard: Only hash the parts.
    """

    def __init__(self, folder: Path, blobs: BlobStore, *, discard: bool) -> None:
        self._folder = folder
        self._blobs = blobs
        self._discard = discard
        self._lock = threading.Lock()
        self._assemblies: dict[str, _Assembly] = {}

    def add_part(self, upload: Upload, number: int, part: Incoming) -> None:
        """Add a part; a second one with the number of an appended part is ignored.

        Args:
            upload: The upload.
            number: Number of the part, from 1.
            part: Received bytes.

        Raises:
            BadRequestError: The number or the size is wrong.
        """
        if not 1 <= number <= upload.parts:
            raise BadRequestError(f"Part {number} of {upload.parts} does not exist")
        last = upload.size - upload.part_size * (upload.parts - 1)
        expected = upload.part_size if number < upload.parts else last
        if part.size != expected:
            raise BadRequestError(f"Part {number} has {expected} bytes, got {part.size}")
        self._assembly(upload).add(number, part)

    def complete(self, upload: Upload) -> None:
        """Store the content of a complete upload.

        Raises:
            BadRequestError: A part is missing, or the content has another hash; with another hash,
                the parts are removed.
        """
        assembly = self._assembly(upload)
        with assembly.lock:
            if assembly.next <= upload.parts:
                raise BadRequestError(f"Not all of the {upload.parts} parts have been uploaded")
            sha256 = assembly.sha256.hexdigest()
            if sha256 == upload.oid:
                path = None if self._discard else assembly.content
                self._blobs.adopt(path, upload.oid, upload.size)
        with self._lock:
            self._assemblies.pop(upload.nonce, None)  # gone if a client completes twice at once
            shutil.rmtree(self._folder / upload.nonce, ignore_errors=True)
        if sha256 != upload.oid:
            raise BadRequestError(f"Expected the SHA-256 {upload.oid}, got {sha256}")

    def _assembly(self, upload: Upload) -> _Assembly:
        with self._lock:
            if upload.nonce not in self._assemblies:
                folder = self._folder / upload.nonce
                folder.mkdir(parents=True, exist_ok=True)
                self._assemblies[upload.nonce] = _Assembly(folder, upload, discard=self._discard)
            return self._assemblies[upload.nonce]


class _Assembly:
    """The appended parts of an upload, and parts that wait for earlier ones.

    Attributes:
        next: Number of the next part to append.
        sha256: Hash of the parts before it.
        content: File of the parts before it.
    """

    def __init__(self, folder: Path, upload: Upload, *, discard: bool) -> None:
        self.lock = threading.Lock()
        self.next = 1
        self.sha256 = hashlib.sha256()
        self.content = folder / "content"
        self._folder = folder
        self._discard = discard
        if self.content.exists():
            self._resume(upload)

    def _resume(self, upload: Upload) -> None:
        """Continue after the last whole part that an earlier run of the server appended."""
        size = self.content.stat().st_size
        whole = upload.parts if size == upload.size else size // upload.part_size
        os.truncate(self.content, min(whole * upload.part_size, size))
        for piece in _pieces(self.content):
            self.sha256.update(piece)
        self.next = whole + 1

    def add(self, number: int, part: Incoming) -> None:
        """Add a part, and append it and the parts that waited for it if it is the next one."""
        with self.lock:
            part.move_to(self._folder / str(number))
            while (path := self._folder / str(self.next)).exists():
                self._append(path)
                path.unlink()
                self.next += 1

    def _append(self, part: Path) -> None:
        with (Path(os.devnull) if self._discard else self.content).open("ab") as content:
            for piece in _pieces(part):
                self.sha256.update(piece)
                content.write(piece)


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(READ_SIZE):
            yield piece

"""Contents that come in parts."""

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
    """A content the server expects.

    Attributes:
        holder: Internal id of the repository it is for.
        oid: Its SHA-256.
        size: Bytes.
        part_size: Bytes of each part but the last; 0 if it comes as a whole.
        nonce: Tells two uploads of the same content apart.
    """

    holder: str
    oid: str
    size: int
    part_size: int
    nonce: str

    @property
    def parts(self) -> int:
        """How many parts it has."""
        return math.ceil(self.size / self.part_size)


class Uploads:
    """The contents of which some parts are here.

    Parts are appended and hashed in their order, as soon as all before them are here, so that
    there is nothing left to do for the request that ends the upload: clients wait seconds for it.

    Args:
        folder: Where the parts lie.
        blobs: Where complete contents go.
        discard: Hash the parts and throw them away.
    """

    def __init__(self, folder: Path, blobs: BlobStore, *, discard: bool) -> None:
        self._folder = folder
        self._blobs = blobs
        self._discard = discard
        self._lock = threading.Lock()
        self._assemblies: dict[str, _Assembly] = {}

    def add_part(self, upload: Upload, number: int, part: Incoming) -> None:
        """Take a part. Once it was appended, another one of that number changes nothing.

        Args:
            upload: What it is part of.
            number: From 1.
            part: Its bytes.

        Raises:
            BadRequestError: There is no such part, or it has another size.
        """
        if not 1 <= number <= upload.parts:
            raise BadRequestError(f"There is no part {number}")
        last = upload.size - upload.part_size * (upload.parts - 1)
        expected = upload.part_size if number < upload.parts else last
        if part.size != expected:
            raise BadRequestError(f"Part {number} has {expected} bytes, got {part.size}")
        self._assembly(upload).add(number, part)

    def complete(self, upload: Upload) -> None:
        """Keep a content all of whose parts are here, if it is the expected one.

        Raises:
            BadRequestError: A part is missing, or the content has another hash. In the latter case
                nothing is kept.
        """
        assembly = self._assembly(upload)
        with assembly.lock:
            if assembly.next <= upload.parts:
                raise BadRequestError(
                    f"The upload has {upload.parts} parts, and not all of them are here"
                )
            found = assembly.sha256.hexdigest()
            if found == upload.oid:
                path = None if self._discard else assembly.content
                self._blobs.adopt(path, upload.oid, upload.size)
        with self._lock:
            self._assemblies.pop(upload.nonce, None)  # clients may end an upload twice at once
            shutil.rmtree(self._folder / upload.nonce, ignore_errors=True)
        if found != upload.oid:
            raise BadRequestError(f"Expected the SHA-256 {upload.oid}, got {found}")

    def _assembly(self, upload: Upload) -> _Assembly:
        with self._lock:
            if upload.nonce not in self._assemblies:
                folder = self._folder / upload.nonce
                folder.mkdir(parents=True, exist_ok=True)
                self._assemblies[upload.nonce] = _Assembly(folder, upload, discard=self._discard)
            return self._assemblies[upload.nonce]


class _Assembly:
    """A content being put together: the parts so far, and those that came before their turn.

    Attributes:
        next: Number of the part that comes next.
        sha256: Hash of the parts before it.
        content: The file they are in.
    """

    def __init__(self, folder: Path, upload: Upload, *, discard: bool) -> None:
        self.lock = threading.Lock()
        self.next = 1
        self.sha256 = hashlib.sha256()
        self.content = folder / "content"
        self._folder = folder
        self._discard = discard
        if self.content.exists():
            self._take_up(upload)

    def _take_up(self, upload: Upload) -> None:
        """Go on where an earlier run of the server was stopped, maybe in the middle of a part."""
        size = self.content.stat().st_size
        whole = upload.parts if size == upload.size else size // upload.part_size
        os.truncate(self.content, min(whole * upload.part_size, size))
        for piece in _pieces(self.content):
            self.sha256.update(piece)
        self.next = whole + 1

    def add(self, number: int, part: Incoming) -> None:
        """Take a part, and all that waited for it."""
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

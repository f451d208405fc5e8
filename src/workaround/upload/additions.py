"""Files of a commit whose hash is known, and that report how much of them was read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BufferedReader, FileIO
from pathlib import Path
from typing import BinaryIO

from huggingface_hub import CommitOperationAdd
from huggingface_hub.lfs import UploadInfo


class ReportedAddition(CommitOperationAdd):
    """An addition that reports the position in its file whenever the client reads some.

    Attributes:
        report: Called with the position in bytes.
    """

    report: Callable[[int], None]

    @contextmanager
    def as_file(self, with_tqdm: bool = False) -> Iterator[BinaryIO]:  # noqa: ARG002 - its signature
        """Open the file."""
        with _ReportedFile(FileIO(str(self.path_or_fileobj)), self.report) as file:
            yield file


class _ReportedFile(BufferedReader):
    def __init__(self, file: FileIO, report: Callable[[int], None]) -> None:
        super().__init__(file)
        self._report = report

    def read(self, size: int | None = -1) -> bytes:
        data = super().read(size)
        self._report(self.tell())
        return data


def addition_of(path: str, sha256: str, size: int) -> CommitOperationAdd:
    """Return the operation that adds a file which the Hub has already."""
    addition = CommitOperationAdd(path, b"")
    addition.upload_info = UploadInfo(sha256=bytes.fromhex(sha256), size=size, sample=b"")
    return addition


def addition_of_file(
    path: str, sha256: str, size: int, file: Path, report: Callable[[int], None]
) -> CommitOperationAdd:
    """Return the operation that sends a file of a known hash: the client would read all of it.

    Args:
        path: In the repository.
        sha256: Of the content, in hex.
        size: In bytes.
        file: On disk.
        report: Called with the position in the file, as often as the client reads.
    """
    addition = ReportedAddition(path, b"")
    addition.path_or_fileobj, addition.report = str(file), report
    with file.open("rb") as stream:
        sample = stream.read(512)
    addition.upload_info = UploadInfo(sha256=bytes.fromhex(sha256), size=size, sample=sample)
    return addition

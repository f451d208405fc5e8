"""The storage that the Hub wants each file of an upload in."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Literal, cast

from workaround.hub.repository import Repository

Mode = Literal["lfs", "regular"]

MOST_FILES = 256
"""Files of one request: the Hub's limit."""
SAMPLE = b"PAR1\0"
"""In place of the first bytes of a Parquet file, which is not written yet: binary, not text."""


class UploadModes:
    """Modes of the files of an upload, asked for many at once when the first of them is needed.

    Args:
        repository: Repository that is uploaded to.
        files: Sizes in bytes by path, in the order in which they are needed.
    """

    def __init__(self, repository: Repository, files: Mapping[str, int]) -> None:
        self._repository = repository
        self._files = iter(files.items())
        self._modes: dict[str, str] = {}

    def of(self, path: str) -> Mode:
        """Return the mode of a file: "lfs" for LFS and Xet, "regular" for a part of the commit."""
        while path not in self._modes:
            files = dict(islice(self._files, MOST_FILES))
            self._modes |= self._repository.upload_modes(files, SAMPLE)
        return cast(Mode, self._modes[path])

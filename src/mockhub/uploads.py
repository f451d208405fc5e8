"""Contents the server waits for."""

from __future__ import annotations

import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

from mockhub.errors import HubError


@dataclass(frozen=True)
class Upload:
    """A content the server expects: its SHA-256, and its size in bytes."""

    oid: str
    size: int


class Uploads:
    """The uploads that links were handed out for.

    A link holds a random id instead of a token: clients send none to storage.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._expected: dict[str, Upload] = {}

    def expect(self, upload: Upload) -> str:
        """Remember an upload; returns the id for its links."""
        key = secrets.token_urlsafe(16)
        self._expected[key] = upload
        return key

    def get(self, key: str) -> Upload:
        """The upload a link stands for.

        Raises:
            HubError: 403, the link is not one of ours or was used.
        """
        if key not in self._expected:
            raise HubError(403, "The upload link has expired")
        return self._expected[key]

    def part(self, key: str, number: int) -> Path:
        """Where a part lies until its upload is complete."""
        return self._folder / key / str(number)

    def finish(self, key: str) -> None:
        """Forget an upload and its parts."""
        self._expected.pop(key, None)  # clients may send an object twice at once
        shutil.rmtree(self._folder / key, ignore_errors=True)

"""Which contents came in through which repository.

Contents are stored once, but a hash alone gives no right to one: a repository can only point
to what was uploaded to it, or copied to it from where the caller may read. The Hub keeps LFS
objects by repository too, which is why its clients call ``lfs-files/duplicate`` before they
commit a copy (``huggingface_hub.HfApi._duplicate_lfs_files``).
"""

from __future__ import annotations

import shutil
from pathlib import Path


class Holdings:
    """What each repository and bucket holds: one empty file for each content.

    Args:
        root: The folder they lie in.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def add(self, holder: str, *hashes: str) -> None:
        """Let a repository point to contents.

        Args:
            holder: Its internal id.
            hashes: The contents, by SHA-256 or Xet hash.
        """
        folder = self._root / holder
        folder.mkdir(parents=True, exist_ok=True)
        for each in hashes:
            (folder / each).touch()

    def remove(self, holder: str, *hashes: str) -> None:
        """Take from a repository the right to point to contents, where it has it.

        Args:
            holder: Its internal id.
            hashes: The contents, by SHA-256 or Xet hash.
        """
        for each in hashes:
            (self._root / holder / each).unlink(missing_ok=True)

    def drop(self, holder: str) -> None:
        """Forget a repository that is gone.

        Args:
            holder: Its internal id.
        """
        if (self._root / holder).exists():
            shutil.rmtree(self._root / holder)

    def has(self, holder: str, content: str) -> bool:
        """Whether a repository may point to a content, given by SHA-256 or Xet hash."""
        return (self._root / holder / content).exists()

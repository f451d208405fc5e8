"""Ownership: the contents that a repository or bucket may refer to.

A content is stored once, but its hash alone gives no right to it: a repository may only refer to
contents that were uploaded to it, or copied from where the caller may read. The Hub stores LFS
objects by repository too, which is why clients call ``lfs-files/duplicate`` before they commit a
copy (``huggingface_hub.HfApi._duplicate_lfs_files``).
"""

from __future__ import annotations

import shutil
from pathlib import Path


class Ownership:
    """The contents of repositories and buckets, as one empty file for each.

    Args:
        root: Folder of these files.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def add(self, holder: str, *hashes: str) -> None:
        """Allow a repository to refer to contents.

        Args:
            holder: Internal id of the repository or bucket.
            hashes: SHA-256 or Xet hashes of the contents.
        """
        folder = self._root / holder
        folder.mkdir(parents=True, exist_ok=True)
        for content in hashes:
            (folder / content).touch()

    def remove(self, holder: str, *hashes: str) -> None:
        """Forbid a repository to refer to contents.

        Args:
            holder: Internal id of the repository or bucket.
            hashes: SHA-256 or Xet hashes of the contents.
        """
        for content in hashes:
            (self._root / holder / content).unlink(missing_ok=True)

    def drop(self, holder: str) -> None:
        """Remove all contents of a deleted repository.

        Args:
            holder: Internal id of the repository or bucket.
        """
        if (self._root / holder).exists():
            shutil.rmtree(self._root / holder)

    def has(self, holder: str, content: str) -> bool:
        """Return True if a repository may refer to a content, by its SHA-256 or Xet hash."""
        return (self._root / holder / content).exists()

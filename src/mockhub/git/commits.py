"""Commits on disk, and their trees.

A commit is stored as its changes, in one file named by its id: a line of metadata, and a line of
changes. Listing history reads first lines only; a tree is built from the changes since the nearest
ancestor whose tree is in memory.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from mockhub.git.tree import Changes, Entry, Tree, TreeBuilder

SHORTEST_SHA = 7
COMMITS_IN_MEMORY = 4096
TREES_IN_MEMORY = 64
NAMES_IN_MEMORY = 300_000
"""Names in folders of cached trees: 50 bytes for each tree, and 400 for the entry they share."""


@dataclass(frozen=True)
class Commit:
    """The metadata of a commit.

    Attributes:
        parents: Ids of the parents; empty for a first commit.
        title: First line of the message.
        message: Remaining lines of the message.
        author: Name of the account.
        date: ISO 8601, UTC, milliseconds.
    """

    parents: tuple[str, ...]
    title: str
    message: str
    author: str
    date: str


class History:
    """The commits of a repository, which are immutable and may be read while others are added.

    Args:
        folder: Folder of the commit files.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._trees: dict[str, _Built] = {}
        self._trees_lock = threading.Lock()
        # On the instance: a cache on the class would keep every repository alive.
        self.commit = lru_cache(COMMITS_IN_MEMORY)(self._read_commit)

    def add(self, commit: Commit, changes: Changes) -> str:
        """Store a commit.

        Args:
            commit: Metadata; the changes are relative to its first parent.
            changes: Deletions first.

        Returns:
            The id of the commit.
        """
        entries = {
            path: entry and (entry.size, entry.sha256, entry.oid, entry.lfs)
            for path, entry in changes.items()
        }
        data = f"{json.dumps(asdict(commit))}\n{json.dumps(entries)}\n".encode()
        sha = hashlib.sha1(data).hexdigest()  # noqa: S324 - an id, not a defence
        self._folder.mkdir(parents=True, exist_ok=True)
        draft = self._folder / f"{sha}.new"
        draft.write_bytes(data)
        draft.replace(self._folder / sha)
        return sha

    def _read_commit(self, sha: str) -> Commit:
        with (self._folder / sha).open("rb") as file:
            fields = json.loads(file.readline())
        return Commit(parents=tuple(fields.pop("parents")), **fields)

    def changes(self, sha: str) -> Changes:
        """Return the changes of a commit, relative to its first parent."""
        with (self._folder / sha).open("rb") as file:
            file.readline()
            entries = json.loads(file.readline())
        return {path: entry and Entry(*entry) for path, entry in entries.items()}

    def __iter__(self) -> Iterator[str]:
        """Iterate over the ids of all commits, unreachable ones included, in no order."""
        return (file.name for file in self._folder.iterdir() if not file.suffix)

    def walk(self, sha: str | None) -> Iterator[tuple[str, Commit]]:
        """Yield a commit and its ancestors by first parents, newest first."""
        while sha is not None:
            commit = self.commit(sha)
            yield sha, commit
            sha = commit.parents[0] if commit.parents else None

    def find(self, prefix: str) -> str | None:
        """Return the full id of a possibly shortened one; None if unknown or ambiguous."""
        if not re.fullmatch(rf"[0-9a-f]{{{SHORTEST_SHA},40}}", prefix):
            return None
        if len(prefix) == 40:
            return prefix if (self._folder / prefix).exists() else None
        matches = [file.name for file in self._folder.glob(f"{prefix}*") if not file.suffix]
        return matches[0] if len(matches) == 1 else None

    def merge_base(self, one: str, other: str) -> str | None:
        """Return the newest common ancestor of two commits; None if they have none."""
        ancestors = {sha for sha, _ in self.walk(one)}
        return next((sha for sha, _ in self.walk(other) if sha in ancestors), None)

    def tree(self, sha: str) -> Tree:
        """Return the tree of a commit."""
        newer: list[str] = []
        base = None
        for ancestor, _ in self.walk(sha):
            base = self._trees.get(ancestor)
            if base is not None:
                break
            newer.append(ancestor)
        if base is not None and not newer:
            return base.tree
        builder = TreeBuilder(base.tree if base else None)
        for descendant in reversed(newer):
            builder.apply(self.changes(descendant), descendant)
        built = _Built(builder.cost, builder.tree())
        with self._trees_lock:
            self._trees[sha] = built
            self._forget_oldest()
        return built.tree

    def _forget_oldest(self) -> None:
        cost = sum(built.cost for built in self._trees.values())
        for sha in list(self._trees)[:-1]:
            if cost <= NAMES_IN_MEMORY and len(self._trees) <= TREES_IN_MEMORY:
                return
            cost -= self._trees.pop(sha).cost


@dataclass(frozen=True)
class _Built:
    """A cached tree, and the number of names that it shares with no older one."""

    cost: int
    tree: Tree


def now() -> str:
    """Return the current time as the Hub writes it: ISO 8601, UTC, milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

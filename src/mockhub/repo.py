"""One repository: its commits, its references, its trees."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
import secrets
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from mockhub.errors import BadRequestError, ConflictError, HubError, RevisionNotFoundError

RepoType = Literal["model", "dataset", "space"]

MAIN = "refs/heads/main"
SHORTEST_SHA = 7
TREES_IN_MEMORY = 64
COMMITS_IN_MEMORY = 256

_REF_NAME = re.compile(r"[\w][\w./-]{0,254}")


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of a tree.

    Attributes:
        size: Bytes of the content.
        sha256: Hash of the content, and its name in the stores.
        oid: Git blob id: of the content, or of the pointer for an LFS file.
        lfs: Whether git holds a pointer instead of the content.
    """

    size: int
    sha256: str
    oid: str
    lfs: bool

    @classmethod
    def pointing_to(cls, sha256: str, size: int) -> Entry:
        """An LFS file."""
        pointer = lfs_pointer(sha256, size)
        header = b"blob %d\0" % len(pointer)
        return cls(size, sha256, hashlib.sha1(header + pointer).hexdigest(), lfs=True)  # noqa: S324 - git's own


@dataclass(frozen=True)
class Commit:
    """A commit, as the difference to its first parent.

    Attributes:
        parents: Ids of the parents; none for a first commit.
        title: First line of the message.
        message: The rest of it.
        author: Name of the account.
        date: ISO 8601, UTC, milliseconds.
        changes: What each path became; None where it was deleted.
    """

    parents: tuple[str, ...]
    title: str
    message: str
    author: str
    date: str
    changes: Mapping[str, Entry | None]

    def to_json(self) -> bytes:
        """The stored form, whose SHA-1 is the commit's id."""
        return json.dumps(dataclasses.asdict(self), sort_keys=True).encode()

    @classmethod
    def from_json(cls, data: bytes) -> Commit:
        """Read the stored form."""
        fields = json.loads(data)
        changes = {path: entry and Entry(**entry) for path, entry in fields.pop("changes").items()}
        return cls(parents=tuple(fields.pop("parents")), changes=changes, **fields)


class Repo:
    """A repository, kept in a folder: ``repo.json`` and one file per commit.

    Every change is made under `lock`, so that concurrent commits form one history.

    Args:
        folder: Where it is kept.
        type: Kind of repository.
        id: ``namespace/name``.
    """

    def __init__(self, folder: Path, type: RepoType, id: str) -> None:  # noqa: A002 - the Hub's names
        self.type = type
        self.id = id
        self.lock = threading.RLock()
        self.oid = secrets.token_hex(12)
        self.created = now()
        self.private = False
        self.discussions = 0
        self.refs: dict[str, str] = {}
        self._folder = folder
        # On the instance: a cached method would keep every repository alive, and share its slots.
        self.commit = lru_cache(COMMITS_IN_MEMORY)(self._read_commit)
        self._trees: dict[str, Mapping[str, Entry]] = {}

    @classmethod
    def load(cls, folder: Path) -> Repo:
        """Open a repository a server left behind."""
        state: dict[str, Any] = json.loads((folder / "repo.json").read_text())
        repo = cls(folder, state.pop("type"), state.pop("id"))
        vars(repo).update(state)
        return repo

    def save(self) -> None:
        """Write everything but the commits, in one step."""
        names = ("type", "id", "oid", "created", "private", "discussions", "refs")
        state = {name: getattr(self, name) for name in names}
        draft = self._folder / "repo.json.new"
        draft.write_text(json.dumps(state))
        draft.replace(self._folder / "repo.json")

    def _commit_path(self, sha: str) -> Path:
        return self._folder / "commits" / sha

    def _read_commit(self, sha: str) -> Commit:
        return Commit.from_json(self._commit_path(sha).read_bytes())

    def tree(self, sha: str) -> Mapping[str, Entry]:
        """All files at a commit, by path."""
        with self.lock:
            newer: list[Commit] = []
            tree: dict[str, Entry] = {}
            for ancestor, commit in self.history(sha):
                if ancestor in self._trees:
                    tree.update(self._trees[ancestor])
                    break
                newer.append(commit)
            for commit in reversed(newer):
                apply(tree, commit.changes)
            self._trees[sha] = tree
            while len(self._trees) > TREES_IN_MEMORY:
                del self._trees[next(iter(self._trees))]
            return tree

    def history(self, sha: str | None) -> Iterator[tuple[str, Commit]]:
        """A commit and its first parents, newest first."""
        while sha is not None:
            commit = self.commit(sha)
            yield sha, commit
            sha = commit.parents[0] if commit.parents else None

    def ref(self, revision: str) -> str | None:
        """The full name of a branch, tag or special reference."""
        for ref in (revision, f"refs/heads/{revision}", f"refs/tags/{revision}"):
            if ref in self.refs:
                return ref
        return None

    def resolve(self, revision: str) -> str:
        """The commit a revision names: a reference or a full or shortened commit id.

        Raises:
            RevisionNotFoundError: It names none.
        """
        ref = self.ref(revision)
        if ref is not None:
            return self.refs[ref]
        if re.fullmatch(rf"[0-9a-f]{{{SHORTEST_SHA},40}}", revision):
            found = list((self._folder / "commits").glob(f"{revision}*"))
            if len(found) == 1:
                return found[0].name
        raise RevisionNotFoundError(revision)

    def add_commit(
        self,
        ref: str,
        changes: Mapping[str, Entry | None],
        *,
        title: str,
        message: str,
        author: str,
        parents: tuple[str, ...],
    ) -> str:
        """Store a commit and move a reference to it; the caller holds `lock`.

        Returns:
            The id of the commit.
        """
        commit = Commit(parents, title, message, author, now(), changes)
        data = commit.to_json()
        sha = hashlib.sha1(data).hexdigest()  # noqa: S324 - an id, not a defence
        self._commit_path(sha).parent.mkdir(parents=True, exist_ok=True)
        self._commit_path(sha).write_bytes(data)
        self.refs[ref] = sha
        self.save()
        return sha

    def create_branch(self, name: str, start: str | None) -> None:
        """Make a branch.

        Args:
            name: Of the branch.
            start: Revision it starts from; None for ``main``.

        Raises:
            BadRequestError: The name is not one of a branch.
            ConflictError: It exists.
            RevisionNotFoundError: There is no such start.
        """
        ref = f"refs/heads/{name}"
        if name.startswith("refs/") or ".." in name or not _REF_NAME.fullmatch(name):
            raise BadRequestError(f"Invalid reference for a branch: {name}")
        with self.lock:
            if ref in self.refs:
                raise ConflictError(f"Reference {ref} already exists")
            self.refs[ref] = self.resolve(start or "main")
            self.save()

    def delete_branch(self, name: str) -> None:
        """Remove a branch.

        Raises:
            ForbiddenError: It is ``main``.
            RevisionNotFoundError: There is none of that name.
        """
        ref = f"refs/heads/{name}"
        if ref == MAIN:
            raise HubError(403, f"Cannot delete {MAIN}")
        with self.lock:
            if self.refs.pop(ref, None) is None:
                raise RevisionNotFoundError(name)
            self.save()

    def next_pull_request(self) -> int:
        """Take the next number of a discussion; the caller holds `lock`."""
        self.discussions += 1
        return self.discussions


def apply(tree: dict[str, Entry], changes: Mapping[str, Entry | None]) -> None:
    """Change a tree in place."""
    for path, entry in changes.items():
        if entry is None:
            tree.pop(path, None)
        else:
            tree[path] = entry


def lfs_pointer(sha256: str, size: int) -> bytes:
    """The file that git holds in place of an LFS content (git-lfs ``docs/spec.md``)."""
    return b"version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize %d\n" % (
        sha256.encode(),
        size,
    )


def now() -> str:
    """The time as the Hub writes it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

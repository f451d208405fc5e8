"""A repository: settings, references, history and discussions."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from mockhub.errors import ConflictError, RepoNotFoundError, RevisionNotFoundError
from mockhub.git.commits import Commit, History, now
from mockhub.git.tree import Changes, Tree
from mockhub.repos.discussions import Discussions

RepoType = Literal["model", "dataset", "space"]
Gated = Literal[False, "auto", "manual"]

MAIN = "refs/heads/main"
_SAVED = """type id created private gated disabled former_ids access_requests refs"""


class Repo:
    """A repository in a folder: ``repo.json``, and a file for each commit and discussion.

    All changes are made under `lock`, so that concurrent commits form one history.

    Args:
        folder: Folder of its files.
        type: Kind of repository.
        id: ``namespace/name``.
    """

    def __init__(self, folder: Path, type: RepoType, id: str) -> None:  # noqa: A002 - the Hub's names
        self.type = type
        self.id = id
        self.lock = threading.RLock()
        self.oid = folder.name  # random: names chosen by users never become paths
        self.created = now()
        self.private = False
        self.gated: Gated = False
        self.disabled = False
        self.former_ids: list[str] = []
        self.access_requests: dict[str, dict[str, Any]] = {}
        self.deleted = False
        self.refs: dict[str, str] = {}
        self.commits = History(folder / "commits")
        self.discussions = Discussions(folder / "discussions")
        self._folder = folder

    @classmethod
    def load(cls, folder: Path) -> Repo:
        """Open a stored repository."""
        state: dict[str, Any] = json.loads((folder / "repo.json").read_text())
        repo = cls(folder, state.pop("type"), state.pop("id"))
        vars(repo).update(state)
        return repo

    def save(self) -> None:
        """Write settings and references in one step.

        Raises:
            RepoNotFoundError: It was deleted while the caller waited for `lock`.
        """
        self.require_exists()
        state = {name: getattr(self, name) for name in _SAVED.split()}
        draft = self._folder / "repo.json.new"
        draft.write_text(json.dumps(state))
        draft.replace(self._folder / "repo.json")

    def require_exists(self) -> None:
        """Refuse to change a deleted repository.

        Raises:
            RepoNotFoundError: It was deleted.
        """
        if self.deleted:
            raise RepoNotFoundError(anonymous=False)

    @property
    def namespace(self) -> str:
        """Return the user or organization that owns it."""
        return self.id.split("/")[0]

    @property
    def web_path(self) -> str:
        """Return the path of its pages and files: ``datasets/namespace/name``."""
        return self.id if self.type == "model" else f"{self.type}s/{self.id}"

    def tree(self, sha: str) -> Tree:
        """Return the tree of a commit."""
        return self.commits.tree(sha)

    def history(self, sha: str) -> Iterator[tuple[str, Commit]]:
        """Yield a commit and its ancestors by first parents, newest first."""
        return self.commits.walk(sha)

    def ref(self, revision: str) -> str | None:
        """Return the full name of a branch, tag or special reference; None if unknown."""
        for ref in (revision, f"refs/heads/{revision}", f"refs/tags/{revision}"):
            if ref in self.refs:
                return ref
        return None

    def resolve(self, revision: str) -> str:
        """Return the commit id of a revision: a reference, or a full or shortened commit id.

        Raises:
            RevisionNotFoundError: The revision does not exist.
        """
        ref = self.ref(revision)
        sha = self.commits.find(revision) if ref is None else self.refs[ref]
        if sha is None:
            raise RevisionNotFoundError(revision)
        return sha

    def add_commit(
        self,
        ref: str,
        changes: Changes,
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
        self.require_exists()
        sha = self.commits.add(Commit(parents, title, message, author, now()), changes)
        self.refs[ref] = sha
        self.save()
        return sha

    def add_ref(self, ref: str, revision: str) -> None:
        """Create a reference.

        Args:
            ref: Full name.
            revision: Revision that it points to.

        Raises:
            ConflictError: The reference exists.
            RevisionNotFoundError: The revision does not exist.
        """
        with self.lock:
            if ref in self.refs:
                raise ConflictError(f"Reference {ref} already exists")
            self.refs[ref] = self.resolve(revision)
            self.save()

    def delete_ref(self, ref: str) -> None:
        """Delete a reference; its commits can still be read by their ids.

        Raises:
            RevisionNotFoundError: The reference does not exist.
        """
        with self.lock:
            if self.refs.pop(ref, None) is None:
                raise RevisionNotFoundError(ref)
            self.save()

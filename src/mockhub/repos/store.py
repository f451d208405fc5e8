"""The repositories of a server."""

from __future__ import annotations

import secrets
import shutil
import threading
from collections.abc import Mapping
from pathlib import Path

from mockhub.errors import BadRequestError
from mockhub.git.tree import Entry, git_id
from mockhub.repos.names import is_name
from mockhub.repos.repo import MAIN, Repo, RepoType
from mockhub.storage.blobs import BlobStore

_BINARY = """7z arrow avro bin bz2 ckpt ftz gz h5 joblib lz4 mds mlmodel model msgpack npy npz onnx
ot parquet pb pickle pkl pt pth rar safetensors tar tflite tgz wasm xz zip zst"""
_MEDIA = "pcm sam raw aac flac mp3 ogg wav bmp gif png tiff jpg jpeg webp mp4 webm"
_OTHER_PATTERNS = ["*.lfs.*", "saved_model/**/*", "*.tar.*", "*tfevents*"]


def default_gitattributes(repo_type: RepoType) -> bytes:
    """Return the ``.gitattributes`` of a new repository; those of datasets include media."""
    suffixes = _BINARY.split() + (_MEDIA.split() if repo_type == "dataset" else [])
    patterns = [f"*.{suffix}" for suffix in suffixes] + _OTHER_PATTERNS
    lines = (f"{pattern} filter=lfs diff=lfs merge=lfs -text\n" for pattern in patterns)
    return "".join(lines).encode()


class RepoStore:
    """The repositories below one folder, in subfolders with random names.

    Args:
        root: The folder; repositories in it are opened.
        blobs: Store of file contents.
    """

    def __init__(self, root: Path, blobs: BlobStore) -> None:
        self._root = root
        self._blobs = blobs
        self._lock = threading.Lock()
        repos = (Repo.load(file.parent) for file in root.glob("*/repo.json"))
        self._repos = {_key(repo.type, repo.id): repo for repo in repos}

    def get(self, repo_type: RepoType, repo_id: str) -> Repo | None:
        """Return a repository by its id, ignoring case; None if it does not exist."""
        return self._repos.get(_key(repo_type, repo_id))

    def moved(self, repo_type: RepoType, former_id: str) -> Repo | None:
        """Return a repository by one of its former ids; None if no repository had it."""
        moved = (repo for repo in self.all(repo_type) if former_id.lower() in repo.former_ids)
        return next(moved, None)

    def all(self, repo_type: RepoType) -> list[Repo]:
        """Return all repositories of a type."""
        return [repo for repo in list(self._repos.values()) if repo.type == repo_type]

    def create(
        self,
        repo_type: RepoType,
        repo_id: str,
        *,
        private: bool,
        author: str,
        files: Mapping[str, Entry],
    ) -> Repo:
        """Create a repository with ``.gitattributes`` in its first commit.

        Args:
            repo_type: Kind of repository.
            repo_id: ``namespace/name``.
            private: Hide it from other accounts.
            author: Name of the account.
            files: Further entries of the first commit, whose contents are stored.

        Raises:
            BadRequestError: The id is invalid.
            FileExistsError: The repository exists.
        """
        _require_valid(repo_id)
        first = {".gitattributes": self.add_regular(default_gitattributes(repo_type)), **files}
        with self._lock:
            if _key(repo_type, repo_id) in self._repos:
                raise FileExistsError(repo_id)
            repo = Repo(self._root / secrets.token_hex(12), repo_type, repo_id)
            repo.private = private
            with repo.lock:
                repo.add_commit(
                    MAIN, first, title="initial commit", message="", author=author, parents=()
                )
            self._repos[_key(repo_type, repo_id)] = repo
            return repo

    def move(self, repo: Repo, repo_id: str) -> None:
        """Move a repository to another id; the old id redirects to it until it is used again.

        Raises:
            BadRequestError: The id is invalid.
            FileExistsError: Another repository has it.
        """
        _require_valid(repo_id)
        with self._lock, repo.lock:
            repo.require_exists()
            old, new = _key(repo.type, repo.id), _key(repo.type, repo_id)
            if self._repos.get(new, repo) is not repo:
                raise FileExistsError(repo_id)
            former = {*repo.former_ids, old[1]} - {new[1]}
            repo.id, repo.former_ids = repo_id, sorted(former)
            repo.save()
            del self._repos[old]
            self._repos[new] = repo

    def delete(self, repo: Repo) -> None:
        """Delete a repository and its history, but no contents: others may share them."""
        with self._lock, repo.lock:
            repo.require_exists()
            repo.deleted = True
            del self._repos[_key(repo.type, repo.id)]
            folder = self._root / repo.oid
            (folder / "repo.json").unlink()  # first: a folder without it is never opened again
            shutil.rmtree(folder)

    def add_regular(self, content: bytes) -> Entry:
        """Store a content and return its entry as a regular file."""
        with self._blobs.receive() as incoming:
            incoming.write(content)
            self._blobs.keep(incoming)
        return Entry(len(content), incoming.sha256, git_id("blob", content), lfs=False)


def _key(repo_type: RepoType, repo_id: str) -> tuple[RepoType, str]:
    return repo_type, repo_id.lower()


def _require_valid(repo_id: str) -> None:
    if not all(is_name(part) for part in repo_id.split("/")) or repo_id.count("/") != 1:
        raise BadRequestError(f"Invalid repo name: {repo_id}")

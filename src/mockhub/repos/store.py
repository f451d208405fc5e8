"""All repositories of a server."""

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
    """The ``.gitattributes`` of a new repository; datasets send media to LFS as well."""
    suffixes = _BINARY.split() + (_MEDIA.split() if repo_type == "dataset" else [])
    patterns = [f"*.{suffix}" for suffix in suffixes] + _OTHER_PATTERNS
    return "".join(f"{each} filter=lfs diff=lfs merge=lfs -text\n" for each in patterns).encode()


class RepoStore:
    """The repositories below one folder, each in a folder of its own with a random name.

    Args:
        root: The folder; repositories found in it are opened.
        blobs: Where file contents go.
    """

    def __init__(self, root: Path, blobs: BlobStore) -> None:
        self._root = root
        self._blobs = blobs
        self._lock = threading.Lock()
        found = (Repo.load(file.parent) for file in root.glob("*/repo.json"))
        self._repos = {_key(repo.type, repo.id): repo for repo in found}

    def get(self, repo_type: RepoType, repo_id: str) -> Repo | None:
        """A repository by its id, letter case aside; None if there is none."""
        return self._repos.get(_key(repo_type, repo_id))

    def moved(self, repo_type: RepoType, former_id: str) -> Repo | None:
        """A repository by an id it had before it was moved; None if there is none."""
        moved = (repo for repo in self.all(repo_type) if former_id.lower() in repo.former_ids)
        return next(moved, None)

    def all(self, repo_type: RepoType) -> list[Repo]:
        """All repositories of a kind."""
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
        """Make a repository whose first commit holds ``.gitattributes``.

        Args:
            repo_type: What kind.
            repo_id: ``namespace/name``.
            private: Whether to hide it from others.
            author: Who commits.
            files: What else the first commit holds; stored already.

        Raises:
            BadRequestError: The id is not a valid one.
            FileExistsError: It exists.
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
        """Give a repository another id; the old one leads to it as long as no other takes it.

        Raises:
            BadRequestError: The id is not a valid one.
            FileExistsError: Another repository has it.
        """
        _require_valid(repo_id)
        with self._lock, repo.lock:
            repo.require_kept()
            old, new = _key(repo.type, repo.id), _key(repo.type, repo_id)
            if self._repos.get(new, repo) is not repo:
                raise FileExistsError(repo_id)
            former = {*repo.former_ids, old[1]} - {new[1]}
            repo.id, repo.former_ids = repo_id, sorted(former)
            repo.save()
            del self._repos[old]
            self._repos[new] = repo

    def delete(self, repo: Repo) -> None:
        """Remove a repository and its history; contents stay, other repositories may share them."""
        with self._lock, repo.lock:
            repo.require_kept()
            repo.deleted = True
            del self._repos[_key(repo.type, repo.id)]
            folder = self._root / repo.oid
            (folder / "repo.json").unlink()  # without it nothing is opened, however far rmtree gets
            shutil.rmtree(folder)

    def add_regular(self, content: bytes) -> Entry:
        """Store a content as a regular file."""
        with self._blobs.receive() as incoming:
            incoming.write(content)
            self._blobs.keep(incoming)
        return Entry(len(content), incoming.sha256, git_id("blob", content), lfs=False)


def _key(repo_type: RepoType, repo_id: str) -> tuple[RepoType, str]:
    return repo_type, repo_id.lower()


def _require_valid(repo_id: str) -> None:
    if not all(is_name(part) for part in repo_id.split("/")) or repo_id.count("/") != 1:
        raise BadRequestError(f"Invalid repo name: {repo_id}")

"""All repositories of a server."""

from __future__ import annotations

import hashlib
import re
import shutil
import threading
from pathlib import Path

from mockhub.blobs import BlobStore
from mockhub.errors import BadRequestError
from mockhub.repo import MAIN, Entry, Repo, RepoType

_NAME = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,94}[A-Za-z0-9_])?")

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
    """The repositories below one folder.

    Args:
        root: The folder; repositories found in it are opened.
        blobs: Where file contents go.
    """

    def __init__(self, root: Path, blobs: BlobStore) -> None:
        self._root = root
        self._blobs = blobs
        self._lock = threading.Lock()
        found = (Repo.load(file.parent) for file in root.glob("*/*/*/repo.json"))
        self._repos = {_key(repo.type, repo.id): repo for repo in found}

    def get(self, repo_type: RepoType, repo_id: str) -> Repo | None:
        """A repository by its id, letter case aside; None if there is none."""
        return self._repos.get(_key(repo_type, repo_id))

    def create(self, repo_type: RepoType, repo_id: str, *, private: bool, author: str) -> Repo:
        """Make a repository whose first commit holds ``.gitattributes``.

        Raises:
            BadRequestError: The id is not a valid one.
            FileExistsError: It exists.
        """
        namespace, _, name = repo_id.partition("/")
        for part in (namespace, name):
            if not _NAME.fullmatch(part) or ".." in part or "--" in part or part.endswith(".git"):
                raise BadRequestError(f"Invalid repo name: {repo_id}")
        with self._lock:
            if self.get(repo_type, repo_id) is not None:
                raise FileExistsError(repo_id)
            repo = Repo(self._root / repo_type / namespace / name, repo_type, repo_id)
            repo.private = private
            first = {".gitattributes": self.add_regular(default_gitattributes(repo_type))}
            with repo.lock:
                repo.add_commit(
                    MAIN, first, title="initial commit", message="", author=author, parents=()
                )
            self._repos[_key(repo_type, repo_id)] = repo
            return repo

    def delete(self, repo: Repo) -> None:
        """Remove a repository and its history; contents stay, other repositories may share them."""
        with self._lock, repo.lock:
            del self._repos[_key(repo.type, repo.id)]
            shutil.rmtree(self._root / repo.type / repo.id)

    def add_regular(self, content: bytes) -> Entry:
        """Store a content as a regular file."""
        with self._blobs.receive() as incoming:
            incoming.write(content)
            self._blobs.keep(incoming)
        oid = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()  # noqa: S324 - git's own
        return Entry(len(content), incoming.sha256, oid, lfs=False)


def _key(repo_type: RepoType, repo_id: str) -> tuple[RepoType, str]:
    return repo_type, repo_id.lower()

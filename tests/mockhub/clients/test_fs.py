"""``HfFileSystem`` over the local Hub."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from huggingface_hub import HfApi, HfFileSystem

from mockhub.server.process import Hub
from tests.support.mockhub.modes import MODES

REPO = "datasets/user/data"
FileSystem = Any  # half of what fsspec offers is without types

pytestmark = pytest.mark.clients


@pytest.fixture
def fs(hub: Hub) -> FileSystem:
    """The file system of the owner of a new repository."""
    HfApi(endpoint=hub.url, token=hub.token).create_repo("user/data", repo_type="dataset")
    return HfFileSystem(endpoint=hub.url, token=hub.token)


@pytest.fixture
def filled(fs: FileSystem) -> FileSystem:
    """With a few files."""
    for path in ("a.txt", "b/c.csv", "b/d/e.csv"):
        fs.pipe_file(f"{REPO}/{path}", path.encode())
    return fs


@pytest.mark.parametrize("mode", MODES)
def test_any_range_is_read(fs: FileSystem, mode: str) -> None:
    floats = np.random.default_rng(0).normal(size=100_000).astype(np.float32).tobytes()
    content = floats + b"\0" * 200_000 + np.random.default_rng(1).bytes(200_000)
    path = f"{REPO}/{mode}.bin"
    HfApi().upload_file(
        path_or_fileobj=io.BytesIO(content) if mode == "multipart" else content,
        path_in_repo=f"{mode}.bin",
        repo_id="user/data",
        repo_type="dataset",
    )
    for start, end in [
        (0, 1),
        (0, 800_000),
        (65_535, 300_001),
        (399_999, 400_001),
        (799_999, None),
    ]:
        assert fs.cat_file(path, start=start, end=end) == content[start:end]
    with fs.open(path, "rb", block_size=50_000) as file:
        file.seek(-100_000, 2)
        assert file.read(10) == content[-100_000:-99_990]
        file.seek(5)
        assert file.read() == content[5:]


def test_listings_agree(filled: FileSystem) -> None:
    assert {path.rpartition("/")[2] for path in filled.ls(REPO, detail=False)} == {
        ".gitattributes",
        "a.txt",
        "b",
    }
    assert filled.glob(f"{REPO}/**/*.csv") == [f"{REPO}/b/c.csv", f"{REPO}/b/d/e.csv"]
    assert filled.find(f"{REPO}/b") == [f"{REPO}/b/c.csv", f"{REPO}/b/d/e.csv"]
    walked = {root: (folders, files) for root, folders, files in filled.walk(f"{REPO}/b")}
    assert walked == {f"{REPO}/b": (["d"], ["c.csv"]), f"{REPO}/b/d": ([], ["e.csv"])}
    assert filled.isdir(f"{REPO}/b")
    assert filled.isfile(f"{REPO}/b/c.csv")
    assert not filled.exists(f"{REPO}/missing")
    assert filled.info(f"{REPO}/b/c.csv")["size"] == len("b/c.csv")
    with pytest.raises(FileNotFoundError):
        filled.info(f"{REPO}/missing")


def test_written_text_is_read_and_replaced(fs: FileSystem) -> None:
    for text in ("one\n", "another\n"):
        with fs.open(f"{REPO}/a.txt", "w") as file:
            file.write(text)
        assert fs.read_text(f"{REPO}/a.txt") == text


def test_copied_moved_and_removed(filled: FileSystem) -> None:
    filled.cp_file(f"{REPO}/a.txt", f"{REPO}/copy.txt")
    assert filled.cat_file(f"{REPO}/copy.txt") == b"a.txt"
    filled.mv(f"{REPO}/copy.txt", f"{REPO}/moved.txt")
    assert filled.cat_file(f"{REPO}/moved.txt") == b"a.txt"
    filled.rm(f"{REPO}/moved.txt")
    filled.rm(f"{REPO}/b", recursive=True)
    filled.invalidate_cache()
    assert filled.find(REPO) == [f"{REPO}/.gitattributes", f"{REPO}/a.txt"]


def test_revisions_are_paths_of_their_own(filled: FileSystem) -> None:
    api = HfApi()
    api.create_branch("user/data", repo_type="dataset", branch="with/slash")
    filled.pipe_file(f"{REPO}@with%2Fslash/a.txt", b"branch")
    assert filled.cat_file(f"{REPO}@with%2Fslash/a.txt") == b"branch"
    assert filled.cat_file(f"{REPO}/a.txt") == b"a.txt"
    sha = api.dataset_info("user/data").sha
    assert filled.info(f"{REPO}@{sha}/a.txt")["size"] == 5
    assert filled.glob(f"{REPO}@{sha}/b/*.csv") == [f"{REPO}@{sha}/b/c.csv"]
    api.create_pull_request("user/data", "Propose", repo_type="dataset")
    filled.pipe_file(f"{REPO}@refs/pr/1/a.txt", b"proposed")
    assert filled.cat_file(f"{REPO}@refs/pr/1/a.txt") == b"proposed"
    assert filled.cat_file(f"{REPO}/a.txt") == b"a.txt"


def test_entries_tell_the_last_commit(filled: FileSystem) -> None:
    info = filled.info(f"{REPO}/a.txt", expand_info=True)
    assert (
        info["last_commit"].oid
        == HfApi().list_repo_commits("user/data", repo_type="dataset")[2].commit_id
    )

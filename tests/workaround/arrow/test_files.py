"""Source files on this machine and behind URLs."""

from __future__ import annotations

import os
import pickle
from pathlib import Path
from typing import Any

import pytest
from datasets import Dataset, Features, Image
from fsspec.implementations.memory import MemoryFileSystem
from huggingface_hub import HfApi

from mockhub.server.process import Hub
from workaround.arrow.files import BLOCK, Files
from workaround.errors import SourceChangedError
from workaround.preflight.check import check

REPO = "user/raw"


@pytest.fixture
def remote(hub: Hub, tmp_path: Path) -> Files:
    """Access to ``a/0.bin`` to ``a/19.bin`` and ``b/x.bin`` in a private repository."""
    for number in range(20):
        path = tmp_path / "a" / f"{number}.bin"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x" * (100 + number))
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "x.bin").write_bytes(b"y" * 7)
    api = HfApi()
    api.create_repo(REPO, repo_type="dataset", private=True)
    api.upload_folder(repo_id=REPO, repo_type="dataset", folder_path=tmp_path)
    return Files(token=hub.token, endpoint=hub.url)


def url(name: str) -> str:
    return f"hf://datasets/{REPO}/{name}"


def test_size_of_local_file(tmp_path: Path) -> None:
    path = tmp_path / "a::b.bin"
    path.write_bytes(b"12345")
    assert Files().size(str(path)) == 5


def test_size_of_private_file_on_the_hub(remote: Files) -> None:
    assert remote.size(url("b/x.bin")) == 7


def test_size_behind_http(hub: Hub) -> None:
    api = HfApi()
    api.create_repo(REPO, repo_type="dataset")
    api.upload_file(
        repo_id=REPO, repo_type="dataset", path_or_fileobj=b"z" * 9, path_in_repo="x.bin"
    )
    pytest.importorskip("aiohttp", reason="fsspec opens http:// with it")
    path = f"{hub.url}/datasets/{REPO}/resolve/main/x.bin"
    assert Files(token=hub.token).size(path) == 9


def test_folder_on_the_hub_is_listed_once(hub: Hub, remote: Files) -> None:
    paths = [*sorted(url(f"a/{number}.bin") for number in range(20)), url("b/x.bin")]
    hub.clear_requests()
    sizes = list(remote.map(remote.size, paths))
    assert sizes == [100 + int(path.split("/")[-1][:-4]) for path in paths[:-1]] + [7]
    assert hub.requests(path="/paths-info/") == []
    assert len(hub.requests(path="/tree/")) == 2


def test_problems_of_files_on_the_hub_name_their_rows(remote: Files) -> None:
    cells: list[Any] = [url("b/x.bin"), url("b/none.bin"), url("none/x.bin"), url("a")]
    cells.append("hf://datasets/user/none/x.bin")
    features = Features({"file": Image(decode=False)})
    problems = check(Dataset.from_dict({"file": cells}, features=features), token=remote.token)
    assert [problem.row for problem in problems] == [1, 2, 3, 4]
    assert [problem.reason for problem in problems[:3]] == [
        "no such file",
        "no such file",
        "cannot be read: a directory, not a file",
    ]


def test_map_keeps_the_order() -> None:
    paths = [f"/{number:05}" for number in range(2500)]
    assert list(Files().map(str.upper, paths)) == paths


def test_blocks_are_the_content(tmp_path: Path) -> None:
    path = tmp_path / "file.bin"
    content = bytes(range(256)) * (BLOCK // 128)
    path.write_bytes(content)
    blocks = [bytes(block) for block in Files().blocks(str(path), len(content))]
    assert b"".join(blocks) == content
    assert max(map(len, blocks)) == BLOCK


@pytest.mark.parametrize(("size", "reason"), [(9, "longer"), (11, "ends 1 bytes before")])
def test_changed_size_is_an_error(tmp_path: Path, size: int, reason: str) -> None:
    path = tmp_path / "file.bin"
    path.write_bytes(b"0123456789")
    with pytest.raises(SourceChangedError, match=reason) as raised:
        list(Files().blocks(str(path), size))
    assert str(pickle.loads(pickle.dumps(raised.value))) == str(raised.value)


def test_file_written_to_while_it_is_read_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "file.bin"
    path.write_bytes(bytes(BLOCK + 1))
    os.utime(path, ns=(0, 0))
    blocks = Files().blocks(str(path), BLOCK + 1)
    next(blocks)
    with path.open("r+b") as file:
        file.write(b"in place")
    with pytest.raises(SourceChangedError, match="written to while it was read"):
        list(blocks)


@pytest.mark.parametrize("change", ["length", "time"])
def test_identity_changes_with_the_file(tmp_path: Path, change: str) -> None:
    path = tmp_path / "file.bin"
    path.write_bytes(b"0")
    os.utime(path, ns=(0, 0))
    before = Files().identity(str(path))
    path.write_bytes(b"10" if change == "length" else b"1")
    os.utime(path, ns=(0, 0 if change == "length" else 1000))
    assert Files().identity(str(path)) != before


def test_pipe_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="not a regular file"):
        Files().size(str(tmp_path / "pipe"))


def test_file_of_unknown_size_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    info = {"name": "/a", "type": "file", "size": None}
    monkeypatch.setattr(MemoryFileSystem, "info", lambda *_, **__: info)
    with pytest.raises(OSError, match="does not report its size"):
        Files().size("memory://a")


def test_token_is_not_shown() -> None:
    assert "secret" not in repr(Files(token="secret"))

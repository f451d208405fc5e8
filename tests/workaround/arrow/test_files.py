"""Source files on this machine and behind URLs."""

from __future__ import annotations

import os
import pickle
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from datasets import Dataset, Features, Image
from fsspec.implementations.memory import MemoryFileSystem
from huggingface_hub import HfApi

from mockhub.server.process import Hub
from workaround.arrow.files import BLOCK, Files, SourceFile
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
    assert Files().look_up(str(path)).size == 5


def test_size_of_private_file_on_the_hub(remote: Files) -> None:
    assert remote.look_up(url("b/x.bin")).size == 7


def test_size_behind_http(hub: Hub) -> None:
    api = HfApi()
    api.create_repo(REPO, repo_type="dataset")
    api.upload_file(
        repo_id=REPO, repo_type="dataset", path_or_fileobj=b"z" * 9, path_in_repo="x.bin"
    )
    pytest.importorskip("aiohttp", reason="fsspec opens http:// with it")
    path = f"{hub.url}/datasets/{REPO}/resolve/main/x.bin"
    assert Files(token=hub.token).look_up(path).size == 9


def test_folder_on_the_hub_is_listed_once(hub: Hub, remote: Files) -> None:
    paths = [*sorted(url(f"a/{number}.bin") for number in range(20)), url("b/x.bin")]
    hub.clear_requests()
    sizes = [source.size for source in remote.map(remote.look_up, paths)]
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


def write(path: Path, content: bytes) -> SourceFile:
    """Write a file of an earlier time, so that any write changes its time."""
    path.write_bytes(content)
    os.utime(path, ns=(0, 0))
    return Files().look_up(str(path))


def test_blocks_are_the_content(tmp_path: Path) -> None:
    content = bytes(range(256)) * (BLOCK // 128)
    blocks = [bytes(block) for block in Files().blocks(write(tmp_path / "file.bin", content))]
    assert b"".join(blocks) == content
    assert max(map(len, blocks)) == BLOCK


def rewrite(path: Path) -> None:
    """Write other bytes in place, and set the time of modification back."""
    path.write_bytes(b"9876543210")
    os.utime(path, ns=(0, 0))


def swap(path: Path) -> None:
    """Put another file of the same size and time in the place of a file."""
    other = path.with_name("other")
    other.write_bytes(b"9876543210")
    os.utime(other, ns=(0, 0))
    other.replace(path)


def make_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def make_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def make_link(path: Path) -> None:
    path.unlink()
    path.symlink_to("/dev/null")


CHANGES: list[Any] = [
    pytest.param(Path.unlink, "was deleted", id="deleted"),
    pytest.param(lambda path: path.write_bytes(b"0"), "1 bytes instead of 10", id="shorter"),
    pytest.param(lambda path: path.write_bytes(bytes(11)), "11 bytes instead of 10", id="longer"),
    pytest.param(rewrite, "changed since it was checked", id="rewritten"),
    pytest.param(swap, "changed since it was checked", id="replaced"),
    pytest.param(make_folder, "directory", id="folder"),
    pytest.param(make_pipe, "not a regular file", id="pipe"),
    pytest.param(make_link, "not a regular file", id="device"),
]


@pytest.mark.parametrize(("change", "reason"), CHANGES)
def test_change_since_the_check_is_an_error(tmp_path: Path, change: Any, reason: str) -> None:
    source = write(tmp_path / "file.bin", b"0123456789")
    change(tmp_path / "file.bin")
    for read in (lambda: list(Files().blocks(source)), lambda: Files().sample(source, 2, 3)):
        with pytest.raises(SourceChangedError, match=reason) as raised:
            read()
        assert raised.value.path == source.path
        assert str(pickle.loads(pickle.dumps(raised.value))) == str(raised.value)


@pytest.mark.parametrize("change", [rewrite, swap, Path.unlink, os.truncate])
def test_change_while_a_file_is_read_is_an_error(tmp_path: Path, change: Any) -> None:
    source = write(tmp_path / "file.bin", bytes(BLOCK + 1))
    blocks = Files().blocks(source)
    next(blocks)
    change(tmp_path / "file.bin", *([BLOCK + 1] if change is os.truncate else []))
    with pytest.raises(SourceChangedError, match=r"while it was read|bytes before"):
        list(blocks)


def test_file_is_looked_up_once_to_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = write(tmp_path / "file.bin", b"0")
    monkeypatch.setattr(Path, "stat", Mock(side_effect=AssertionError))
    assert b"".join(Files().blocks(source)) == b"0"


def test_changed_file_on_the_hub_is_an_error(remote: Files) -> None:
    sources = [remote.look_up(url(name)) for name in ("a/1.bin", "b/x.bin")]
    remote.require_unchanged(sources)
    HfApi().upload_file(
        repo_id=REPO, repo_type="dataset", path_or_fileobj=b"z" * 7, path_in_repo="b/x.bin"
    )
    remote.require_unchanged(sources[:1])
    with pytest.raises(SourceChangedError, match="changed since it was checked") as raised:
        remote.require_unchanged(sources)
    assert raised.value.path == url("b/x.bin")


def test_file_deleted_from_the_hub_is_an_error(remote: Files) -> None:
    source = remote.look_up(url("b/x.bin"))
    HfApi().delete_file("b/x.bin", REPO, repo_type="dataset")
    with pytest.raises(SourceChangedError, match="was deleted"):
        remote.require_unchanged([source])


def test_pipe_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="not a regular file"):
        Files().look_up(str(tmp_path / "pipe"))


def test_file_of_unknown_size_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    info = {"name": "/a", "type": "file", "size": None}
    monkeypatch.setattr(MemoryFileSystem, "info", lambda *_, **__: info)
    with pytest.raises(OSError, match="does not report its size"):
        Files().look_up("memory://a")


def test_token_is_not_shown() -> None:
    assert "secret" not in repr(Files(token="secret"))

"""The operations of a commit, valid and refused."""

from __future__ import annotations

import base64
import hashlib

import pytest
from huggingface_hub.errors import EntryNotFoundError

from tests.support.constants import MIB
from tests.support.mockhub.wire import NewRepo


def add(path: str, content: bytes = b"text") -> dict[str, object]:
    text = base64.b64encode(content).decode()
    return {"key": "file", "value": {"path": path, "content": text, "encoding": "base64"}}


def delete(path: str) -> dict[str, object]:
    return {"key": "deletedFile", "value": {"path": path}}


def test_unknown_lfs_object_is_refused(repo: NewRepo) -> None:
    oid = hashlib.sha256(b"never sent").hexdigest()
    line = {"key": "lfsFile", "value": {"path": "a.bin", "algo": "sha256", "oid": oid, "size": 10}}
    answer = repo.commit(line)
    assert answer.status == 400
    assert "LFS pointer pointed to a file that does not exist" in answer.json["error"]


@pytest.mark.parametrize(("size", "status"), [(10 * MIB, 200), (10 * MIB + 1, 400)])
def test_regular_files_end_at_ten_mebibytes(repo: NewRepo, size: int, status: int) -> None:
    assert repo.commit(add("a.txt", b"x" * size)).status == status


@pytest.mark.parametrize(
    "path",
    ["", "/", "/etc/passwd", "../a", "a/../../b", "a/./b", "a//b", "a\0b", "a\nb", ".git/x"],
)
def test_path_out_of_the_repository_is_refused(repo: NewRepo, path: str) -> None:
    assert repo.commit(add(path)).status == 400
    assert repo.files() == []


def test_backslashes_are_no_separators_but_may_not_lead_out(repo: NewRepo) -> None:
    assert repo.commit(add("..\\a")).status == 422
    assert repo.commit(add("folder/..\\..\\a")).status == 200
    assert repo.files() == ["folder/..\\..\\a"]


@pytest.mark.parametrize("path", ["a/" * 100 + "b", "a\x7f"])
def test_path_that_no_client_can_mean_is_refused(repo: NewRepo, path: str) -> None:
    assert repo.commit(add(path)).status == 400


@pytest.mark.parametrize("path", ["a", "a/b/c/d", "a/b/c/d/e"])
def test_path_is_either_a_file_or_a_folder(repo: NewRepo, path: str) -> None:
    repo.commit(add("a/b/c"))
    assert repo.commit(add(path)).status == 400
    assert repo.commit(add("x"), add("x/y")).status == 400
    assert repo.files() == ["a/b/c"]


def test_folder_cannot_take_the_place_of_what_the_server_writes(repo: NewRepo) -> None:
    assert repo.commit(delete(".gitattributes"), add(".gitattributes/a")).status == 400
    assert repo.commit(delete(".gitattributes"), add("a/.gitattributes/b")).status == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b'{"key": "header", "value": {"summary": "only a header"}}',
        b"no json",
        b"[]",
        b'{"key": "header", "value": {}}',
        b'{"key": "header", "value": "text"}',
        b'{"key": "header", "value": {"summary": "\\ud800"}}\n'
        b'{"key": "deletedFile", "value": {"path": ".gitattributes"}}',
        b"[" * 100_000,
        b'{"key": "header", "value": {"summary": "s"}}\n{"key": "rename", "value": {}}',
        b'{"key": "header", "value": {"summary": "s"}}\n'
        b'{"key": "file", "value": {"path": "a", "content": "?", "encoding": "base64"}}',
        b'{"key": "header", "value": {"summary": "s"}}\n{"key": "file", "value": {"path": "a"}}',
    ],
)
def test_malformed_commit_is_refused(repo: NewRepo, body: bytes) -> None:
    answer = repo.send("POST", "/commit/main", body)
    assert answer.status == 400
    assert answer.json["error"]


def test_deleting_what_is_not_there_is_refused(repo: NewRepo) -> None:
    with pytest.raises(EntryNotFoundError):
        repo.api.delete_file("missing", repo.id, repo_type="dataset")


def test_operations_happen_in_order(repo: NewRepo) -> None:
    repo.commit(add("a", b"1"), add("b", b"1"))
    repo.commit(delete("a"), add("a", b"2"), delete("b"), add("c"), delete("c"))
    assert repo.files() == ["a"]
    assert repo.read("a").body == b"2"


def test_commit_of_a_million_lines_is_refused(repo: NewRepo) -> None:
    line = b'\n{"key": "deletedFile", "value": {"path": "a"}}'
    body = b'{"key": "header", "value": {"summary": "t"}}' + line * 1_000_000
    answer = repo.send("POST", "/commit/main", body)
    assert (answer.status, answer.json["error"]) == (413, "At most 100000 operations per commit")


def test_path_of_ten_thousand_parts_is_refused(repo: NewRepo) -> None:
    assert repo.commit(add("a/" * 10_000 + "b")).status == 400

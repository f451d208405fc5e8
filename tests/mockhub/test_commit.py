"""What a commit may and may not do."""

from __future__ import annotations

import base64
import hashlib
import json

import pytest
from huggingface_hub import CommitOperationAdd, CommitOperationDelete
from huggingface_hub.errors import EntryNotFoundError, HfHubHTTPError

from tests.mockhub.wire import NewRepo

MIB = 1 << 20


def add(path: str, content: bytes = b"text") -> dict[str, object]:
    text = base64.b64encode(content).decode()
    return {"key": "file", "value": {"path": path, "content": text, "encoding": "base64"}}


def delete(path: str) -> dict[str, object]:
    return {"key": "deletedFile", "value": {"path": path}}


def test_outdated_parent_is_a_conflict(repo: NewRepo) -> None:
    parent = repo.api.dataset_info(repo.id).sha
    assert repo.commit(add("a"), parentCommit=parent).status == 200
    late = repo.commit(add("b"), parentCommit=parent)
    assert (late.status, repo.files()) == (412, ["a"])


def test_short_parent_will_do(repo: NewRepo) -> None:
    parent = repo.api.dataset_info(repo.id).sha
    assert parent
    assert repo.commit(add("a"), parentCommit=parent[:8]).status == 200


def test_pull_request_needs_no_current_branch_head_and_gets_the_next_number(repo: NewRepo) -> None:
    for number in (1, 2):
        answer = repo.commit(add("a"), query="?create_pr=1")
        assert answer.json["pullRequestUrl"].endswith(f"/discussions/{number}")
    assert repo.files() == []


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
    ["", "/", "/etc/passwd", "../a", "a/../../b", "a/./b", "a//b", "a\0b", "..\\a", ".git/x"],
)
def test_path_out_of_the_repository_is_refused(repo: NewRepo, path: str) -> None:
    assert repo.commit(add(path)).status == 400
    assert repo.files() == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no json",
        b"[]",
        b'{"key": "header", "value": {}}',
        b'{"key": "header", "value": "text"}',
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


def test_refused_commit_changes_nothing(repo: NewRepo) -> None:
    before = repo.api.dataset_info(repo.id).sha
    assert repo.commit(add("a"), delete("missing")).status == 404
    assert repo.api.dataset_info(repo.id).sha == before


def test_deleting_a_folder_takes_all_below_it(repo: NewRepo) -> None:
    repo.commit(add("data/a"), add("data/deep/b"), add("database"))
    operations = [CommitOperationDelete("data/", is_folder=True)]
    repo.api.create_commit(repo.id, operations, commit_message="rm", repo_type="dataset")
    assert repo.files() == ["database"]


def test_deleting_what_is_not_there_is_refused(repo: NewRepo) -> None:
    with pytest.raises(EntryNotFoundError):
        repo.api.delete_file("missing", repo.id, repo_type="dataset")


def test_operations_happen_in_order(repo: NewRepo) -> None:
    repo.commit(add("a", b"1"), add("b", b"1"))
    repo.commit(delete("a"), add("a", b"2"), delete("b"), add("c"), delete("c"))
    assert repo.files() == ["a"]
    assert repo.read("a").body == b"2"


def test_every_revision_stays_readable(repo: NewRepo) -> None:
    shas = [repo.commit(add("a", text)).json["commitOid"] for text in (b"1", b"2", b"3")]
    assert [repo.read("a", sha).body for sha in shas] == [b"1", b"2", b"3"]
    assert repo.read("a", shas[0][:10]).body == b"1"


def test_commit_to_a_missing_branch_is_refused(repo: NewRepo) -> None:
    line = json.dumps({"key": "header", "value": {"summary": "s"}}).encode()
    answer = repo.send("POST", "/commit/nowhere", line)
    assert (answer.status, answer.headers["X-Error-Code"]) == (404, "RevisionNotFound")


def test_many_files_in_one_commit(repo: NewRepo) -> None:
    contents = {f"{number}.txt": b"%d" % number * 100_000 for number in range(20)}
    operations = [CommitOperationAdd(path, content) for path, content in contents.items()]
    repo.api.create_commit(repo.id, operations, commit_message="many", repo_type="dataset")
    assert {path: repo.read(path).body for path in repo.files()} == contents


def test_stale_client_hears_of_the_conflict(repo: NewRepo) -> None:
    parent = repo.api.dataset_info(repo.id).sha
    repo.commit(add("a"))
    operations = [CommitOperationAdd("b", b"text")]
    with pytest.raises(HfHubHTTPError) as caught:
        repo.api.create_commit(
            repo.id, operations, commit_message="b", repo_type="dataset", parent_commit=parent
        )
    assert caught.value.response.status_code == 412

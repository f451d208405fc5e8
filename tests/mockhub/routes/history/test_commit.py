"""What a commit may and may not do."""

from __future__ import annotations

import base64
import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from huggingface_hub import CommitOperationAdd, CommitOperationCopy, CommitOperationDelete
from huggingface_hub.errors import BadRequestError, EntryNotFoundError, HfHubHTTPError

from mockhub.server.process import Hub
from tests.support.constants import MIB
from tests.support.mockhub.wire import NewRepo


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


def test_parent_decides_among_commits_at_once(repo: NewRepo) -> None:
    parent = repo.api.dataset_info(repo.id).sha
    with ThreadPoolExecutor(8) as pool:
        lines = [add(str(number)) for number in range(8)]
        answers = list(pool.map(lambda line: repo.commit(line, parentCommit=parent), lines))
    assert sorted(answer.status for answer in answers) == [200] + [412] * 7
    assert len(repo.files()) == 1


def test_commits_at_once_form_one_history(repo: NewRepo) -> None:
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda number: repo.commit(add(str(number))), range(64)))
    assert {answer.status for answer in answers} == {200}
    assert sorted(repo.files(), key=int) == [str(number) for number in range(64)]
    history = repo.api.list_repo_commits(repo.id, repo_type="dataset")
    made = {answer.json["commitOid"] for answer in answers}
    assert {commit.commit_id for commit in history[:-1]} == made


def test_short_parent_will_do(repo: NewRepo) -> None:
    parent = repo.api.dataset_info(repo.id).sha
    assert parent
    assert repo.commit(add("a"), parentCommit=parent[:8]).status == 200


def test_pull_request_needs_no_current_branch_head_and_gets_the_next_number(repo: NewRepo) -> None:
    for number in (1, 2):
        answer = repo.commit(add("a"), query="?create_pr=1")
        assert answer.json["pullRequestUrl"].endswith(f"/discussions/{number}")
    assert repo.files() == []


@pytest.mark.parametrize("base", ["v1", "refs%2Fpr%2F1", "missing", None])
def test_pull_request_is_for_a_branch(repo: NewRepo, base: str | None) -> None:
    sha = repo.api.dataset_info(repo.id).sha
    repo.api.create_tag(repo.id, tag="v1", repo_type="dataset")
    repo.api.create_pull_request(repo.id, "the first", repo_type="dataset")
    answer = repo.send("POST", f"/commit/{base or sha}?create_pr=1", b"")
    assert (answer.status, answer.headers["X-Error-Code"]) == (404, "RevisionNotFound")


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


def test_folder_gives_way_to_a_file_and_back(repo: NewRepo) -> None:
    repo.commit(add("a/b"), add("a/c"))
    assert repo.commit(delete("a"), add("a", b"file")).status == 200
    assert repo.files() == ["a"]
    assert repo.commit(delete("a"), add("a/d")).status == 200
    assert repo.files() == ["a/d"]


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


def test_refused_commit_changes_nothing(repo: NewRepo) -> None:
    before = repo.api.dataset_info(repo.id).sha
    assert repo.commit(add("a"), delete("missing")).status == 404
    assert repo.api.dataset_info(repo.id).sha == before


def test_deleting_a_folder_takes_all_below_it(repo: NewRepo) -> None:
    repo.commit(add("data/a"), add("data/deep/b"), add("database"))
    operations = [CommitOperationDelete("data/", is_folder=True)]
    repo.api.create_commit(repo.id, operations, commit_message="rm", repo_type="dataset")
    assert repo.files() == ["database"]


def test_deleting_a_folder_as_a_file_takes_all_below_it(repo: NewRepo) -> None:
    repo.commit(add("data/a"), add("data/deep/b"), add("database"))
    repo.api.delete_file("data", repo.id, repo_type="dataset")
    assert repo.files() == ["database"]


def test_files_are_deleted_by_pattern(repo: NewRepo) -> None:
    repo.commit(add("a.txt"), add("b.csv"), add("data/c.txt"), add("old/d"))
    repo.api.delete_files(repo.id, ["*.txt", "old/"], repo_type="dataset")
    assert repo.files() == ["b.csv"]


def test_copies_share_the_content(repo: NewRepo) -> None:
    content = b"\0" * 2000
    repo.upload("a.bin", content)
    repo.upload("a.txt", b"old")
    old = repo.api.dataset_info(repo.id).sha
    repo.upload("a.txt", b"new")
    operations = [
        CommitOperationCopy("a.bin", "copies/b.bin"),
        CommitOperationCopy("a.txt", "copies/old.txt", src_revision=old),
        CommitOperationCopy("a.txt", "copies/new.txt"),
    ]
    repo.api.create_commit(repo.id, operations, commit_message="copy", repo_type="dataset")
    assert repo.read("copies/b.bin").body == content
    assert [repo.read(f"copies/{name}.txt").body for name in ("old", "new")] == [b"old", b"new"]


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
    assert "The branch was updated since you opened this page" in str(caught.value)


def test_unchanged_content_is_not_touched(repo: NewRepo) -> None:
    first = repo.commit(add("a"), add("b")).json["commitOid"]
    second = repo.commit(add("a"), add("b", b"new")).json["commitOid"]
    found = repo.api.get_paths_info(repo.id, ["a", "b"], expand=True, repo_type="dataset")
    assert [each.last_commit and each.last_commit.oid for each in found] == [first, second]


def test_lfs_file_that_no_line_speaks_of_gets_one(repo: NewRepo) -> None:
    assert "a b.nii" not in repo.read(".gitattributes").body.decode()
    repo.upload("d/a b.nii", b"\0" * 100)
    repo.upload("known.parquet", b"\0" * 100)
    lines = repo.read(".gitattributes").body.decode().splitlines()
    assert lines[-1] == "d/a[[:space:]]b.nii filter=lfs diff=lfs merge=lfs -text"
    assert not any("known" in line for line in lines)
    sample = base64.b64encode(b"text").decode()
    body = {"files": [{"path": "d/a b.nii", "size": 4, "sample": sample}]}
    assert repo.send("POST", "/preupload/main", body).json["files"][0]["uploadMode"] == "lfs"


def test_lines_for_lfs_files_join_those_of_the_same_commit(repo: NewRepo) -> None:
    operations = [
        CommitOperationAdd(".gitattributes", b"*.csv text"),
        CommitOperationAdd("a.nii", b"\0" * 100),
    ]
    repo.api.create_commit(repo.id, operations, commit_message="both", repo_type="dataset")
    text = repo.read(".gitattributes").body
    assert text == b"*.csv text\na.nii filter=lfs diff=lfs merge=lfs -text\n"


def test_lines_for_lfs_files_end_where_regular_files_do(repo: NewRepo) -> None:
    comment = b"# " + b"x" * (10 * MIB - 20)
    operations = [
        CommitOperationAdd(".gitattributes", comment),
        CommitOperationAdd("a.nii", b"\0" * 100),
    ]
    with pytest.raises(BadRequestError, match=r"files larger than 10 MiB.*gitattributes"):
        repo.api.create_commit(repo.id, operations, commit_message="both", repo_type="dataset")


def test_all_revisions_survive_a_restart(tmp_path: Path) -> None:
    with Hub.start(tmp_path) as hub:
        repo = NewRepo(hub, "user/data")
        repo.api.create_repo(repo.id, repo_type="dataset")
        shas = [repo.commit(add("a", text)).json["commitOid"] for text in (b"1", b"2")]
        repo.api.create_branch(repo.id, branch="dev", repo_type="dataset")
        repo.api.create_tag(repo.id, tag="v1", revision=shas[0], repo_type="dataset")
    with Hub.start(tmp_path) as hub:
        repo = NewRepo(hub, "user/data")
        found = [repo.read("a", revision).body for revision in (*shas, shas[0][:7], "dev", "v1")]
        assert found == [b"1", b"2", b"1", b"2", b"1"]
        assert repo.commit(add("b"), parentCommit=shas[1]).status == 200

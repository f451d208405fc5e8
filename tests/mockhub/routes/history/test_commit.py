"""Commits, valid and refused."""

from __future__ import annotations

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from huggingface_hub import CommitOperationAdd, CommitOperationCopy, CommitOperationDelete
from huggingface_hub.errors import BadRequestError, HfHubHTTPError

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


def test_folder_gives_way_to_a_file_and_back(repo: NewRepo) -> None:
    repo.commit(add("a/b"), add("a/c"))
    assert repo.commit(delete("a"), add("a", b"file")).status == 200
    assert repo.files() == ["a"]
    assert repo.commit(delete("a"), add("a/d")).status == 200
    assert repo.files() == ["a/d"]


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
    result = repo.api.get_paths_info(repo.id, ["a", "b"], expand=True, repo_type="dataset")
    assert [item.last_commit and item.last_commit.oid for item in result] == [first, second]


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
        result = [repo.read("a", revision).body for revision in (*shas, shas[0][:7], "dev", "v1")]
        assert result == [b"1", b"2", b"1", b"2", b"1"]
        assert repo.commit(add("b"), parentCommit=shas[1]).status == 200

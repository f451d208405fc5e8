"""Listing the LFS files of a repository, and deleting them for good."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from huggingface_hub.errors import EntryNotFoundError, HfHubHTTPError

from tests.support.mockhub.wire import NewRepo, client

DATASET: dict[str, Any] = {"repo_type": "dataset"}


def upload(repo: NewRepo, path: str, content: bytes, revision: str = "main") -> str:
    """Upload a file; returns the id of the commit."""
    info = repo.api.upload_file(
        path_or_fileobj=content, path_in_repo=path, repo_id=repo.id, revision=revision, **DATASET
    )
    return str(info.oid)


def listed(repo: NewRepo) -> dict[str, str | None]:
    """The reference of each LFS file, by name."""
    return {item.filename: item.ref for item in repo.api.list_lfs_files(repo.id, **DATASET)}


def delete(repo: NewRepo, *names: str, rewrite_history: bool = True) -> None:
    files = [file for file in repo.api.list_lfs_files(repo.id, **DATASET) if file.filename in names]
    assert len(files) == len(names)
    repo.api.permanently_delete_lfs_files(
        repo.id, files, rewrite_history=rewrite_history, **DATASET
    )


def test_every_lfs_file_is_listed_where_it_was_pushed_first(repo: NewRepo) -> None:
    upload(repo, "a.bin", b"1")
    upload(repo, "text.txt", b"1")
    repo.api.create_branch(repo.id, branch="dev", **DATASET)
    upload(repo, "b.bin", b"22", "dev")
    upload(repo, "again.bin", b"1", "dev")
    assert listed(repo) == {"a.bin": "main", "b.bin": "dev"}
    newest = next(iter(repo.api.list_lfs_files(repo.id, **DATASET)))
    assert (newest.file_oid, newest.size) == (hashlib.sha256(b"22").hexdigest(), 2)


def test_file_that_no_reference_leads_to_is_listed_without_one(repo: NewRepo) -> None:
    upload(repo, "a.bin", b"1")
    upload(repo, "a.bin", b"2")
    repo.api.super_squash_history(repo.id, **DATASET)
    result = {file.file_oid: file.ref for file in repo.api.list_lfs_files(repo.id, **DATASET)}
    refs = [result[hashlib.sha256(text).hexdigest()] for text in (b"1", b"2")]
    assert refs == [None, "main"]


def test_rewritten_history_never_had_the_file(repo: NewRepo) -> None:
    first = upload(repo, "before.nii", b"\0")
    old = upload(repo, "a.bin", b"1")
    upload(repo, "after.txt", b"1")
    repo.api.create_tag(repo.id, tag="v1", **DATASET)
    delete(repo, "a.bin")
    assert repo.files() == repo.files("v1") == ["after.txt", "before.nii"]
    assert list(listed(repo)) == ["before.nii"]
    commits = repo.api.list_repo_commits(repo.id, **DATASET)
    assert [item.title.split()[1] for item in commits] == [
        "after.txt",
        "a.bin",
        "before.nii",
        "commit",
    ]
    assert commits[2].commit_id == first
    assert old not in {item.commit_id for item in commits}
    assert repo.read("a.bin", old).headers["X-Error-Code"] == "EntryNotFound"
    assert repo.read("before.nii", old).body == b"\0"


def test_file_that_replaced_another_leaves_nothing_behind(repo: NewRepo) -> None:
    for content in (b"1", b"2"):
        upload(repo, "a.bin", content)
    sha256 = hashlib.sha256(b"2").hexdigest()
    result = [file for file in repo.api.list_lfs_files(repo.id, **DATASET) if file.oid == sha256]
    repo.api.permanently_delete_lfs_files(repo.id, result, **DATASET)
    assert repo.files() == []


def test_without_rewriting_the_file_is_named_but_not_there(repo: NewRepo) -> None:
    head = upload(repo, "a.bin", b"1")
    delete(repo, "a.bin", rewrite_history=False)
    assert repo.api.dataset_info(repo.id).sha == head
    assert repo.files() == ["a.bin"]
    assert listed(repo) == {}
    with pytest.raises(EntryNotFoundError):
        repo.api.hf_hub_download(repo.id, "a.bin", **DATASET)


def test_deleted_file_can_be_uploaded_again(repo: NewRepo) -> None:
    upload(repo, "a.bin", b"1")
    delete(repo, "a.bin", rewrite_history=False)
    upload(repo, "a.bin", b"1")
    assert repo.read("a.bin").body == b"1"
    assert list(listed(repo)) == ["a.bin"]


def test_other_repositories_keep_the_content(repo: NewRepo, other: NewRepo) -> None:
    for item in (repo, other):
        upload(item, "a.bin", b"1")
    delete(repo, "a.bin")
    assert other.read("a.bin").body == b"1"


def test_others_may_neither_list_nor_delete(repo: NewRepo) -> None:
    upload(repo, "a.bin", b"1")
    files = list(repo.api.list_lfs_files(repo.id, **DATASET))
    api = client(repo.hub, "stranger")
    with pytest.raises(HfHubHTTPError) as caught:
        list(api.list_lfs_files(repo.id, **DATASET))
    assert caught.value.response.status_code == 403
    with pytest.raises(HfHubHTTPError) as caught:
        api.permanently_delete_lfs_files(repo.id, files, **DATASET)
    assert caught.value.response.status_code == 403
    assert repo.read("a.bin").body == b"1"


@pytest.mark.parametrize(
    "deletions", [None, [], {}, {"sha": 1}, {"sha": [f"{number:064x}" for number in range(1001)]}]
)
def test_malformed_deletion_is_refused(repo: NewRepo, deletions: object) -> None:
    assert repo.send("POST", "/lfs-files/batch", {"deletions": deletions}).status == 400

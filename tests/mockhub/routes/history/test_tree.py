"""Looking at repositories."""

from __future__ import annotations

import hashlib

import pytest
from huggingface_hub import CommitOperationAdd
from huggingface_hub.errors import (
    EntryNotFoundError,
    HfHubHTTPError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.hf_api import RepoFile, RepoFolder

from tests.support.mockhub.wire import NewRepo, send


def upload(repo: NewRepo, *paths: str) -> str:
    operations = [CommitOperationAdd(path, path.encode()) for path in paths]
    info = repo.api.create_commit(
        repo.id, operations, commit_message=f"add {paths[0]}", repo_type="dataset"
    )
    return str(info.oid)


def test_tree_lists_folders_over_all_pages(repo: NewRepo) -> None:
    upload(repo, "a/1", "a/2", "a/b/3", "a/b/4", "c")
    kinds = {RepoFile: "", RepoFolder: "/"}

    def listed(path: str | None, *, recursive: bool) -> list[str]:
        tree = repo.api.list_repo_tree(repo.id, path, recursive=recursive, repo_type="dataset")
        return [item.path + kinds[type(item)] for item in tree]

    everything = [".gitattributes", "a/", "a/1", "a/2", "a/b/", "a/b/3", "a/b/4", "c"]
    assert listed(None, recursive=True) == everything
    assert listed(None, recursive=False) == [".gitattributes", "a/", "c"]
    assert listed("a", recursive=False) == ["a/1", "a/2", "a/b/"]
    assert listed("a/b", recursive=True) == ["a/b/3", "a/b/4"]


def test_page_holds_what_it_may_and_links_to_the_next(repo: NewRepo) -> None:
    upload(repo, "a", "b", "c")
    first = repo.send("GET", "/tree/main")
    assert [item["path"] for item in first.json] == [".gitattributes", "a"]
    url, relation = first.headers["Link"].split("; ")
    assert relation == 'rel="next"'
    last = send(repo.hub, "GET", url.strip("<>"))
    assert [item["path"] for item in last.json] == ["b", "c"]
    assert "Link" not in last.headers
    assert len(repo.send("GET", "/tree/main?limit=1").json) == 1
    assert repo.send("GET", "/tree/main?limit=all").status == 400


def test_entries_carry_git_ids(repo: NewRepo) -> None:
    content = b"\0" * 2000
    operations = [CommitOperationAdd("a.txt", b"text"), CommitOperationAdd("b.bin", content)]
    repo.api.create_commit(repo.id, operations, commit_message="add", repo_type="dataset")
    regular, lfs = repo.api.get_paths_info(repo.id, ["a.txt", "b.bin"], repo_type="dataset")
    assert isinstance(regular, RepoFile)
    assert isinstance(lfs, RepoFile)
    assert regular.blob_id == hashlib.sha1(b"blob 4\0text").hexdigest()
    assert regular.lfs is None
    assert lfs.lfs is not None
    assert (lfs.lfs.sha256, lfs.lfs.size) == (hashlib.sha256(content).hexdigest(), 2000)
    sha256 = lfs.lfs.sha256.encode()
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize 2000\n" % sha256
    oid = hashlib.sha1(b"blob %d\0" % len(pointer) + pointer).hexdigest()
    assert (lfs.blob_id, lfs.lfs.pointer_size) == (oid, len(pointer))


def test_paths_info_leaves_out_unknown_paths(repo: NewRepo) -> None:
    upload(repo, "a/1")
    result = repo.api.get_paths_info(repo.id, ["a", "a/1", "a/2"], repo_type="dataset")
    assert [item.path for item in result] == ["a", "a/1"]


def test_expanded_entries_name_their_last_commit(repo: NewRepo) -> None:
    first, second = upload(repo, "a/1", "b/1"), upload(repo, "a/2")
    expected = {"a": second, "a/1": first, "a/2": second, "b": first, "b/1": first}
    result = repo.api.get_paths_info(repo.id, list(expected), expand=True, repo_type="dataset")
    assert {item.path: item.last_commit and item.last_commit.oid for item in result} == expected


def test_expanded_tree_goes_over_pages_too(repo: NewRepo) -> None:
    first, second = upload(repo, "a/1", "b"), upload(repo, "a/2")
    tree = repo.api.list_repo_tree(repo.id, recursive=True, expand=True, repo_type="dataset")
    result = {item.path: item.last_commit and item.last_commit.oid for item in tree}
    del result[".gitattributes"]
    assert result == {"a": second, "a/1": first, "a/2": second, "b": first}


def test_folder_of_the_same_files_has_the_same_id(repo: NewRepo, other: NewRepo) -> None:
    def folder_id(of: NewRepo) -> str:
        (folder,) = of.api.get_paths_info(of.id, ["a"], repo_type="dataset")
        assert isinstance(folder, RepoFolder)
        return folder.tree_id

    for item in (repo, other):
        upload(item, "a/b/1")
    before = folder_id(repo)
    assert folder_id(other) == before
    upload(repo, "a/b/2")
    assert folder_id(repo) != before
    repo.api.delete_file("a/b/2", repo.id, repo_type="dataset")
    assert folder_id(repo) == before


def test_file_has_no_tree(repo: NewRepo) -> None:
    upload(repo, "a")
    with pytest.raises(EntryNotFoundError):
        list(repo.api.list_repo_tree(repo.id, "a", repo_type="dataset"))


@pytest.mark.parametrize(("count", "status"), [(1000, 200), (1001, 413)])
def test_thousand_paths_are_asked_for_at_once(repo: NewRepo, count: int, status: int) -> None:
    body, headers = {"paths": ["a"] * count}, {"Content-Type": "application/json"}
    assert repo.send("POST", "/paths-info/main", body, headers=headers).status == status


def test_history_is_newest_first(repo: NewRepo) -> None:
    oids = [upload(repo, "1"), upload(repo, "2"), upload(repo, "3")]
    commits = repo.api.list_repo_commits(repo.id, repo_type="dataset")
    assert [item.commit_id for item in commits[:-1]] == oids[::-1]
    assert [item.title for item in commits] == ["add 3", "add 2", "add 1", "initial commit"]


def test_branch_starts_at_the_given_revision(repo: NewRepo) -> None:
    first = upload(repo, "1")
    upload(repo, "2")
    repo.api.create_branch(repo.id, branch="old", revision=first, repo_type="dataset")
    repo.api.create_branch(repo.id, branch="a/b", repo_type="dataset")
    assert (repo.files("old"), repo.files("a/b")) == (["1"], ["1", "2"])
    refs = repo.api.list_repo_refs(repo.id, repo_type="dataset")
    assert {branch.name for branch in refs.branches} == {"main", "old", "a/b"}
    with pytest.raises(HfHubHTTPError) as caught:
        repo.api.create_branch(repo.id, branch="old", repo_type="dataset")
    assert caught.value.response.status_code == 409
    repo.api.delete_branch(repo.id, branch="old", repo_type="dataset")
    with pytest.raises(RevisionNotFoundError):
        repo.files("old")
    with pytest.raises(HfHubHTTPError):
        repo.api.delete_branch(repo.id, branch="main", repo_type="dataset")


def test_missing_things_have_their_own_errors(repo: NewRepo) -> None:
    with pytest.raises(RepositoryNotFoundError):
        repo.api.dataset_info("user/missing")
    with pytest.raises(RevisionNotFoundError):
        repo.api.dataset_info(repo.id, revision="missing")
    with pytest.raises(EntryNotFoundError):
        list(repo.api.list_repo_tree(repo.id, "missing", repo_type="dataset"))
    assert repo.read("missing").headers["X-Error-Code"] == "EntryNotFound"
    assert repo.read("missing").headers["X-Repo-Commit"] == repo.api.dataset_info(repo.id).sha


def test_repo_is_created_once_and_deleted(repo: NewRepo) -> None:
    with pytest.raises(HfHubHTTPError) as caught:
        repo.api.create_repo(repo.id, repo_type="dataset")
    assert caught.value.response.status_code == 409
    url = repo.api.create_repo(repo.id.upper(), repo_type="dataset", exist_ok=True)
    assert url.repo_type == "dataset"
    assert repo.api.dataset_info(repo.id.upper()).id == repo.id
    repo.api.delete_repo(repo.id, repo_type="dataset")
    assert not repo.api.repo_exists(repo.id, repo_type="dataset")


@pytest.mark.parametrize(
    "name", ["..", ".hidden", "a b", "a/b", "-a", "a--b", "a.git", "a..b", "é"]
)
def test_name_that_is_no_repo_name_is_refused(repo: NewRepo, name: str) -> None:
    body = {"type": "dataset", "name": name, "organization": "user"}
    assert send(repo.hub, "POST", "/api/repos/create", body).status == 400


def test_info_tells_what_is_asked(repo: NewRepo) -> None:
    upload(repo, "a")
    assert repo.send("GET", "?expand=xetEnabled").json["xetEnabled"] is True
    assert "siblings" not in repo.send("GET", "?expand=sha").json
    info = repo.api.dataset_info(repo.id, files_metadata=True)
    assert info.siblings is not None
    assert {sibling.rfilename: sibling.size for sibling in info.siblings}["a"] == 1


def test_awkward_names_survive(repo: NewRepo) -> None:
    names = ["a b/ü%2F?.txt", "#1;v=2/+&.txt", "refs/heads/x"]
    upload(repo, *names)
    assert repo.files() == sorted(names)
    for name in names:
        path = repo.api.hf_hub_download(
            repo.id, name, repo_type="dataset", local_dir=repo.hub.home / repo.id
        )
        with open(path, "rb") as file:  # noqa: PTH123 - whatever the client returns
            assert file.read() == name.encode()


@pytest.mark.parametrize("query", ["cursor=1" + "0" * 30, "p=1" + "0" * 30, "cursor=-5"])
def test_page_of_any_number_is_answered(repo: NewRepo, query: str) -> None:
    assert repo.send("GET", f"/tree/main?{query}").status == 200


def test_form_of_a_million_paths_is_refused(repo: NewRepo) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = repo.send("POST", "/paths-info/main", b"paths=a&" * 1_000_000, headers=headers)
    assert answer.status == 413

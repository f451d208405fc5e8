"""Repositories and their history, as clients of huggingface_hub make and change them."""

from __future__ import annotations

from pathlib import Path

import pytest
from huggingface_hub import CommitOperationAdd, HfApi, hf_hub_download
from huggingface_hub.errors import (
    EntryNotFoundError,
    GatedRepoError,
    HfHubHTTPError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.hf_api import RepoFile, RepoFolder

from mockhub.server.process import Hub
from tests.support.constants import REPO

pytestmark = pytest.mark.clients


@pytest.fixture
def api(hub: Hub) -> HfApi:
    """The client of the owner of a new repository."""
    api = HfApi(endpoint=hub.url, token=hub.token)
    api.create_repo(REPO)
    return api


def write(api: HfApi, path: str, content: str, revision: str = "main") -> str:
    """Commit a file; returns the commit."""
    add = CommitOperationAdd(path, content.encode())
    return api.create_commit(REPO, [add], commit_message=f"write {path}", revision=revision).oid


def read(path: str, revision: str = "main") -> str:
    return Path(hf_hub_download(REPO, path, revision=revision)).read_text()


@pytest.mark.parametrize("repo_type", ["model", "dataset", "space"])
def test_repository_of_each_type_is_made_and_deleted(hub: Hub, repo_type: str) -> None:
    api = HfApi(endpoint=hub.url, token=hub.token)
    sdk = "static" if repo_type == "space" else None
    url = api.create_repo("made", repo_type=repo_type, space_sdk=sdk)
    assert (url.repo_id, url.repo_type) == ("user/made", repo_type)
    assert api.create_repo("made", repo_type=repo_type, space_sdk=sdk, exist_ok=True) == url
    with pytest.raises(HfHubHTTPError, match="409"):
        api.create_repo("made", repo_type=repo_type, space_sdk=sdk)
    assert api.repo_exists("user/made", repo_type=repo_type)
    api.delete_repo("user/made", repo_type=repo_type)
    assert not api.repo_exists("user/made", repo_type=repo_type)
    with pytest.raises(RepositoryNotFoundError):
        api.delete_repo("user/made", repo_type=repo_type)
    api.delete_repo("user/made", repo_type=repo_type, missing_ok=True)


def test_moved_repository_answers_to_both_names(api: HfApi) -> None:
    write(api, "a.txt", "text")
    write(api, "a.bin", "binary")
    api.move_repo(REPO, "user/moved")
    assert api.repo_info("user/moved").id == "user/moved"
    assert api.repo_info(REPO).id == "user/moved"
    for path, content in (("a.txt", "text"), ("a.bin", "binary")):
        assert read(path) == content
        assert Path(hf_hub_download("user/moved", path)).read_text() == content


@pytest.mark.hub(users=["user:hf_mockhub", "other:hf_other"])
def test_private_repository_is_hidden_until_it_is_public(api: HfApi) -> None:
    write(api, "a.txt", "text")
    api.update_repo_settings(REPO, private=True)
    assert api.repo_info(REPO).private
    for token in (False, "hf_other"):
        with pytest.raises(RepositoryNotFoundError):
            api.repo_info(REPO, token=token)
        with pytest.raises(RepositoryNotFoundError):
            hf_hub_download(REPO, "a.txt", token=token)
    api.update_repo_settings(REPO, private=False)
    assert not api.repo_info(REPO, token=False).private


@pytest.mark.hub(users=["user:hf_mockhub", "other:hf_other"])
def test_gated_repository_shows_itself_and_keeps_its_files(api: HfApi) -> None:
    write(api, "a.txt", "text")
    api.update_repo_settings(REPO, gated="manual")
    for token in (False, "hf_other"):
        assert api.repo_info(REPO, token=token).gated == "manual"
        with pytest.raises(GatedRepoError):
            hf_hub_download(REPO, "a.txt", token=token)
    api.grant_access(REPO, "other")
    assert Path(hf_hub_download(REPO, "a.txt", token="hf_other")).read_text() == "text"


def test_what_is_missing_has_its_own_error(api: HfApi) -> None:
    with pytest.raises(RepositoryNotFoundError):
        hf_hub_download("user/missing", "a.txt")
    with pytest.raises(RevisionNotFoundError):
        hf_hub_download(REPO, "a.txt", revision="missing")
    with pytest.raises(EntryNotFoundError):
        hf_hub_download(REPO, "a.txt")
    assert not api.repo_exists("user/missing")
    assert not api.revision_exists(REPO, "missing")
    assert not api.file_exists(REPO, "a.txt")
    assert api.revision_exists(REPO, "main")
    assert api.file_exists(REPO, ".gitattributes")


def test_trees_list_folders_and_files(api: HfApi) -> None:
    for path in ("a.txt", "b/c.txt", "b/d/e.bin"):
        write(api, path, path)
    last = write(api, "f.txt", "f")
    tree = {entry.path: entry for entry in api.list_repo_tree(REPO, recursive=True, expand=True)}
    assert list(tree) == [".gitattributes", "a.txt", "b", "b/c.txt", "b/d", "b/d/e.bin", "f.txt"]
    assert {path for path, entry in tree.items() if isinstance(entry, RepoFolder)} == {"b", "b/d"}
    file = tree["b/d/e.bin"]
    assert isinstance(file, RepoFile)
    assert file.size == len("b/d/e.bin")
    assert file.lfs is not None
    assert tree["f.txt"].last_commit is not None
    assert tree["f.txt"].last_commit.oid == last
    assert [entry.path for entry in api.list_repo_tree(REPO, "b")] == ["b/c.txt", "b/d"]
    result = api.get_paths_info(REPO, ["b", "a.txt", "missing"], expand=True)
    assert {entry.path for entry in result} == {"a.txt", "b"}
    with pytest.raises(EntryNotFoundError):
        list(api.list_repo_tree(REPO, "missing"))


@pytest.mark.hub(page_size=3)
def test_listings_of_many_pages_are_whole(api: HfApi) -> None:
    for number in range(7):
        write(api, f"{number}.txt", "text")
    assert len(list(api.list_repo_tree(REPO))) == 8
    titles = [item.title for item in api.list_repo_commits(REPO)]
    assert titles == [f"write {n}.txt" for n in reversed(range(7))] + ["initial commit"]


def test_info_tells_of_files_and_commit(api: HfApi) -> None:
    last = write(api, "a.bin", "binary")
    info = api.model_info(REPO, files_metadata=True)
    assert (info.id, info.author, info.sha) == (REPO, "user", last)
    (file,) = [sibling for sibling in info.siblings or () if sibling.rfilename == "a.bin"]
    assert file.lfs is not None
    assert (file.size, file.lfs.size) == (6, 6)


def test_branches_grow_apart(api: HfApi) -> None:
    first = write(api, "a.txt", "first")
    write(api, "a.txt", "main")
    api.create_branch(REPO, branch="with/slash", revision=first)
    with pytest.raises(HfHubHTTPError, match="409"):
        api.create_branch(REPO, branch="with/slash")
    api.create_branch(REPO, branch="with/slash", exist_ok=True)
    write(api, "b.txt", "branch", revision="with/slash")
    assert read("a.txt", "with/slash") == "first"
    assert read("b.txt", "with/slash") == "branch"
    assert not api.file_exists(REPO, "b.txt")
    branches = {ref.name for ref in api.list_repo_refs(REPO).branches}
    assert branches == {"main", "with/slash"}
    api.delete_branch(REPO, branch="with/slash")
    assert not api.revision_exists(REPO, "with/slash")


def test_tags_stay_where_they_were_set(api: HfApi) -> None:
    first = write(api, "a.txt", "first")
    api.create_tag(REPO, tag="v1", tag_message="the first")
    write(api, "a.txt", "second")
    api.create_tag(REPO, tag="v0", revision=first)
    with pytest.raises(HfHubHTTPError, match="409"):
        api.create_tag(REPO, tag="v1")
    api.create_tag(REPO, tag="v1", exist_ok=True)
    assert read("a.txt", "v1") == read("a.txt", "v0") == "first"
    tags = {ref.name: ref.target_commit for ref in api.list_repo_refs(REPO).tags}
    assert tags.keys() == {"v0", "v1"}
    api.delete_tag(REPO, tag="v1")
    with pytest.raises(RevisionNotFoundError):
        read("a.txt", "v1")


def test_stale_parent_is_a_conflict(api: HfApi) -> None:
    first = write(api, "a.txt", "first")
    write(api, "a.txt", "second")
    add = CommitOperationAdd("a.txt", b"stale")
    with pytest.raises(HfHubHTTPError, match="412"):
        api.create_commit(REPO, [add], commit_message="stale", parent_commit=first)
    assert read("a.txt") == "second"


def test_pull_request_of_a_commit_is_merged(api: HfApi) -> None:
    write(api, "a.txt", "main")
    add = CommitOperationAdd("b.txt", b"proposed")
    info = api.create_commit(REPO, [add], commit_message="propose", create_pr=True)
    assert info.pr_num == 1
    assert info.pr_revision == "refs/pr/1"
    assert read("b.txt", "refs/pr/1") == "proposed"
    assert not api.file_exists(REPO, "b.txt")
    write(api, "c.txt", "more", revision="refs/pr/1")
    write(api, "a.txt", "main moved on")
    api.merge_pull_request(REPO, 1)
    assert [read(f"{name}.txt") for name in "abc"] == ["main moved on", "proposed", "more"]
    assert api.get_discussion_details(REPO, 1).status == "merged"


def test_pull_request_is_opened_closed_and_reopened(api: HfApi) -> None:
    opened = api.create_pull_request(REPO, title="Propose", description="Look here")
    assert (opened.num, opened.status, opened.is_pull_request) == (1, "draft", True)
    for status in ("closed", "open"):
        api.change_discussion_status(REPO, 1, new_status=status)
        assert api.get_discussion_details(REPO, 1).status == status
    api.comment_discussion(REPO, 1, comment="Well")
    refs = api.list_repo_refs(REPO, include_pull_requests=True).pull_requests
    assert [discussion.ref for discussion in refs or ()] == ["refs/pr/1"]
    assert [discussion.title for discussion in api.get_repo_discussions(REPO)] == ["Propose"]


def test_folder_becomes_a_pull_request(api: HfApi, tmp_path: Path) -> None:
    for name in ("a.txt", "a.bin"):
        (tmp_path / name).write_text(name)
    info = api.upload_folder(folder_path=tmp_path, repo_id=REPO, create_pr=True)
    assert info.pr_num == 1
    assert read("a.txt", "refs/pr/1") == "a.txt"
    assert read("a.bin", "refs/pr/1") == "a.bin"
    assert not api.file_exists(REPO, "a.txt")


def test_squashed_history_is_one_commit_with_all_files(api: HfApi) -> None:
    first = write(api, "a.txt", "first")
    write(api, "b.txt", "second")
    api.super_squash_history(REPO, commit_message="all in one")
    assert [commit.title for commit in api.list_repo_commits(REPO)] == ["all in one"]
    assert (read("a.txt"), read("b.txt")) == ("first", "second")
    assert read("a.txt", first) == "first"

"""Branches, tags and special references."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from huggingface_hub.errors import BadRequestError, HfHubHTTPError, RevisionNotFoundError

from mockhub.routes.history.refs import is_ref_name
from tests.support.mockhub.wire import NewRepo

DATASET: dict[str, Any] = {"repo_type": "dataset"}


def heads(repo: NewRepo, revision: str = "main") -> list[str]:
    """The titles of a history."""
    return [
        commit.title for commit in repo.api.list_repo_commits(repo.id, revision=revision, **DATASET)
    ]


def names(repo: NewRepo) -> dict[str, list[str]]:
    refs = repo.api.list_repo_refs(repo.id, include_pull_requests=True, **DATASET)
    groups = {"branches": refs.branches, "tags": refs.tags, "prs": refs.pull_requests or []}
    return {group: sorted(ref.name for ref in result) for group, result in groups.items()}


def test_branch_and_tag_may_share_a_name_and_point_elsewhere(repo: NewRepo) -> None:
    first = repo.api.dataset_info(repo.id).sha
    repo.api.create_tag(repo.id, tag="v1", tag_message="as it began", **DATASET)
    repo.upload("a", b"1")
    repo.api.create_branch(repo.id, branch="v1", **DATASET)
    refs = repo.api.list_repo_refs(repo.id, **DATASET)
    assert [(tag.ref, tag.target_commit) for tag in refs.tags] == [("refs/tags/v1", first)]
    repo.api.delete_branch(repo.id, branch="v1", **DATASET)
    assert names(repo) == {"branches": ["main"], "tags": ["v1"], "prs": []}
    assert repo.files("v1") == []


def test_tag_is_made_once(repo: NewRepo) -> None:
    repo.api.create_tag(repo.id, tag="v1", **DATASET)
    with pytest.raises(HfHubHTTPError) as caught:
        repo.api.create_tag(repo.id, tag="v1", **DATASET)
    assert caught.value.response.status_code == 409
    repo.api.create_tag(repo.id, tag="v1", exist_ok=True, **DATASET)


def test_tag_marks_any_revision(repo: NewRepo) -> None:
    repo.upload("a", b"1")
    sha = repo.api.dataset_info(repo.id).sha
    assert sha
    repo.upload("b", b"1")
    repo.api.create_tag(repo.id, tag="short", revision=sha[:7], **DATASET)
    repo.api.create_tag(repo.id, tag="of-tag", revision="short", **DATASET)
    assert repo.files("of-tag") == ["a"]


def test_missing_revision_is_reported_before_a_bad_tag_name(repo: NewRepo) -> None:
    with pytest.raises(RevisionNotFoundError):
        repo.api.create_tag(repo.id, tag="bad name", revision="missing", **DATASET)
    with pytest.raises(BadRequestError):
        repo.api.create_tag(repo.id, tag="bad name", **DATASET)


def test_deleted_tag_is_gone(repo: NewRepo) -> None:
    repo.api.create_tag(repo.id, tag="v1", **DATASET)
    repo.api.delete_tag(repo.id, tag="v1", **DATASET)
    for tag in ("v1", "main"):
        with pytest.raises(RevisionNotFoundError):
            repo.api.delete_tag(repo.id, tag=tag, **DATASET)
    assert names(repo)["branches"] == ["main"]


def test_branch_of_another_kind_is_not_deleted(repo: NewRepo) -> None:
    repo.api.create_tag(repo.id, tag="v1", **DATASET)
    with pytest.raises(HfHubHTTPError, match="Invalid rev id"):
        repo.api.delete_branch(repo.id, branch="v1", **DATASET)
    with pytest.raises(HfHubHTTPError, match="Cannot delete refs/heads/main"):
        repo.api.delete_branch(repo.id, branch="main", **DATASET)


def test_commits_of_a_deleted_branch_stay_readable(repo: NewRepo) -> None:
    repo.api.create_branch(repo.id, branch="dev", **DATASET)
    info = repo.api.upload_file(
        path_or_fileobj=b"1", path_in_repo="a", repo_id=repo.id, revision="dev", **DATASET
    )
    repo.api.delete_branch(repo.id, branch="dev", **DATASET)
    assert repo.read("a", info.oid).body == b"1"
    assert repo.read("a", info.oid[:9]).body == b"1"


@pytest.mark.parametrize("branch", ["refs/pr/5", "refs/x/y", "a..b", "a b", ".a", "a.lock"])
def test_bad_branch_name_is_refused(repo: NewRepo, branch: str) -> None:
    with pytest.raises(BadRequestError, match="Invalid reference for a branch"):
        repo.api.create_branch(repo.id, branch=branch, **DATASET)


@pytest.mark.parametrize("name", ["v1.0+cu118", "feature/x", "a@b", "#1", "ü", "a" * 255])
def test_git_takes_the_name(name: str) -> None:
    assert is_ref_name(name)


@pytest.mark.parametrize(
    "name",
    [
        *("", "/a", "a/", "a//b", "a/.b", "a.", "a~1", "a^", "a:b", "a?", "a*", "a[", "a\\b"),
        *("a\0b", "a\x7f", "@", "a@{1}", "-a", "a.lock/b", "a" * 256),
    ],
)
def test_git_does_not_take_the_name(name: str) -> None:
    assert not is_ref_name(name)


def test_history_comes_in_pages_and_as_html(repo: NewRepo) -> None:
    for path in ("a", "b", "<c>"):
        repo.upload(path, b"1")
    assert heads(repo) == [f"Upload {path} with huggingface_hub" for path in ("<c>", "b", "a")] + [
        "initial commit"
    ]
    formatted = repo.api.list_repo_commits(repo.id, formatted=True, **DATASET)[0]
    assert formatted.formatted_title == "Upload &lt;c&gt; with huggingface_hub"
    second_page = repo.send("GET", "/commits/main?p=1&limit=2").json
    assert [item["title"] for item in second_page][-1] == "initial commit"
    with pytest.raises(RevisionNotFoundError):
        heads(repo, "missing")


def test_squashed_branch_has_one_commit_and_others_keep_theirs(repo: NewRepo) -> None:
    for text in (b"1", b"2"):
        repo.upload("a", text)
    before = repo.api.dataset_info(repo.id).sha
    assert before
    repo.api.create_branch(repo.id, branch="dev", **DATASET)
    repo.api.super_squash_history(repo.id, commit_message="all", **DATASET)
    assert heads(repo) == ["all"]
    assert len(heads(repo, "dev")) == 3
    assert repo.read("a").body == repo.read("a", before).body == b"2"
    expanded = repo.api.get_paths_info(repo.id, ["a"], expand=True, **DATASET)
    assert expanded[0].last_commit
    assert expanded[0].last_commit.title == "all"


def test_pull_request_can_be_squashed_and_a_tag_cannot(repo: NewRepo) -> None:
    pull_request = repo.api.create_pull_request(repo.id, "squash me", **DATASET)
    ref = str(pull_request.git_reference)
    repo.api.upload_file(
        path_or_fileobj=b"1", path_in_repo="a", repo_id=repo.id, revision=ref, **DATASET
    )
    repo.api.super_squash_history(repo.id, branch=ref, commit_message="all", **DATASET)
    assert (heads(repo, ref), repo.files(ref)) == (["all"], ["a"])
    repo.api.create_tag(repo.id, tag="v1", **DATASET)
    with pytest.raises(BadRequestError):
        repo.api.super_squash_history(repo.id, branch="v1", **DATASET)
    with pytest.raises(RevisionNotFoundError):
        repo.api.super_squash_history(repo.id, branch="missing", **DATASET)


def test_committing_to_a_tag_is_refused(repo: NewRepo) -> None:
    repo.api.create_tag(repo.id, tag="v1", **DATASET)
    tag = quote("refs/tags/v1", safe="")
    for revision in ("v1", tag):
        answer = repo.send("POST", f"/commit/{revision}", b"")
        assert (answer.status, answer.headers["X-Error-Code"]) == (404, "RevisionNotFound")

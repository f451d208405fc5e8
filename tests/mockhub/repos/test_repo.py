"""A repository: references, revisions and commits."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mockhub.errors import ConflictError, RepoNotFoundError, RevisionNotFoundError
from mockhub.repos.repo import MAIN, Repo
from tests.support.mockhub.trees import entry


def add(repo: Repo, path: str, ref: str = MAIN) -> str:
    """Add a file in a commit of its own."""
    head = repo.refs.get(ref)
    parents = (head,) if head else ()
    changes = {path: entry(path)}
    return repo.add_commit(ref, changes, title=path, message="", author="ann", parents=parents)


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    repo = Repo(tmp_path / "oid", "dataset", "user/data")
    add(repo, "one")
    add(repo, "two")
    return repo


def test_revision_is_a_reference_or_a_commit(repo: Repo) -> None:
    first = [sha for sha, _ in repo.history(repo.refs[MAIN])][-1]
    repo.add_ref("refs/tags/v1", first)
    for revision in ("v1", "refs/tags/v1", first, first[:7]):
        assert repo.resolve(revision) == first
    assert repo.resolve("main") == repo.resolve(MAIN) == repo.refs[MAIN]
    for revision in ("", "v2", first[:6], "0" * 40, "tags/v1"):
        with pytest.raises(RevisionNotFoundError):
            repo.resolve(revision)


def test_branch_goes_before_a_tag_of_the_same_name(repo: Repo) -> None:
    repo.add_ref("refs/tags/v1", "main")
    repo.add_ref("refs/heads/v1", "main")
    assert repo.ref("v1") == "refs/heads/v1"


def test_commits_are_readable_without_a_reference(repo: Repo) -> None:
    repo.add_ref("refs/heads/dev", "main")
    sha = add(repo, "three", "refs/heads/dev")
    repo.delete_ref("refs/heads/dev")
    assert sorted(repo.tree(repo.resolve(sha))) == ["one", "three", "two"]
    assert sorted(repo.tree(repo.resolve("main"))) == ["one", "two"]


def test_reference_is_created_and_deleted_once(repo: Repo) -> None:
    with pytest.raises(ConflictError, match=MAIN):
        repo.add_ref(MAIN, "main")
    repo.delete_ref(MAIN)
    with pytest.raises(RevisionNotFoundError):
        repo.delete_ref(MAIN)


def test_stored_repository_is_the_same(repo: Repo, tmp_path: Path) -> None:
    repo.private, repo.gated = True, "manual"
    repo.save()
    loaded = Repo.load(tmp_path / "oid")
    assert (loaded.id, loaded.oid, loaded.private, loaded.gated) == (
        "user/data",
        "oid",
        True,
        "manual",
    )
    assert loaded.refs == repo.refs
    assert dict(loaded.tree(loaded.resolve("main"))) == dict(repo.tree(repo.resolve("main")))


def test_settings_are_written_in_one_step(repo: Repo, tmp_path: Path) -> None:
    repo.save()
    assert [path.name for path in (tmp_path / "oid").glob("repo.json*")] == ["repo.json"]
    assert json.loads((tmp_path / "oid" / "repo.json").read_text())["id"] == "user/data"


def test_deleted_repository_cannot_be_changed(repo: Repo) -> None:
    repo.deleted = True
    for change in (repo.save, lambda: add(repo, "three"), lambda: repo.delete_ref(MAIN)):
        with pytest.raises(RepoNotFoundError):
            change()


@pytest.mark.parametrize(
    ("repo_type", "path"),
    [("model", "user/data"), ("dataset", "datasets/user/data"), ("space", "spaces/user/data")],
)
def test_path_of_pages_has_the_type(tmp_path: Path, repo_type: str, path: str) -> None:
    repo = Repo(tmp_path / "oid", repo_type, "user/data")  # type: ignore[arg-type]
    assert (repo.web_path, repo.namespace) == (path, "user")

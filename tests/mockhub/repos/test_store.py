"""Repositories on disk: what outlasts the server, and what no name reaches."""

from __future__ import annotations

from pathlib import Path

import pytest
from huggingface_hub.errors import GatedRepoError

from mockhub.errors import BadRequestError, RepoNotFoundError
from mockhub.repos.repo import MAIN, Repo
from mockhub.repos.store import RepoStore
from mockhub.server.process import Hub
from mockhub.storage.blobs import BlobStore
from tests.support.mockhub.wire import OTHERS, client, send


@pytest.fixture
def store(tmp_path: Path) -> RepoStore:
    return open_store(tmp_path)


def open_store(root: Path) -> RepoStore:
    """Repositories that a server opens when it starts."""
    return RepoStore(root / "repos", BlobStore(root / "blobs"))


def create(store: RepoStore, repo_id: str = "user/data") -> Repo:
    return store.create("dataset", repo_id, private=False, author="user", files={})


def commit(repo: Repo) -> None:
    with repo.lock:
        repo.add_commit(MAIN, {}, title="t", message="", author="user", parents=())


def test_moved_repository_is_found_after_a_restart(store: RepoStore, tmp_path: Path) -> None:
    repo = create(store, "user/One")
    store.move(repo, "user/two")
    store.move(repo, "user/three")
    store = open_store(tmp_path)
    result = store.get("dataset", "USER/THREE")
    assert result is not None
    assert result.oid == repo.oid
    for former in ("user/one", "user/TWO"):
        assert store.get("dataset", former) is None
        assert store.moved("dataset", former) is result
        assert store.moved("model", former) is None


def test_refused_move_changes_nothing(store: RepoStore) -> None:
    repo = create(store)
    create(store, "user/other")
    with pytest.raises(FileExistsError):
        store.move(repo, "user/Other")
    with pytest.raises(BadRequestError):
        store.move(repo, "user/../other")
    assert store.get("dataset", "user/data") is repo
    assert (repo.id, repo.former_ids) == ("user/data", [])


def test_deleted_repository_does_not_come_back(store: RepoStore, tmp_path: Path) -> None:
    repo = create(store)
    store.delete(repo)
    for change in (commit, store.delete, lambda item: store.move(item, "user/new")):
        with pytest.raises(RepoNotFoundError):
            change(repo)
    assert list((tmp_path / "repos").iterdir()) == []
    assert open_store(tmp_path).all("dataset") == []


def test_half_deleted_repository_is_not_opened(store: RepoStore, tmp_path: Path) -> None:
    repo = create(store)
    (tmp_path / "repos" / repo.oid / "repo.json").unlink()
    assert open_store(tmp_path).all("dataset") == []


def test_no_name_becomes_a_path(store: RepoStore, tmp_path: Path) -> None:
    create(store, "user/con.txt")
    names = [path.name for path in tmp_path.rglob("*")]
    assert names
    assert not any("user" in name or "con" in name for name in names if name != "commits")


def test_settings_and_lists_outlast_the_server(tmp_path: Path) -> None:
    users = ["user:hf_mockhub", f"stranger:{OTHERS['stranger']}", f"Guest:{OTHERS['Guest']}"]
    with Hub.start(tmp_path, users=users) as hub:
        api = client(hub)
        for name in ("private", "gated"):
            api.create_repo(name, repo_type="dataset")
        api.update_repo_settings("user/private", repo_type="dataset", private=True)
        api.update_repo_settings("user/gated", repo_type="dataset", gated="manual")
        api.grant_access("user/gated", "stranger", repo_type="dataset")
        path = "/mockhub/datasets/user/gated"
    with Hub.start(tmp_path, users=users) as hub:
        api = client(hub)
        assert api.dataset_info("user/private").private
        assert api.dataset_info("user/gated").gated == "manual"
        client(hub, "stranger").auth_check("user/gated", repo_type="dataset")
        with pytest.raises(GatedRepoError):
            client(hub, "Guest").auth_check("user/gated", repo_type="dataset")
        assert send(hub, "PUT", path, {"disabled": True}).status == 200
    with Hub.start(tmp_path, users=users) as hub:
        assert send(hub, "GET", "/api/datasets/user/gated").status == 403

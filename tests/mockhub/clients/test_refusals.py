"""Every refusal becomes the exception its client has for it, in every generation of clients."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import HfApi
from huggingface_hub.errors import (
    BadRequestError,
    DisabledRepoError,
    EntryNotFoundError,
    GatedRepoError,
    HfHubHTTPError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from mockhub.server.environment import using
from tests.support.mockhub.wire import NewRepo, client, send

pytestmark = pytest.mark.clients


@pytest.fixture
def full(repo: NewRepo) -> Iterator[NewRepo]:
    """A repository with a file, on the Hub that all clients use: 0.36 knows but one."""
    with using(repo.hub):
        repo.upload("a.csv", b"text")
        yield repo


def calls(api: HfApi, repo_id: str, folder: Path) -> dict[str, Callable[[], object]]:
    """One call of each kind that a refused client makes."""
    return {
        "info": lambda: api.dataset_info(repo_id),
        "tree": lambda: list(api.list_repo_tree(repo_id, repo_type="dataset")),
        "paths": lambda: api.get_paths_info(repo_id, "a.csv", repo_type="dataset"),
        "commits": lambda: api.list_repo_commits(repo_id, repo_type="dataset"),
        "check": lambda: api.auth_check(repo_id, repo_type="dataset"),
        "upload": lambda: api.upload_file(
            path_or_fileobj=b"new", path_in_repo="b.csv", repo_id=repo_id, repo_type="dataset"
        ),
        "download": lambda: api.hf_hub_download(
            repo_id, "a.csv", repo_type="dataset", cache_dir=folder
        ),
    }


@pytest.mark.parametrize(("user", "status"), [("stranger", 404), (None, 401)])
def test_hidden_repository(full: NewRepo, tmp_path: Path, user: str | None, status: int) -> None:
    full.api.update_repo_settings(full.id, repo_type="dataset", private=True)
    for call in calls(client(full.hub, user), full.id, tmp_path).values():
        with pytest.raises(RepositoryNotFoundError) as caught:
            call()
        assert type(caught.value) is RepositoryNotFoundError
        assert caught.value.response.status_code == status


@pytest.mark.parametrize(("user", "status"), [("stranger", 403), (None, 401)])
def test_gated_repository(full: NewRepo, tmp_path: Path, user: str | None, status: int) -> None:
    full.api.update_repo_settings(full.id, repo_type="dataset", gated="auto")
    result = calls(client(full.hub, user), full.id, tmp_path)
    result.pop("info")()
    for kind in ("check", "download"):
        with pytest.raises(GatedRepoError, match="restricted") as caught:
            result[kind]()
        assert caught.value.response.status_code == status


def test_disabled_repository(full: NewRepo, tmp_path: Path) -> None:
    path = f"/mockhub/datasets/{full.id}"
    assert send(full.hub, "PUT", path, {"disabled": True}).status == 200
    result = calls(full.api, full.id, tmp_path)
    result.pop("download")  # clients hide this reason behind a missing local file
    for call in result.values():
        with pytest.raises(DisabledRepoError):
            call()
    assert send(full.hub, "PUT", path, {"disabled": False}).status == 200
    assert not full.api.dataset_info(full.id).disabled


def test_missing_revision(full: NewRepo, tmp_path: Path) -> None:
    api = full.api
    more: dict[str, Any] = {"repo_type": "dataset", "revision": "nowhere"}
    for call in (
        lambda: api.dataset_info(full.id, revision="nowhere"),
        lambda: list(api.list_repo_tree(full.id, **more)),
        lambda: api.list_repo_commits(full.id, **more),
        lambda: api.hf_hub_download(full.id, "a.csv", cache_dir=tmp_path, **more),
        lambda: api.upload_file(
            path_or_fileobj=b"new", path_in_repo="b.csv", repo_id=full.id, **more
        ),
    ):
        with pytest.raises(RevisionNotFoundError):
            call()


def test_missing_file(full: NewRepo, tmp_path: Path) -> None:
    api = full.api
    with pytest.raises(EntryNotFoundError):
        api.hf_hub_download(full.id, "no.csv", repo_type="dataset", cache_dir=tmp_path)
    with pytest.raises(EntryNotFoundError):
        list(api.list_repo_tree(full.id, "no", repo_type="dataset"))
    assert not api.file_exists(full.id, "no.csv", repo_type="dataset")


def test_writing_without_the_right(full: NewRepo, tmp_path: Path) -> None:
    for user in ("stranger", "reader"):
        with pytest.raises(HfHubHTTPError, match="not the required permissions") as caught:
            calls(client(full.hub, user), full.id, tmp_path)["upload"]()
        assert type(caught.value) is HfHubHTTPError
        assert caught.value.response.status_code == 403


def test_writing_without_an_account(full: NewRepo, tmp_path: Path) -> None:
    with pytest.raises(RepositoryNotFoundError) as caught:
        calls(client(full.hub, None), full.id, tmp_path)["upload"]()
    assert caught.value.response.status_code == 401


def test_unknown_token(full: NewRepo, tmp_path: Path) -> None:
    api = HfApi(endpoint=full.hub.url, token="hf_wrong")
    result = calls(api, full.id, tmp_path)
    result.pop("download")  # clients hide this reason behind a missing local file
    for call in result.values():
        with pytest.raises(HfHubHTTPError, match="Invalid credentials") as caught:
            call()
        assert type(caught.value) is HfHubHTTPError
        assert caught.value.response.status_code == 401


def test_wrong_request(full: NewRepo) -> None:
    with pytest.raises(BadRequestError, match="expand"):
        full.api.dataset_info(full.id, expand=["nothing"])  # type: ignore[list-item]

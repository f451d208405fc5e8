"""Rights: accounts, organizations, and what others may see and change."""

from __future__ import annotations

import uuid
from functools import partial

import pytest
from huggingface_hub import HfApi
from huggingface_hub.errors import HfHubHTTPError, RepositoryNotFoundError

from mockhub.server.process import Hub
from tests.support.mockhub.wire import ORG, OTHERS, NewRepo, client, send


def test_whoami_tells_organizations_and_roles(shared_hub: Hub) -> None:
    for user, role in (("user", "write"), ("Guest", "read")):
        (org,) = client(shared_hub, user).whoami()["orgs"]
        assert (org["name"], org["roleInOrg"]) == (ORG, role)
    assert client(shared_hub, "stranger").whoami()["orgs"] == []
    role = client(shared_hub, "reader").whoami()["auth"]["accessToken"]["role"]
    assert role == "read"


def test_whoami_needs_a_token(shared_hub: Hub) -> None:
    answer = send(shared_hub, "GET", "/api/whoami-v2", token=None)
    assert (answer.status, answer.headers["X-Error-Code"]) == (401, None)


def test_members_share_the_repositories_of_an_organization(shared_hub: Hub) -> None:
    name = f"{ORG}/{uuid.uuid4().hex}"
    owner, member = client(shared_hub), client(shared_hub, "Guest")
    assert owner.create_repo(name, repo_type="dataset", private=True).repo_id == name
    owner.update_repo_settings(name, repo_type="dataset", gated="manual")
    assert member.dataset_info(name).private
    member.auth_check(name, repo_type="dataset")
    for change in (member.delete_repo, partial(member.auth_check, write=True)):
        with pytest.raises(HfHubHTTPError, match="not the required permissions") as caught:
            change(repo_id=name, repo_type="dataset")
        assert caught.value.response.status_code == 403
    with pytest.raises(RepositoryNotFoundError):
        client(shared_hub, "stranger").dataset_info(name)
    owner.auth_check(name, repo_type="dataset", write=True)


@pytest.mark.parametrize("user", OTHERS)
def test_only_writing_members_make_repositories_there(shared_hub: Hub, user: str) -> None:
    with pytest.raises(HfHubHTTPError, match=f'under the namespace "{ORG}"') as caught:
        client(shared_hub, user).create_repo(f"{ORG}/new", repo_type="dataset")
    assert caught.value.response.status_code == 403


def test_token_names_its_account(shared_hub: Hub) -> None:
    for token, name in ((shared_hub.token, "user"), (OTHERS["reader"], "reader")):
        assert HfApi(endpoint=shared_hub.url, token=token).whoami()["name"] == name


@pytest.mark.parametrize("path", ["/api/whoami-v2", "", "/tree/main"])
def test_unknown_token_is_refused_even_for_public_things(repo: NewRepo, path: str) -> None:
    path = path if path.startswith("/api") else f"/api/datasets/{repo.id}{path}"
    answer = send(repo.hub, "GET", path, token="hf_wrong")
    assert answer.status == 401
    assert answer.headers["X-Error-Message"] == "Invalid credentials in Authorization header"


def test_token_must_come_as_a_bearer(shared_hub: Hub) -> None:
    headers = {"Authorization": f"Basic {shared_hub.token}"}
    assert send(shared_hub, "GET", "/api/whoami-v2", token=None, headers=headers).status == 401


def test_anonymous_reads_public_and_cannot_write(repo: NewRepo) -> None:
    assert repo.send("GET", "", token=None).status == 200
    assert repo.send("POST", "/branch/dev", token=None).status == 401


@pytest.mark.parametrize("name", OTHERS)
def test_writing_elsewhere_is_forbidden(repo: NewRepo, name: str) -> None:
    assert repo.send("GET", "", token=OTHERS[name]).status == 200
    for path in ("/branch/dev", "/preupload/main", "/commit/main"):
        assert repo.send("POST", path, b"{}", token=OTHERS[name]).status == 403
    body = {"type": "dataset", "name": "new", "organization": "user"}
    assert send(repo.hub, "POST", "/api/repos/create", body, token=OTHERS[name]).status == 403


def test_reading_token_may_not_create_its_own(shared_hub: Hub) -> None:
    api = HfApi(endpoint=shared_hub.url, token=OTHERS["reader"])
    with pytest.raises(HfHubHTTPError) as caught:
        api.create_repo("reader/new", repo_type="dataset")
    assert caught.value.response.status_code == 403


def test_anyone_with_an_account_may_propose(repo: NewRepo) -> None:
    api = HfApi(endpoint=repo.hub.url, token=OTHERS["stranger"])
    info = api.upload_file(
        path_or_fileobj=b"text",
        path_in_repo="a.txt",
        repo_id=repo.id,
        repo_type="dataset",
        create_pr=True,
    )
    assert info.pr_num == 1
    assert repo.files() == []
    assert repo.files("refs/pr/1") == ["a.txt"]


def test_private_repo_looks_missing_to_others(repo: NewRepo) -> None:
    name = f"{repo.id}-private"
    repo.api.create_repo(name, repo_type="dataset", private=True)
    assert repo.api.dataset_info(name).private
    for token in (OTHERS["stranger"], False):
        with pytest.raises(RepositoryNotFoundError):
            HfApi(endpoint=repo.hub.url, token=token).dataset_info(name)

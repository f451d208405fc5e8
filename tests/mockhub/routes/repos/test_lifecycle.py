"""Making, moving, changing and removing repositories."""

from __future__ import annotations

import uuid

import pytest
from huggingface_hub import HfApi
from huggingface_hub.errors import HfHubHTTPError, RepositoryNotFoundError

from mockhub.server.process import Hub
from tests.support.mockhub.wire import ORG, OTHERS, NewRepo, client, send


@pytest.fixture
def name() -> str:
    """A name nobody has taken."""
    return uuid.uuid4().hex


@pytest.fixture
def api(shared_hub: Hub) -> HfApi:
    """The client of the first account."""
    return client(shared_hub)


def status_of(error: pytest.ExceptionInfo[HfHubHTTPError]) -> int:
    return int(error.value.response.status_code)


@pytest.mark.parametrize("repo_type", ["model", "dataset"])
def test_new_repository_has_one_commit_and_one_file(api: HfApi, name: str, repo_type: str) -> None:
    url = api.create_repo(name, repo_type=repo_type)
    assert (url.repo_id, url.repo_type) == (f"user/{name}", repo_type)
    (commit,) = api.list_repo_commits(url.repo_id, repo_type=repo_type)
    assert commit.title == "initial commit"
    assert api.list_repo_files(url.repo_id, repo_type=repo_type) == [".gitattributes"]


def test_new_space_tells_its_sdk(api: HfApi, name: str) -> None:
    url = api.create_repo(name, repo_type="space", space_sdk="static")
    info = api.space_info(url.repo_id)
    assert (info.sdk, info.private) == ("static", False)
    assert len(api.list_repo_commits(url.repo_id, repo_type="space")) == 1


@pytest.mark.parametrize("sdk", [{}, {"sdk": "flask"}, {"sdk": ["static"]}])
def test_space_without_a_known_sdk_is_refused(
    shared_hub: Hub, name: str, sdk: dict[str, object]
) -> None:
    body = {"name": name, "type": "space", **sdk}
    assert send(shared_hub, "POST", "/api/repos/create", body).status == 400


def test_existing_repository_is_reported_or_tolerated(api: HfApi, repo: NewRepo) -> None:
    with pytest.raises(HfHubHTTPError, match="You already created this dataset repo") as caught:
        api.create_repo(repo.id, repo_type="dataset")
    assert status_of(caught) == 409
    url = api.create_repo(repo.id.upper(), repo_type="dataset", exist_ok=True)
    assert url.repo_id == repo.id


def test_kinds_do_not_share_names(api: HfApi, repo: NewRepo) -> None:
    api.create_repo(repo.id, repo_type="model")
    api.delete_repo(repo.id, repo_type="model")
    assert api.repo_exists(repo.id, repo_type="dataset")


@pytest.mark.parametrize(
    ("body", "private"),
    [
        ({}, False),
        ({"private": None}, False),
        ({"private": True}, True),
        ({"visibility": "private"}, True),
        ({"visibility": "public"}, False),
    ],
)
def test_privacy_comes_by_either_name(
    shared_hub: Hub, api: HfApi, name: str, body: dict[str, object], private: bool
) -> None:
    assert send(shared_hub, "POST", "/api/repos/create", {"name": name, **body}).status == 200
    assert api.model_info(f"user/{name}").private is private


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": 1},
        {"name": "a", "type": "kernel"},
        {"name": "a", "type": ["model"]},
        {"name": "a", "organization": ["user"]},
        {"name": "a", "visibility": "secret"},
        {"name": "a", "private": "yes"},
        {"name": ""},
        {"name": ".."},
        {"name": "a/../b"},
        {"name": "a/b"},
        {"name": "/etc"},
        {"name": "a\0"},
        {"name": "%2e%2e"},
        {"name": "a--b"},
        {"name": "a..b"},
        {"name": "a.git"},
        {"name": "-a"},
        {"name": "x" * 97},
    ],
)
def test_malformed_creation_is_refused(shared_hub: Hub, body: dict[str, object]) -> None:
    assert send(shared_hub, "POST", "/api/repos/create", body).status == 400


def test_anonymous_creation_is_refused(shared_hub: Hub, name: str) -> None:
    answer = send(shared_hub, "POST", "/api/repos/create", {"name": name}, token=None)
    assert (answer.status, answer.headers["X-Error-Code"]) == (401, None)
    assert answer.headers["WWW-Authenticate"].startswith("Bearer ")


def test_deleted_repository_is_gone(api: HfApi, repo: NewRepo) -> None:
    api.delete_repo(repo.id, repo_type="dataset")
    assert not api.repo_exists(repo.id, repo_type="dataset")
    with pytest.raises(RepositoryNotFoundError):
        api.delete_repo(repo.id, repo_type="dataset")
    api.delete_repo(repo.id, repo_type="dataset", missing_ok=True)
    api.create_repo(repo.id, repo_type="dataset")
    assert repo.files() == []


def test_repository_of_somebody_else_stays(repo: NewRepo) -> None:
    other = client(repo.hub, "stranger")
    with pytest.raises(HfHubHTTPError) as caught:
        other.delete_repo(repo.id, repo_type="dataset")
    assert status_of(caught) == 403
    repo.api.update_repo_settings(repo.id, repo_type="dataset", private=True)
    with pytest.raises(RepositoryNotFoundError):
        other.delete_repo(repo.id, repo_type="dataset")


@pytest.mark.parametrize("private", [False, True])
def test_moved_repository_is_found_by_both_ids(
    api: HfApi, repo: NewRepo, name: str, private: bool
) -> None:
    repo.upload("a.txt", b"text")
    repo.upload("b.bin", b"\0" * 2000)
    api.update_repo_settings(repo.id, repo_type="dataset", private=private)
    api.move_repo(repo.id, f"user/{name}", repo_type="dataset")
    for item in (repo.id, f"user/{name}"):
        assert api.dataset_info(item).id == f"user/{name}"
        for path, size in (("a.txt", 4), ("b.bin", 2000)):
            url = f"{repo.hub.url}/datasets/{item}/resolve/main/{path}"
            assert api.get_hf_file_metadata(url=url).size == size
        assert "a.txt" in api.list_repo_files(item, repo_type="dataset")
    answer = repo.send("GET", "/tree/main?recursive=true&expand=false", follow=False)
    assert answer.status == 307
    assert answer.headers["Location"] == (
        f"/api/datasets/user/{name}/tree/main?recursive=true&expand=false"
    )


def test_uploads_follow_a_moved_repository(api: HfApi, repo: NewRepo, name: str) -> None:
    api.move_repo(repo.id, f"user/{name}", repo_type="dataset")
    repo.upload("b.bin", b"\0" * 2000)
    assert "b.bin" in api.list_repo_files(f"user/{name}", repo_type="dataset")


def test_lfs_calls_follow_a_moved_repository(api: HfApi, repo: NewRepo, name: str) -> None:
    api.move_repo(repo.id, f"user/{name}", repo_type="dataset")
    path = f"/datasets/{repo.id}.git/info/lfs/objects/batch"
    answer = send(repo.hub, "POST", path, {}, follow=False)
    assert answer.headers["Location"] == f"/datasets/user/{name}.git/info/lfs/objects/batch"


def test_encoded_id_is_replaced_too(api: HfApi, repo: NewRepo, name: str) -> None:
    api.move_repo(repo.id, f"{ORG}/{name}", repo_type="dataset")
    for start, end in (("/api/datasets", "refs"), ("/datasets", "resolve/main/a%20%2Fb.txt")):
        path = f"{start}/%75ser/{repo.id.removeprefix('user/')}/{end}"
        answer = send(repo.hub, "GET", path, follow=False)
        assert answer.headers["Location"] == f"{start}/{ORG}/{name}/{end}"


def test_move_of_a_private_repository_stays_hidden(api: HfApi, repo: NewRepo, name: str) -> None:
    api.update_repo_settings(repo.id, repo_type="dataset", private=True)
    api.move_repo(repo.id, f"user/{name}", repo_type="dataset")
    for token, status in ((OTHERS["stranger"], 404), (None, 401)):
        answer = repo.send("GET", "", token=token, follow=False)
        assert (answer.status, answer.headers["X-Error-Code"]) == (status, "RepoNotFound")


def test_new_repository_takes_an_old_id(api: HfApi, repo: NewRepo, name: str) -> None:
    repo.upload("a.txt", b"text")
    api.move_repo(repo.id, f"user/{name}", repo_type="dataset")
    with pytest.raises(RepositoryNotFoundError):
        api.delete_repo(repo.id, repo_type="dataset")
    api.create_repo(repo.id, repo_type="dataset")
    assert repo.files() == []
    assert "a.txt" in api.list_repo_files(f"user/{name}", repo_type="dataset")


def test_moved_repository_can_come_back(api: HfApi, repo: NewRepo, name: str) -> None:
    api.move_repo(repo.id, f"user/{name}", repo_type="dataset")
    api.move_repo(f"user/{name}", repo.id, repo_type="dataset")
    assert api.dataset_info(f"user/{name}").id == repo.id
    api.move_repo(repo.id, repo.id.upper().replace("USER", "user"), repo_type="dataset")
    assert api.dataset_info(repo.id).id == repo.id.upper().replace("USER", "user")


def test_taken_id_is_refused(api: HfApi, repo: NewRepo, name: str) -> None:
    api.create_repo(name, repo_type="dataset")
    with pytest.raises(HfHubHTTPError, match=r"A dataset repository called .* already exists"):
        api.move_repo(repo.id, f"user/{name}", repo_type="dataset")


def test_move_needs_rights_at_both_ends(api: HfApi, repo: NewRepo, name: str) -> None:
    for user in ("stranger", "Guest"):
        with pytest.raises(HfHubHTTPError) as caught:
            client(repo.hub, user).move_repo(repo.id, f"{user}/{name}", repo_type="dataset")
        assert status_of(caught) == 403
    with pytest.raises(HfHubHTTPError, match="rights to create a dataset") as caught:
        api.move_repo(repo.id, f"stranger/{name}", repo_type="dataset")
    assert status_of(caught) == 403
    api.move_repo(repo.id, f"{ORG}/{name}", repo_type="dataset")
    assert api.dataset_info(repo.id).id == f"{ORG}/{name}"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"fromRepo": 1, "toRepo": "user/b"}, 400),
        ({"toRepo": "user/.."}, 400),
        ({"toRepo": "user"}, 400),
        ({"toRepo": "user/a/b"}, 400),
        ({"fromRepo": "user/nothing", "toRepo": "user/b"}, 404),
    ],
)
def test_malformed_move_is_refused(repo: NewRepo, body: dict[str, object], status: int) -> None:
    body = {"fromRepo": repo.id, "type": "dataset", **body} if body else body
    assert send(repo.hub, "POST", "/api/repos/move", body).status == status


def test_duplicate_has_the_files_and_none_of_the_history(
    repo: NewRepo, name: str, api: HfApi
) -> None:
    repo.upload("a.txt", b"text")
    repo.upload("b.bin", b"\0" * 2000)
    repo.send("PUT", "/settings", {"private": True})
    url = api.duplicate_repo(repo.id, f"{ORG}/{name}", repo_type="dataset")
    assert url.repo_id == f"{ORG}/{name}"
    assert api.dataset_info(url.repo_id).private
    copy = NewRepo(repo.hub, url.repo_id)
    assert copy.files() == ["a.txt", "b.bin"]
    assert copy.read("b.bin").body == b"\0" * 2000
    assert len(api.list_repo_commits(url.repo_id, repo_type="dataset")) == 1
    with pytest.raises(HfHubHTTPError, match="You already created"):
        api.duplicate_repo(repo.id, f"{ORG}/{name}", repo_type="dataset")
    with pytest.raises(RepositoryNotFoundError):
        client(repo.hub, "stranger").duplicate_repo(repo.id, repo_type="dataset")
    assert repo.send("POST", "/duplicate", {}).status == 400
    body = {"repository": f"stranger/{name}"}
    assert repo.send("POST", "/duplicate", body).status == 403


def test_settings_show_at_once(api: HfApi, repo: NewRepo) -> None:
    for gated in ("auto", "manual", False):
        for private in (True, False):
            api.update_repo_settings(repo.id, repo_type="dataset", gated=gated, private=private)
            info = api.dataset_info(repo.id)
            assert (info.gated, info.private) == (gated, private)
    assert repo.send("PUT", "/settings", {"gated": "auto", "else": 1}).json == {"gated": "auto"}


@pytest.mark.parametrize(
    "body", [{"gated": True}, {"gated": []}, {"gated": None}, {"visibility": 1}, {"private": 1}]
)
def test_malformed_settings_are_refused(repo: NewRepo, body: dict[str, object]) -> None:
    assert repo.send("PUT", "/settings", body).status == 400


@pytest.mark.parametrize("user", OTHERS)
def test_settings_are_for_owners(repo: NewRepo, user: str) -> None:
    assert repo.send("PUT", "/settings", {"private": True}, token=OTHERS[user]).status == 403


def test_names_do_not_care_about_letter_case(api: HfApi, repo: NewRepo) -> None:
    assert api.dataset_info(repo.id.upper()).id == repo.id


@pytest.mark.parametrize(
    "path",
    [
        "/api/datasets/name",
        "/api/datasets/name/tree/main",
        "/api/datasets/name/revision/main",
        "/name/resolve/main/a.txt",
        "/datasets/name/resolve/main/a.txt",
        "/api/datasets/..%2f..%2fetc/passwd",
        "/api/datasets/user/%2e%2e",
        "/datasets/%2e%2e/%2e%2e/resolve/main/a.txt",
        "/api/datasets/%00/a",
    ],
)
def test_names_without_namespace_are_not_found(shared_hub: Hub, path: str) -> None:
    for token, status in (("", 404), (None, 401)):
        answer = send(shared_hub, "GET", path, token=token)
        assert (answer.status, answer.headers["X-Error-Code"]) == (status, "RepoNotFound")

"""Gated repositories, as their owners and readers meet them."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path

import pytest
from huggingface_hub import HfApi
from huggingface_hub.errors import GatedRepoError, HfHubHTTPError

from tests.support.mockhub.wire import OTHERS, NewRepo, client, send

FILE = "data.csv"


@pytest.fixture
def gated(repo: NewRepo) -> NewRepo:
    """A repository that lets in whom its owner accepts."""
    repo.upload(FILE, b"text")
    repo.upload("README.md", b"---\nlicense: mit\n---\n")
    repo.api.update_repo_settings(repo.id, repo_type="dataset", gated="manual")
    return repo


def ask(repo: NewRepo, user: str = "stranger") -> int:
    """Ask for access as the form on the page does; the status of the page behind it."""
    path = f"/datasets/{repo.id}/ask-access"
    return send(repo.hub, "POST", path, {}, token=OTHERS[user], follow=False).status


def names(repo: NewRepo) -> dict[str, list[str | None]]:
    """Return the users of all access requests, by status."""
    api = repo.api
    requests = {
        "pending": api.list_pending_access_requests,
        "accepted": api.list_accepted_access_requests,
        "rejected": api.list_rejected_access_requests,
    }
    return {
        status: [request.username for request in listing(repo.id, repo_type="dataset")]
        for status, listing in requests.items()
    }


def stranger(repo: NewRepo) -> HfApi:
    return client(repo.hub, "stranger")


@pytest.mark.parametrize(("user", "status"), [("stranger", 403), (None, 401)])
def test_content_is_refused_and_the_rest_is_public(
    gated: NewRepo, user: str | None, status: int, tmp_path: Path
) -> None:
    api = client(gated.hub, user)
    assert api.dataset_info(gated.id).gated == "manual"
    assert api.dataset_info(gated.id, revision="main").siblings
    for path in ("auth-check", "xet-read-token/main"):
        answer = gated.send("GET", f"/{path}", token=OTHERS[user] if user else None)
        assert (answer.status, answer.headers["X-Error-Code"]) == (status, "GatedRepo")
    with pytest.raises(GatedRepoError, match="is restricted") as caught:
        api.hf_hub_download(gated.id, FILE, repo_type="dataset", cache_dir=tmp_path)
    assert caught.value.response.status_code == status


def test_card_is_public(gated: NewRepo) -> None:
    path = f"/datasets/{gated.id}/resolve/main/README.md"
    assert send(gated.hub, "GET", path, token=None).status == 200


def test_gate_comes_before_what_is_behind_it(gated: NewRepo) -> None:
    for path in ("main/nothing.csv", "nowhere/data.csv"):
        answer = send(gated.hub, "GET", f"/datasets/{gated.id}/resolve/{path}", token=None)
        assert answer.headers["X-Error-Code"] == "GatedRepo"


def test_owner_needs_no_access(gated: NewRepo) -> None:
    gated.api.auth_check(gated.id, repo_type="dataset")
    assert gated.read(FILE).body == b"text"


def test_request_waits_for_the_owner(gated: NewRepo) -> None:
    assert [ask(gated), ask(gated)] == [303, 303]
    assert names(gated)["pending"] == ["stranger"]
    with pytest.raises(GatedRepoError, match="awaiting a review"):
        stranger(gated).auth_check(gated.id, repo_type="dataset")
    gated.api.accept_access_request(gated.id, "stranger", repo_type="dataset")
    stranger(gated).auth_check(gated.id, repo_type="dataset")
    gated.api.reject_access_request(
        gated.id, "stranger", repo_type="dataset", rejection_reason="no"
    )
    assert ask(gated) == 303
    with pytest.raises(GatedRepoError, match="has been rejected"):
        stranger(gated).auth_check(gated.id, repo_type="dataset")
    assert names(gated) == {"pending": [], "accepted": [], "rejected": ["stranger"]}


def test_automatic_gate_opens_at_once(gated: NewRepo) -> None:
    gated.api.update_repo_settings(gated.id, repo_type="dataset", gated="auto")
    with pytest.raises(GatedRepoError, match="ask for access"):
        stranger(gated).auth_check(gated.id, repo_type="dataset")
    ask(gated)
    stranger(gated).auth_check(gated.id, repo_type="dataset")
    assert names(gated)["accepted"] == ["stranger"]


def test_listed_request_tells_who_and_when(gated: NewRepo) -> None:
    ask(gated)
    gated.api.grant_access(gated.id, "gUEST", repo_type="dataset")
    (pending,) = gated.api.list_pending_access_requests(gated.id, repo_type="dataset")
    (accepted,) = gated.api.list_accepted_access_requests(gated.id, repo_type="dataset")
    assert (pending.username, pending.status, bool(pending.email)) == ("stranger", "pending", True)
    assert (accepted.username, accepted.status, accepted.email) == ("Guest", "accepted", None)
    assert isinstance(pending.timestamp, datetime.datetime)


def test_decided_request_can_go_back_to_the_list(gated: NewRepo) -> None:
    gated.api.grant_access(gated.id, "stranger", repo_type="dataset")
    gated.api.cancel_access_request(gated.id, "stranger", repo_type="dataset")
    assert names(gated) == {"pending": ["stranger"], "accepted": [], "rejected": []}


def test_request_is_found_by_its_id(gated: NewRepo) -> None:
    ask(gated)
    (item,) = gated.send("GET", "/user-access-request/pending").json
    body = {"requestId": item["requestId"], "status": "accepted"}
    assert gated.send("POST", "/user-access-request/handle", body).status == 200
    assert names(gated)["accepted"] == ["stranger"]
    body = {"requestId": "unknown", "status": "accepted"}
    assert gated.send("POST", "/user-access-request/handle", body).status == 404


def test_pending_request_can_be_taken_back(gated: NewRepo) -> None:
    def withdraw() -> int:
        path = "/user-access-request/cancel"
        return gated.send("POST", path, token=OTHERS["stranger"]).status

    assert withdraw() == 404
    ask(gated)
    assert withdraw() == 200
    assert names(gated)["pending"] == []
    gated.api.grant_access(gated.id, "stranger", repo_type="dataset")
    assert withdraw() == 404


def test_nothing_is_decided_twice(gated: NewRepo) -> None:
    def refusal(decide: Callable[..., object]) -> tuple[int, str]:
        with pytest.raises(HfHubHTTPError) as caught:
            decide(gated.id, "stranger", repo_type="dataset")
        answer = caught.value.response
        return answer.status_code, answer.headers["X-Error-Message"]

    unknown = (404, "No access request found matching your criteria")
    assert refusal(gated.api.accept_access_request) == unknown
    gated.api.grant_access(gated.id, "stranger", repo_type="dataset")
    assert refusal(gated.api.accept_access_request) == unknown
    assert refusal(gated.api.grant_access) == (400, "That user already has access to the repo")


@pytest.mark.parametrize(
    ("route", "body", "status"),
    [
        ("grant", {"user": "nobody"}, 404),
        ("grant", {}, 400),
        ("grant", {"user": 1}, 400),
        ("handle", {"user": "stranger", "status": "maybe"}, 400),
        ("handle", {"user": "stranger", "status": ["accepted"]}, 400),
        ("handle", {"status": "accepted"}, 400),
        ("handle", [], 400),
    ],
)
def test_malformed_decision_is_refused(
    gated: NewRepo, route: str, body: object, status: int
) -> None:
    assert gated.send("POST", f"/user-access-request/{route}", body).status == status


@pytest.mark.parametrize("user", OTHERS)
def test_lists_are_for_owners(gated: NewRepo, user: str) -> None:
    for method, path in (("GET", "pending"), ("POST", "grant"), ("POST", "handle")):
        path = f"/user-access-request/{path}"
        body = {"user": user, "status": "accepted"}
        answer = gated.send(method, path, body, token=OTHERS[user])
        assert (answer.status, answer.headers["X-Error-Code"]) == (403, None)
        assert "not the required permissions" in answer.headers["X-Error-Message"]
        assert gated.send(method, path, body, token=None).status == 401


def test_open_repository_has_nobody_to_let_in(repo: NewRepo) -> None:
    for decide in (repo.api.grant_access, repo.api.accept_access_request):
        with pytest.raises(HfHubHTTPError, match="is not gated") as caught:
            decide(repo.id, "stranger", repo_type="dataset")
        assert caught.value.response.status_code == 400
    ask(repo)
    assert names(repo)["pending"] == []


def test_lists_outlast_an_open_time(gated: NewRepo) -> None:
    gated.api.grant_access(gated.id, "stranger", repo_type="dataset")
    for value in (False, "auto"):
        gated.api.update_repo_settings(gated.id, repo_type="dataset", gated=value)
        stranger(gated).auth_check(gated.id, repo_type="dataset")
    assert names(gated)["accepted"] == ["stranger"]

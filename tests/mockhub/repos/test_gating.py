"""Access requests of a gated repository, and decisions on them."""

from __future__ import annotations

from pathlib import Path

import pytest

from mockhub.errors import BadRequestError, HubError
from mockhub.repos import gating
from mockhub.repos.accounts import Account, Organization
from mockhub.repos.repo import Repo

OWNER, READER = Account("user", "a"), Account("Reader", "b")
MEMBER = Account("member", "c", organizations=(Organization("user", (("member", "read"),)),))


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    repo = Repo(tmp_path / "oid", "dataset", "user/data")
    (tmp_path / "oid").mkdir()
    repo.gated = "manual"
    return repo


def refused(repo: Repo, account: Account | None) -> str:
    """Return the message of a refusal; empty if there is none."""
    error = gating.refusal(repo, account, "http://page")
    return "" if error is None else error.message


def test_everybody_but_owners_needs_access(repo: Repo) -> None:
    assert "Please log in" in refused(repo, None)
    assert "Visit http://page" in refused(repo, READER)
    assert refused(repo, OWNER) == refused(repo, MEMBER) == ""
    repo.gated = False
    assert refused(repo, None) == ""


def test_accepted_request_gives_access(repo: Repo) -> None:
    gating.ask(repo, READER.name)
    assert "awaiting a review" in refused(repo, READER)
    gating.handle(repo, "READER", "rejected", OWNER.name)
    assert "has been rejected" in refused(repo, READER)
    gating.handle(repo, "reader", "accepted", OWNER.name)
    assert refused(repo, READER) == ""
    (request,) = gating.requests_of(repo, "accepted")
    assert (request.user, request.granted_by, request.asked) == ("Reader", "user", True)


def test_automatic_gate_accepts_at_once(repo: Repo) -> None:
    repo.gated = "auto"
    gating.ask(repo, READER.name)
    assert refused(repo, READER) == ""
    (request,) = gating.requests_of(repo, "accepted")
    assert request.granted_by is None


def test_second_request_changes_nothing(repo: Repo) -> None:
    gating.ask(repo, READER.name)
    gating.handle(repo, READER.name, "rejected", OWNER.name)
    gating.ask(repo, "READER")
    assert [request.user for request in gating.requests_of(repo, "rejected")] == ["Reader"]


def test_owner_grants_access_without_a_request(repo: Repo) -> None:
    gating.grant(repo, READER.name, OWNER.name)
    (request,) = gating.requests_of(repo, "accepted")
    assert not request.asked
    assert "email" not in request.to_json()["user"]
    with pytest.raises(BadRequestError, match="already has access"):
        gating.grant(repo, READER.name, OWNER.name)


def test_only_pending_requests_can_be_cancelled(repo: Repo) -> None:
    gating.ask(repo, READER.name)
    gating.withdraw(repo, READER.name)
    for user in (READER.name, "nobody"):
        with pytest.raises(HubError, match="No pending access request"):
            gating.withdraw(repo, user)


def test_request_is_found_by_its_id(repo: Repo) -> None:
    gating.ask(repo, READER.name)
    (request,) = gating.requests_of(repo, "pending")
    assert gating.user_of(repo, request.request_id) == "Reader"
    with pytest.raises(HubError, match="No access request found"):
        gating.user_of(repo, "unknown")


def test_repository_without_a_gate_takes_no_decisions(repo: Repo) -> None:
    repo.gated = False
    gating.ask(repo, READER.name)
    assert repo.access_requests == {}
    with pytest.raises(HubError, match="not gated"):
        gating.grant(repo, READER.name, OWNER.name)
    with pytest.raises(HubError, match="not gated"):
        gating.handle(repo, READER.name, "accepted", OWNER.name)

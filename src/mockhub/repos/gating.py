"""Gated repositories: access requests, and decisions on them.

Rules and messages are from public recordings of the Hub (October 2026, on the model
``OwnerOfTheGatedModel/tiny-gated-model``), and from the docstrings of ``huggingface_hub.HfApi``.
"""

from __future__ import annotations

import dataclasses
import secrets
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from mockhub.errors import BadRequestError, GatedRepoError, HubError
from mockhub.git.commits import now
from mockhub.repos.accounts import Account
from mockhub.repos.repo import Repo

Status = Literal["pending", "accepted", "rejected"]

OPEN_FILES = {"README.md", "LICENSE", "LICENSE.md", "LICENSE.txt"}
"""Files that everybody may read: they describe the repository."""

NO_REQUEST = "No access request found matching your criteria"


@dataclass(frozen=True)
class AccessRequest:
    """A user's request for access to a gated repository.

    Attributes:
        user: Name of the user.
        status: The decision.
        timestamp: Time of the request; ISO 8601, UTC, milliseconds.
        request_id: Id of the request.
        reviewed: Time of the decision, in the same form; None while it is pending.
        granted_by: Name of the account that accepted it; None if it was accepted automatically.
        asked: False if the owner granted access without a request.
    """

    user: str
    status: Status
    timestamp: str
    request_id: str = field(default_factory=lambda: secrets.token_hex(12))
    reviewed: str | None = None
    granted_by: str | None = None
    asked: bool = True

    def to_json(self) -> dict[str, Any]:
        """Return the form of the API."""
        user = {"user": self.user, "fullname": self.user, "type": "user"}
        if self.asked:
            user["email"] = f"{self.user}@example.com"
        item: dict[str, Any] = {"user": user, "requestId": self.request_id}
        item |= {"timestamp": self.timestamp, "status": self.status}
        if self.reviewed is not None:
            item["reviewedAt"] = self.reviewed
        if self.granted_by is not None:
            item["grantedBy"] = {"user": self.granted_by, "fullname": self.granted_by}
        return item


def request_of(repo: Repo, user: str) -> AccessRequest | None:
    """Return the request of a user; None if they made none."""
    fields = repo.access_requests.get(user.lower())
    return None if fields is None else AccessRequest(**fields)


def requests_of(repo: Repo, status: Status) -> list[AccessRequest]:
    """Return the requests with a status, oldest first."""
    requests = (AccessRequest(**fields) for fields in repo.access_requests.values())
    matching = (request for request in requests if request.status == status)
    return sorted(matching, key=lambda request: request.timestamp)


def user_of(repo: Repo, request_id: str) -> str:
    """Return the name of the user who made a request.

    Raises:
        HubError: 404, unknown id.
    """
    for fields in repo.access_requests.values():
        if fields["request_id"] == request_id:
            return str(fields["user"])
    raise HubError(404, NO_REQUEST)


def refusal(repo: Repo, account: Account | None, page: str) -> GatedRepoError | None:
    """Return the refusal to read the content of a repository; None if an account may.

    Args:
        repo: The repository.
        account: The reader; None for an anonymous one.
        page: URL of the page with the form to request access.
    """
    if repo.gated is False or (account and account.role_in(repo.namespace)):
        return None
    what = f"{repo.type} {repo.id}"
    if account is None:
        return GatedRepoError(
            f"Access to {what} is restricted. You must have access to it and be authenticated"
            " to access it. Please log in.",
            anonymous=True,
        )
    request = request_of(repo, account.name)
    match request and request.status:
        case "accepted":
            return None
        case "pending":
            text = f"Your request to access {what} is awaiting a review from the repo authors."
        case "rejected":
            text = f"Your request to access {what} has been rejected by the repo's authors."
        case _:
            text = (
                f"Access to {what} is restricted and you are not in the authorized list."
                f" Visit {page} to ask for access."
            )
    return GatedRepoError(text, anonymous=False)


def ask(repo: Repo, user: str) -> None:
    """Request access; a second request of the same user changes nothing."""
    with repo.lock:
        if repo.gated is False or request_of(repo, user) is not None:
            return
        time = now()
        if repo.gated == "auto":
            _keep(repo, AccessRequest(user, "accepted", time, reviewed=time))
        else:
            _keep(repo, AccessRequest(user, "pending", time))


def withdraw(repo: Repo, user: str) -> None:
    """Cancel a pending request.

    Raises:
        HubError: 404, the user has no pending request.
    """
    with repo.lock:
        request = request_of(repo, user)
        if request is None or request.status != "pending":
            raise HubError(404, "No pending access request found for this repo and this user")
        del repo.access_requests[user.lower()]
        repo.save()


def grant(repo: Repo, user: str, owner: str) -> None:
    """Grant access to a user, with or without a request.

    Raises:
        BadRequestError: The user has access already.
        HubError: 400, the repository is not gated.
    """
    _require_gated(repo)
    with repo.lock:
        time = now()
        request = request_of(repo, user) or AccessRequest(user, "pending", time, asked=False)
        if request.status == "accepted":
            raise BadRequestError("That user already has access to the repo")
        _keep(repo, replace(request, status="accepted", reviewed=time, granted_by=owner))


def handle(repo: Repo, user: str, status: Status, owner: str) -> None:
    """Accept, reject or reopen a request.

    Raises:
        HubError: 404, the user made no request, or it has that status already; 400, the repository
            is not gated.
    """
    _require_gated(repo)
    with repo.lock:
        request = request_of(repo, user)
        if request is None or request.status == status:
            raise HubError(404, NO_REQUEST)
        reviewed = None if status == "pending" else now()
        granted_by = owner if status == "accepted" else None
        _keep(repo, replace(request, status=status, reviewed=reviewed, granted_by=granted_by))


def _keep(repo: Repo, request: AccessRequest) -> None:
    repo.access_requests[request.user.lower()] = dataclasses.asdict(request)
    repo.save()


def _require_gated(repo: Repo) -> None:
    if repo.gated is False:
        raise HubError(400, f"{repo.type} {repo.id} is not gated", code="RepoNotGated")

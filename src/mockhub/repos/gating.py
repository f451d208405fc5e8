"""Gated repositories: who may read their content, and what becomes of a request for it.

The rules and texts are those that public recordings of the Hub show (October 2026, on the model
``OwnerOfTheGatedModel/tiny-gated-model``), and the docstrings of ``huggingface_hub.HfApi``.
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
"""Files that anyone may read, since they say what one asks for."""

NO_REQUEST = "No access request found matching your criteria"


@dataclass(frozen=True)
class AccessRequest:
    """A user's place on the list of a gated repository.

    Attributes:
        user: Name of the user.
        status: What was decided.
        timestamp: When it was made; ISO 8601, UTC, milliseconds.
        request_id: Its own id.
        reviewed: When it was decided, in the same form; None while it is pending.
        granted_by: Who accepted it; None if nobody had to.
        asked: Whether the user asked, instead of being granted access.
    """

    user: str
    status: Status
    timestamp: str
    request_id: str = field(default_factory=lambda: secrets.token_hex(12))
    reviewed: str | None = None
    granted_by: str | None = None
    asked: bool = True

    def to_json(self) -> dict[str, Any]:
        """The item of a listing."""
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
    """The request of a user; None if there is none."""
    found = repo.access_requests.get(user.lower())
    return None if found is None else AccessRequest(**found)


def requests_of(repo: Repo, status: Status) -> list[AccessRequest]:
    """All requests of a status, oldest first."""
    found = [AccessRequest(**each) for each in repo.access_requests.values()]
    return sorted((each for each in found if each.status == status), key=lambda it: it.timestamp)


def user_of(repo: Repo, request_id: str) -> str:
    """Whose request it is.

    Raises:
        HubError: 404, there is none with that id.
    """
    for each in repo.access_requests.values():
        if each["request_id"] == request_id:
            return str(each["user"])
    raise HubError(404, NO_REQUEST)


def refusal(repo: Repo, account: Account | None, page: str) -> GatedRepoError | None:
    """Why the content of a repository is not for somebody; None if it is.

    Args:
        repo: The repository.
        account: Who wants to read; None for a stranger.
        page: Where one asks for access.
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
    """Ask for access; who asked before, whatever became of it, changes nothing."""
    with repo.lock:
        if repo.gated is False or request_of(repo, user) is not None:
            return
        time = now()
        if repo.gated == "auto":
            _keep(repo, AccessRequest(user, "accepted", time, reviewed=time))
        else:
            _keep(repo, AccessRequest(user, "pending", time))


def withdraw(repo: Repo, user: str) -> None:
    """Take back one's request.

    Raises:
        HubError: 404, there is none that is pending.
    """
    with repo.lock:
        request = request_of(repo, user)
        if request is None or request.status != "pending":
            raise HubError(404, "No pending access request found for this repo and this user")
        del repo.access_requests[user.lower()]
        repo.save()


def grant(repo: Repo, user: str, owner: str) -> None:
    """Let a user in who need not have asked.

    Raises:
        BadRequestError: They have access already.
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
    """Decide on a request.

    Raises:
        HubError: 404, there is none, or that is its status already; 400, the repository is not
            gated.
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

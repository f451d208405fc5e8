"""Who may push to a revision."""

from __future__ import annotations

from starlette.requests import Request

from mockhub.errors import ForbiddenError
from mockhub.repos.accounts import Account
from mockhub.repos.repo import Repo
from mockhub.state import content_repo, may_write, require_account, wants_pull_request


def pushed_repo(request: Request) -> tuple[Repo, Account]:
    """The repository a path names, and the account that may push to the revision it names.

    Whoever may read a repository may propose changes, and go on with them at ``refs/pr/N``
    (huggingface/huggingface_hub#1183), though not with a token for reading.

    Raises:
        HubError: As `content_repo` does.
        RepoNotFoundError: The caller is anonymous.
        ForbiddenError: The account may not push there.
    """
    repo, account = content_repo(request), require_account(request)
    revision = request.path_params.get("revision", "")
    pull_request = repo.discussions.pull_request(revision)
    proposes = wants_pull_request(request) or (
        pull_request is not None and pull_request.author == account.name
    )
    if not (account.can_write and proposes) and not may_write(account, repo.namespace):
        raise ForbiddenError
    return repo, account

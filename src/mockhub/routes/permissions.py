"""Rights: the account of a request, and the repositories that it may see, read and change."""

from __future__ import annotations

from typing import cast, get_args
from urllib.parse import unquote

from starlette.requests import Request

from mockhub.errors import (
    AnonymousError,
    BadRequestError,
    DisabledRepoError,
    ForbiddenError,
    GatedRepoError,
    RepoMovedError,
    RepoNotFoundError,
)
from mockhub.http.requests import endpoint_of, flag
from mockhub.repos.accounts import Account
from mockhub.repos.gating import OPEN_FILES, refusal
from mockhub.repos.repo import Repo, RepoType
from mockhub.state import state_of


def identify(request: Request) -> Account | None:
    """Return the account of a request; None for an anonymous one.

    Raises:
        InvalidTokenError: No account has its token.
    """
    return state_of(request).accounts.identify(request.headers.get("authorization"))


def require_account(request: Request) -> Account:
    """Return the account of a request that needs one.

    Raises:
        RepoNotFoundError: The request is anonymous, and about a repository.
        AnonymousError: The request is anonymous.
    """
    account = identify(request)
    if account is None:
        if "namespace" in request.path_params:
            raise RepoNotFoundError(anonymous=True)
        raise AnonymousError
    return account


def readable_repo(request: Request) -> Repo:
    """Return the repository in the path of a request.

    Raises:
        HubError: See `visible_repo`.
        RepoMovedError: The repository was moved to another id.
    """
    params, repos = request.path_params, state_of(request).repos
    key = params["type"], f"{params['namespace']}/{params['name']}"
    if repos.get(*key) is None:
        moved = repos.moved(*key)
        if moved is not None and may_see(identify(request), moved):
            raise RepoMovedError(_moved_path(request, moved))
    return visible_repo(request, *key)


def visible_repo(request: Request, repo_type: RepoType, repo_id: str) -> Repo:
    """Return the repository that currently has an id.

    Raises:
        RepoNotFoundError: It does not exist, or is private to somebody else.
        DisabledRepoError: It is disabled.
    """
    account = identify(request)
    repo = state_of(request).repos.get(repo_type, repo_id)
    if repo is None or not may_see(account, repo):
        raise RepoNotFoundError(anonymous=account is None)
    if repo.disabled:
        raise DisabledRepoError
    return repo


def named_repo(request: Request, repo_type: object, repo_id: object) -> Repo:
    """Return a repository named in the body of a request, if the caller may read its content.

    Raises:
        HubError: See `visible_repo`.
        BadRequestError: The type of repository does not exist.
        GatedRepoError: The repository is gated and the caller has no access.
    """
    if repo_type not in get_args(RepoType):
        raise BadRequestError(f"Unknown type of repository: {repo_type}")
    repo = visible_repo(request, cast("RepoType", repo_type), str(repo_id))
    refused = refusal_of(request, repo)
    if refused is not None:
        raise refused
    return repo


def content_repo(request: Request) -> Repo:
    """Return the repository in the path of a request, if the caller may read its content.

    Raises:
        HubError: See `readable_repo`.
        GatedRepoError: The repository is gated, the caller has no access, and the path is not the
            card or licence, which everybody may read.
    """
    repo = readable_repo(request)
    refused = refusal_of(request, repo)
    if refused is not None and request.path_params.get("path") not in OPEN_FILES:
        raise refused
    return repo


def refusal_of(request: Request, repo: Repo) -> GatedRepoError | None:
    """Return the refusal to read the content of a gated repository; None if the caller may."""
    return refusal(repo, identify(request), f"{endpoint_of(request)}/{repo.web_path}")


def writable_repo(request: Request) -> tuple[Repo, Account]:
    """Return the repository in the path of a request, and the account that may write to it.

    Raises:
        HubError: See `readable_repo`.
        RepoNotFoundError: The caller is anonymous.
        ForbiddenError: The account may only read it.
    """
    repo = readable_repo(request)
    account = require_account(request)
    require_write(account, repo.id)
    return repo, account


def require_write(account: Account, repo_id: str) -> None:
    """Refuse accounts that may not write to a repository.

    Raises:
        ForbiddenError: The token is read-only, or the namespace is somebody else's.
    """
    if not may_write(account, repo_id.split("/")[0]):
        raise ForbiddenError


def may_write(account: Account, namespace: str) -> bool:
    """Return True if an account may create and change repositories of a namespace."""
    return account.can_write and account.role_in(namespace) == "write"


def may_see(account: Account | None, repo: Repo) -> bool:
    """Return True unless a repository is private to somebody else."""
    return not repo.private or bool(account and account.role_in(repo.namespace))


def _moved_path(request: Request, repo: Repo) -> str:
    """Return the path and query of a request with the current id of a moved repository."""
    segments = request.scope["path"].split("/")
    decoded = [unquote(segment) for segment in segments]
    old_id = request.path_params["namespace"], request.path_params["name"]
    pairs = zip(decoded, (segment.removesuffix(".git") for segment in decoded[1:]), strict=False)
    start = list(pairs).index(old_id)
    suffix = ".git" if decoded[start + 1].endswith(".git") else ""
    segments[start : start + 2] = f"{repo.id}{suffix}".split("/")
    query = request.scope["query_string"].decode()
    return "/".join(segments) + (f"?{query}" if query else "")


def wants_pull_request(request: Request) -> bool:
    """Return True if a commit is to open a pull request (``create_pr``)."""
    return flag(request, "create_pr")


def pushed_repo(request: Request) -> tuple[Repo, Account]:
    """Return the repository in the path, and the account that may push to the revision in it.

    Everybody who may read a repository may open pull requests and push to their own
    (huggingface/huggingface_hub#1183), but not with a read-only token.

    Raises:
        HubError: See `content_repo`.
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

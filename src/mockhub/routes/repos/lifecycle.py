"""The routes that create, move, change and delete repositories; and the caller's account."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from mockhub.errors import (
    AnonymousError,
    BadRequestError,
    ConflictError,
    ForbiddenError,
    RepoNotFoundError,
)
from mockhub.git.tree import Entry
from mockhub.http.paths import API
from mockhub.http.requests import endpoint_of, read_json
from mockhub.repos.accounts import Account
from mockhub.repos.repo import Repo, RepoType
from mockhub.routes.permissions import (
    content_repo,
    identify,
    may_write,
    require_account,
    require_write,
    visible_repo,
    writable_repo,
)
from mockhub.routes.repos.cards import SDKS
from mockhub.routes.transfer.buckets import move_bucket
from mockhub.state import state_of

SPACE_CARD = """---
title: {title}
emoji: 🚀
colorFrom: blue
colorTo: green
sdk: {sdk}
pinned: false
---

Check out the configuration reference at https://huggingface.co/docs/hub/spaces-config-reference
"""


def whoami(request: Request) -> JSONResponse:
    """Describe the account of the token."""
    account = identify(request)
    if account is None:
        raise AnonymousError
    orgs = [
        {
            "type": "org",
            "name": org.name,
            "fullname": org.name,
            "roleInOrg": org.role_of(account.name),
        }
        for org in account.organizations
    ]
    role = "write" if account.can_write else "read"
    token = {"type": "access_token", "accessToken": {"displayName": "mockhub", "role": role}}
    return JSONResponse(
        {
            "type": "user",
            "name": account.name,
            "fullname": account.name,
            "orgs": orgs,
            "auth": token,
        }
    )


async def create(request: Request) -> JSONResponse:
    """Create a repository."""
    account, body = require_account(request), await read_json(request)
    repo_type, repo_id = _type(body), _named(body, account.name)
    _require_namespace(account, repo_type, repo_id)
    files = {}
    if repo_type == "space":
        files["README.md"] = state_of(request).repos.add_regular(_space_card(body))
    repo = _create(request, account, repo_type, repo_id, bool(_private(body)), files)
    return _created(request, repo)


async def duplicate(request: Request) -> JSONResponse:
    """Create a repository with the files of another one."""
    source, account = content_repo(request), require_account(request)
    body = await read_json(request)
    repo_id = body.get("repository")
    if not isinstance(repo_id, str):
        raise BadRequestError("The body needs a 'repository'")
    _require_namespace(account, source.type, repo_id)
    private = _private(body)
    if private is None:
        private = source.private
    files = source.tree(source.resolve("main"))
    repo = _create(request, account, source.type, repo_id, private, files)
    large = [entry.sha256 for entry in files.values() if entry.lfs]
    state_of(request).ownership.add(repo.oid, *large)
    return _created(request, repo)


def _create(
    request: Request,
    account: Account,
    repo_type: RepoType,
    repo_id: str,
    private: bool,
    files: Mapping[str, Entry],
) -> Repo:
    """Create a repository.

    Raises:
        ConflictError: It exists; clients read its URL.
    """
    repos = state_of(request).repos
    try:
        return repos.create(repo_type, repo_id, private=private, author=account.name, files=files)
    except FileExistsError:
        existing = repos.get(repo_type, repo_id)
        url = f"{endpoint_of(request)}/{existing.web_path if existing else repo_id}"
        raise ConflictError(f"You already created this {repo_type} repo", url=url) from None


def _created(request: Request, repo: Repo) -> JSONResponse:
    url = f"{endpoint_of(request)}/{repo.web_path}"
    return JSONResponse({"url": url, "name": repo.id, "id": repo.oid, "private": repo.private})


def _space_card(body: dict[str, Any]) -> bytes:
    """Return the card of a new Space.

    Raises:
        BadRequestError: The body has no known SDK.
    """
    if body.get("sdk") not in SDKS:
        raise BadRequestError(f'"sdk" must be one of [{", ".join(SDKS)}]')
    title = str(body["name"]).replace("-", " ").replace("_", " ").title()
    return SPACE_CARD.format(title=title, sdk=body["sdk"]).encode()


async def delete(request: Request) -> JSONResponse:
    """Delete a repository."""
    account, body = require_account(request), await read_json(request)
    repo = _own_repo(request, account, _type(body), _named(body, account.name))
    state_of(request).repos.delete(repo)
    state_of(request).ownership.drop(repo.oid)
    return JSONResponse({})


async def move(request: Request) -> JSONResponse:
    """Move a repository or bucket to another id."""
    account, body = require_account(request), await read_json(request)
    old, new = body.get("fromRepo"), body.get("toRepo")
    if not isinstance(old, str) or not isinstance(new, str):
        raise BadRequestError("The body needs 'fromRepo' and 'toRepo'")
    if body.get("type") == "bucket":
        move_bucket(request, account, old, new)
        return JSONResponse({})
    repo_type = _type(body)
    repo = _own_repo(request, account, repo_type, old)
    _require_namespace(account, repo_type, new)
    try:
        state_of(request).repos.move(repo, new)
    except FileExistsError:
        raise ConflictError(f"A {repo_type} repository called {new} already exists") from None
    return JSONResponse({})


async def change_settings(request: Request) -> JSONResponse:
    """Change the visibility and the gate of a repository."""
    repo, _ = writable_repo(request)
    body = await read_json(request)
    private, gated = _private(body), body.get("gated", repo.gated)
    if gated not in ("auto", "manual") and gated is not False:
        raise BadRequestError("Invalid input at gated")
    with repo.lock:
        repo.private = repo.private if private is None else private
        repo.gated = gated
        repo.save()
    return JSONResponse(
        {key: body[key] for key in ("private", "visibility", "gated") if key in body}
    )


def _type(body: dict[str, Any]) -> RepoType:
    """Return the repository type in a body; models by default."""
    repo_type = body.get("type") or "model"
    if repo_type not in ("model", "dataset", "space"):
        raise BadRequestError("'type' must be model, dataset or space")
    return cast("RepoType", repo_type)


def _named(body: dict[str, Any], user: str) -> str:
    """Return the id of the repository in a body."""
    name, namespace = body.get("name"), body.get("organization") or user
    if not isinstance(name, str) or not isinstance(namespace, str):
        raise BadRequestError("The body needs a 'name'")
    return f"{namespace}/{name}"


def _private(body: dict[str, Any]) -> bool | None:
    """Return True for private and False for public in a body; None for neither."""
    private, visibility = body.get("private"), body.get("visibility")
    if visibility is not None:
        private = {"public": False, "private": True}.get(str(visibility), visibility)
    if private is None or isinstance(private, bool):
        return private
    raise BadRequestError("Invalid input at visibility")


def _require_namespace(account: Account, repo_type: RepoType, repo_id: str) -> None:
    """Refuse accounts that may not create repositories in a namespace.

    Raises:
        ForbiddenError: The namespace is somebody else's, or the token is read-only.
    """
    namespace = repo_id.split("/")[0]
    if not may_write(account, namespace):
        raise ForbiddenError(
            f'You don\'t have the rights to create a {repo_type} under the namespace "{namespace}"'
        )


def _own_repo(request: Request, account: Account, repo_type: RepoType, repo_id: str) -> Repo:
    """Return the repository that currently has an id, if the account may write to it.

    Raises:
        HubError: See `visible_repo` and `require_write`.
    """
    repo = visible_repo(request, repo_type, repo_id)
    require_write(account, repo.id)
    return repo


def no_repo(request: Request) -> JSONResponse:
    """Answer that a repository without a namespace does not exist."""
    raise RepoNotFoundError(anonymous=identify(request) is None)


def agent_harnesses(_request: Request) -> JSONResponse:
    """Answer that no environment variables mark a coding agent: clients ask once."""
    return JSONResponse({"standardEnvVars": [], "harnesses": {}})


_SHORT = "/api/{type:plural}/{name:seg}"

routes = [
    Route("/api/whoami-v2", whoami),
    Route("/api/agent-harnesses", agent_harnesses),
    Route("/api/repos/create", create, methods=["POST"]),
    Route("/api/repos/delete", delete, methods=["DELETE"]),
    Route("/api/repos/move", move, methods=["POST"]),
    Route(f"{API}/duplicate", duplicate, methods=["POST"]),
    Route(f"{API}/settings", change_settings, methods=["PUT"]),
    Route(_SHORT, no_repo),
    *(
        Route(f"{_SHORT}/{what}/{{rest:rest}}", no_repo, methods=["GET", "POST"])
        for what in ("commit", "commits", "paths-info", "preupload", "revision", "tree")
    ),
    Route("/{name:seg}/resolve/{revision:seg}/{path:rest}", no_repo),
]

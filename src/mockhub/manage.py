"""Accounts, and making and removing repositories and branches."""

from __future__ import annotations

from typing import Any, cast

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from mockhub.errors import BadRequestError, ConflictError, HubError, RepoNotFoundError
from mockhub.paths import API
from mockhub.repo import RepoType
from mockhub.state import (
    endpoint_of,
    identify,
    read_json,
    require_account,
    require_write,
    state_of,
    writable_repo,
)


async def whoami(request: Request) -> JSONResponse:
    """The account of the token."""
    account = identify(request)
    if account is None:
        raise HubError(401, "Invalid username or password.")
    role = "write" if account.can_write else "read"
    return JSONResponse(
        {
            "type": "user",
            "name": account.name,
            "fullname": account.name,
            "orgs": [],
            "auth": {
                "type": "access_token",
                "accessToken": {"displayName": "mockhub", "role": role},
            },
        }
    )


async def create(request: Request) -> JSONResponse:
    """Make a repository."""
    account, body = require_account(request), await read_json(request)
    repo_type, repo_id = _named(body, account.name)
    require_write(account, repo_id)
    private = bool(body.get("private")) or body.get("visibility") == "private"
    prefix = "" if repo_type == "model" else f"{repo_type}s/"
    url = f"{endpoint_of(request)}/{prefix}{repo_id}"
    try:
        repo = state_of(request).repos.create(
            repo_type, repo_id, private=private, author=account.name
        )
    except FileExistsError:
        raise ConflictError(f"You already created this {repo_type} repo", url=url) from None
    return JSONResponse({"url": url, "name": repo.id, "id": repo.oid})


async def delete(request: Request) -> JSONResponse:
    """Remove a repository."""
    account, body = require_account(request), await read_json(request)
    repo_type, repo_id = _named(body, account.name)
    repos = state_of(request).repos
    repo = repos.get(repo_type, repo_id)
    if repo is None:
        raise RepoNotFoundError(anonymous=False)
    require_write(account, repo_id)
    repos.delete(repo)
    return JSONResponse({})


def _named(body: dict[str, Any], user: str) -> tuple[RepoType, str]:
    """Type and id of the repository a body speaks of."""
    repo_type = body.get("type") or "model"
    if repo_type not in {"model", "dataset", "space"} or not isinstance(body.get("name"), str):
        raise BadRequestError("The body needs a 'name' and a known 'type'")
    return cast("RepoType", repo_type), f"{body.get('organization') or user}/{body['name']}"


async def create_branch(request: Request) -> JSONResponse:
    """Make a branch."""
    repo, _ = writable_repo(request)
    body = await read_json(request) if await request.body() else {}
    repo.create_branch(request.path_params["branch"], body.get("startingPoint"))
    return JSONResponse({})


async def delete_branch(request: Request) -> JSONResponse:
    """Remove a branch."""
    repo, _ = writable_repo(request)
    repo.delete_branch(request.path_params["branch"])
    return JSONResponse({})


async def no_repo(request: Request) -> JSONResponse:
    """A name without a namespace: clients expect to hear that there is no such repository."""
    raise RepoNotFoundError(anonymous=identify(request) is None)


async def agent_harnesses(_request: Request) -> JSONResponse:
    """Which environment variables mark a coding agent: clients ask once; none do here."""
    return JSONResponse({"standardEnvVars": [], "harnesses": {}})


_BRANCH = f"{API}/branch/{{branch:rest}}"

routes = [
    Route("/api/whoami-v2", whoami),
    Route("/api/agent-harnesses", agent_harnesses),
    Route("/api/repos/create", create, methods=["POST"]),
    Route("/api/repos/delete", delete, methods=["DELETE"]),
    Route(_BRANCH, create_branch, methods=["POST"]),
    Route(_BRANCH, delete_branch, methods=["DELETE"]),
    Route("/api/{type:plural}/{name:seg}", no_repo),
]

"""The routes of references: branches, tags, conversions and pull requests."""

from __future__ import annotations

import re

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from mockhub.errors import BadRequestError, HubError
from mockhub.http.paths import API
from mockhub.http.requests import flag, read_json
from mockhub.repos.repo import MAIN, Repo
from mockhub.routes.permissions import readable_repo, writable_repo

LONGEST_NAME = 255

_GROUPS = {"heads": "branches", "tags": "tags", "convert": "converts", "pr": "pullRequests"}
_NO_NAME = re.compile(r"[\0-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|(^|/)\.|^[-/]|^@$|[./]$|\.lock(/|$)")


def is_ref_name(name: str) -> bool:
    """Return True for a valid name of a branch or tag (``git help check-ref-format``)."""
    return 0 < len(name.encode(errors="replace")) <= LONGEST_NAME and not _NO_NAME.search(name)


def listing(request: Request) -> JSONResponse:
    """List branches, tags, conversions and, with ``include_prs``, pull requests."""
    repo = readable_repo(request)
    wanted = dict(_GROUPS)
    if not flag(request, "include_prs"):
        del wanted["pr"]
    groups: dict[str, list[dict[str, str]]] = {group: [] for group in wanted.values()}
    for ref, sha in list(repo.refs.items()):
        _, kind, name = ref.split("/", 2)
        if kind in wanted:
            label = ref if kind == "pr" else name
            groups[wanted[kind]].append({"name": label, "ref": ref, "targetCommit": sha})
    return JSONResponse(groups)


async def create_branch(request: Request) -> JSONResponse:
    """Create a branch, from ``main`` unless the body has another starting point."""
    repo, _ = writable_repo(request)
    name = request.path_params["ref"]
    body = await read_json(request, optional=True)
    if name.startswith("refs/") or not is_ref_name(name):
        raise BadRequestError(f"Invalid reference for a branch: {name}")
    start = str(body.get("startingPoint") or "main")
    await run_in_threadpool(repo.add_ref, f"refs/heads/{name}", start)
    return JSONResponse({})


def delete_branch(request: Request) -> JSONResponse:
    """Delete a branch."""
    repo, _ = writable_repo(request)
    ref = f"refs/heads/{request.path_params['ref']}"
    if ref == MAIN:
        raise HubError(403, f"Cannot delete {MAIN}")
    repo.delete_ref(ref)
    return JSONResponse({})


async def create_tag(request: Request) -> JSONResponse:
    """Create a tag, without its message: no route of the API returns it."""
    repo, _ = writable_repo(request)
    body = await read_json(request)
    name, revision = str(body.get("tag") or ""), request.path_params["ref"]
    repo.resolve(revision)
    if not is_ref_name(name):
        raise BadRequestError(f"Invalid reference for a tag: {name}")
    await run_in_threadpool(repo.add_ref, f"refs/tags/{name}", revision)
    return JSONResponse({})


def delete_tag(request: Request) -> JSONResponse:
    """Delete a tag."""
    repo, _ = writable_repo(request)
    repo.delete_ref(f"refs/tags/{request.path_params['ref']}")
    return JSONResponse({})


async def super_squash(request: Request) -> JSONResponse:
    """Replace the history of a branch or special reference by a single commit."""
    repo, account = writable_repo(request)
    body = await read_json(request)
    revision = request.path_params["ref"]
    title = str(body.get("message") or f"Super-squash branch '{revision}'")
    await run_in_threadpool(_squash, repo, revision, title, account.name)
    return JSONResponse({})


def _squash(repo: Repo, revision: str, title: str, author: str) -> None:
    with repo.lock:
        sha = repo.resolve(revision)
        ref = repo.ref(revision)
        if ref is None or ref.startswith("refs/tags/"):
            raise BadRequestError(f"Invalid reference for a branch: {revision}")
        files = dict(repo.tree(sha))
        repo.add_commit(ref, files, title=title, message="", author=author, parents=())


routes = [
    Route(f"{API}/refs", listing),
    Route(f"{API}/branch/{{ref:rest}}", create_branch, methods=["POST"]),
    Route(f"{API}/branch/{{ref:rest}}", delete_branch, methods=["DELETE"]),
    Route(f"{API}/tag/{{ref:rest}}", create_tag, methods=["POST"]),
    Route(f"{API}/tag/{{ref:rest}}", delete_tag, methods=["DELETE"]),
    Route(f"{API}/super-squash/{{ref:rest}}", super_squash, methods=["POST"]),
]

"""The routes of trees, paths and commits."""

from __future__ import annotations

import html
from collections.abc import Iterable
from itertools import islice
from typing import Any, TypeVar
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from mockhub.errors import BadRequestError, EntryNotFoundError, HubError
from mockhub.git.commits import Commit
from mockhub.git.tree import Entry, File, Folder, lfs_pointer
from mockhub.http.paths import API
from mockhub.http.requests import TRUE, flag, read_body, read_json
from mockhub.repos.repo import Repo
from mockhub.routes.permissions import content_repo, readable_repo
from mockhub.state import State, state_of

MAX_PATHS = 1000
MAX_EXPANDED = 50

MAX_START = 1 << 60
"""Largest number of an item; `islice` takes no larger ones."""

T = TypeVar("T")


def tree(request: Request) -> JSONResponse:
    """List the files and folders below a path, page by page."""
    repo, state = content_repo(request), state_of(request)
    sha = repo.resolve(request.path_params["revision"])
    path = request.path_params.get("path", "").strip("/")
    files, expand = repo.tree(sha), flag(request, "expand")
    if not isinstance(files.node(path), Folder):
        raise EntryNotFoundError(path, sha)
    items = files.walk(path) if flag(request, "recursive") else files.list(path)
    size = min(MAX_EXPANDED, state.options.page_size) if expand else state.options.page_size
    page, headers = paginate(request, items, size)
    described = [describe(state, repo, name, node, expand=expand) for name, node in page]
    return JSONResponse(described, headers=headers)


async def paths_info(request: Request) -> JSONResponse:
    """Describe the files and folders at given paths; unknown ones are left out."""
    repo, state = content_repo(request), state_of(request)
    sha = repo.resolve(request.path_params["revision"])
    if "json" in request.headers.get("content-type", ""):
        body = await read_json(request)
        wanted, expand = body.get("paths", []), body.get("expand") is True
    else:
        form = await _read_form(request)
        wanted, expand = form.get("paths", []), form.get("expand", [""])[0].lower() in TRUE
    if not isinstance(wanted, list):
        raise BadRequestError("'paths' must be a list")
    if len(wanted) > MAX_PATHS:
        raise HubError(413, f"At most {MAX_PATHS} paths per call")
    files = await run_in_threadpool(repo.tree, sha)
    paths = dict.fromkeys(str(path).strip("/") for path in wanted)
    nodes = [(path, files.node(path)) for path in paths if path]
    described = [describe(state, repo, path, node, expand=expand) for path, node in nodes if node]
    return JSONResponse(described)


async def _read_form(request: Request) -> dict[str, list[str]]:
    text = (await read_body(request)).decode(errors="replace")
    try:
        return parse_qs(text, max_num_fields=MAX_PATHS + 1)
    except ValueError:
        raise HubError(413, f"At most {MAX_PATHS} paths per call") from None


def describe(
    state: State, repo: Repo, path: str, node: File | Folder, *, expand: bool
) -> dict[str, Any]:
    """Return the description of a file or folder; with `expand`, with its last commit."""
    item: dict[str, Any] = {"type": "directory", "oid": node.oid, "size": 0, "path": path}
    if isinstance(node, File):
        entry = node.entry
        item |= {"type": "file", "size": entry.size}
        if entry.lfs:
            item["lfs"] = lfs_info(entry, name="oid")
            if (xet := state.xet_file(entry.sha256)) is not None:
                item["xetHash"] = xet.hash
    if expand:
        commit = repo.commits.commit(node.commit)
        item["lastCommit"] = {"id": node.commit, "title": commit.title, "date": commit.date}
    return item


def lfs_info(entry: Entry, name: str) -> dict[str, Any]:
    """Return the LFS fields of a file, with the hash as ``oid`` (trees) or ``sha256`` (infos)."""
    pointer = lfs_pointer(entry.sha256, entry.size)
    return {name: entry.sha256, "size": entry.size, "pointerSize": len(pointer)}


def commits(request: Request) -> JSONResponse:
    """List the commits of a revision, newest first."""
    repo, state = readable_repo(request), state_of(request)
    history = repo.history(repo.resolve(request.path_params["revision"]))
    page, headers = paginate(request, history, state.options.page_size)
    formatted = "formatted" in request.query_params.getlist("expand[]")
    described = [_commit(sha, commit, formatted=formatted) for sha, commit in page]
    return JSONResponse(described, headers=headers)


def _commit(sha: str, commit: Commit, *, formatted: bool) -> dict[str, Any]:
    texts = {"title": commit.title, "message": commit.message}
    item = {"id": sha, **texts, "authors": [{"user": commit.author}], "date": commit.date}
    as_html = {name: html.escape(text) for name, text in texts.items()}
    return item | {"formatted": as_html} if formatted else item


def paginate(request: Request, items: Iterable[T], size: int) -> tuple[list[T], dict[str, str]]:
    """Return one page of a listing, and the ``Link`` header to the next.

    Args:
        request: Request with ``limit``, the items of a page; and ``cursor``, the number of the
            first item, or ``p``, the number of the page from 0.
        items: All items; those after the page are not consumed.
        size: Most items of a page.

    Raises:
        BadRequestError: A parameter is not an integer.
    """
    query = request.query_params
    try:
        size = max(1, min(size, int(query.get("limit", size))))
        start = int(query["cursor"]) if "cursor" in query else int(query.get("p", 0)) * size
    except ValueError:
        raise BadRequestError("'cursor', 'p' and 'limit' must be integers") from None
    start = min(max(0, start), MAX_START)
    page = list(islice(items, start, start + size + 1))
    if len(page) <= size:
        return page, {}
    following = request.url.include_query_params(cursor=start + size)
    return page[:size], {"Link": f'<{following}>; rel="next"'}


routes = [
    Route(f"{API}/tree/{{revision:seg}}", tree),
    Route(f"{API}/tree/{{revision:seg}}/{{path:rest}}", tree),
    Route(f"{API}/paths-info/{{revision:rest}}", paths_info, methods=["POST"]),
    Route(f"{API}/commits/{{revision:rest}}", commits),
]

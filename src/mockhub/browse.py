"""Looking at a repository: info, trees, paths, references and history."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from mockhub.errors import BadRequestError, EntryNotFoundError, HubError
from mockhub.paths import API
from mockhub.repo import Commit, Entry, Repo, lfs_pointer
from mockhub.state import TRUE, State, flag, read_json, readable_repo, state_of

MAX_PATHS = 1000

T = TypeVar("T")


async def info(request: Request) -> JSONResponse:
    """What a repository is and which files it has at a revision."""
    repo, state = readable_repo(request), state_of(request)
    sha = repo.resolve(request.path_params.get("revision", "main"))
    _, newest = next(repo.history(sha))
    identity = {"_id": repo.oid, "id": repo.id}
    facts = {
        "author": repo.id.split("/")[0],
        "sha": sha,
        "lastModified": newest.date,
        "createdAt": repo.created,
        "private": repo.private,
        "gated": False,
        "disabled": False,
        "tags": [],
        "downloads": 0,
        "likes": 0,
    }
    wanted = request.query_params.getlist("expand") + request.query_params.getlist("expand[]")
    if wanted:
        facts["xetEnabled"] = state.options.xet
        if "siblings" in wanted:
            facts["siblings"] = _siblings(repo.tree(sha), blobs=False)
        return JSONResponse(identity | {key: facts[key] for key in wanted if key in facts})
    siblings = _siblings(repo.tree(sha), blobs=flag(request, "blobs"))
    return JSONResponse(identity | facts | {"siblings": siblings})


def _siblings(tree: Mapping[str, Entry], *, blobs: bool) -> list[dict[str, Any]]:
    siblings = []
    for path, entry in sorted(tree.items()):
        sibling: dict[str, Any] = {"rfilename": path}
        if blobs:
            sibling |= {"size": entry.size, "blobId": entry.oid}
            if entry.lfs:
                sibling["lfs"] = _lfs(entry, name="sha256")
        siblings.append(sibling)
    return siblings


def _lfs(entry: Entry, name: str) -> dict[str, Any]:
    """The LFS part of a file. Trees call the hash ``oid``, infos ``sha256``."""
    pointer = lfs_pointer(entry.sha256, entry.size)
    return {name: entry.sha256, "size": entry.size, "pointerSize": len(pointer)}


async def tree(request: Request) -> JSONResponse:
    """The files and folders below a path, page by page."""
    repo, state = readable_repo(request), state_of(request)
    sha = repo.resolve(request.path_params["revision"])
    path = request.path_params.get("path", "").strip("/")
    files = repo.tree(sha)
    prefix = f"{path}/" if path else ""
    below = {each: entry for each, entry in files.items() if each.startswith(prefix)}
    if path and not below:
        raise EntryNotFoundError(path, sha)
    items = below | {folder: None for folder in _folders(below) if folder.startswith(prefix)}
    if not flag(request, "recursive"):
        items = {each: items[each] for each in items if "/" not in each[len(prefix) :]}
    page, headers = paginate(request, sorted(items), state.options.page_size)
    found = _describe(state, repo, sha, {each: items[each] for each in page})
    if flag(request, "expand"):
        _add_last_commits(repo, sha, found)
    return JSONResponse(found, headers=headers)


async def paths_info(request: Request) -> JSONResponse:
    """The files and folders of some paths; unknown ones are left out."""
    repo, state = readable_repo(request), state_of(request)
    sha = repo.resolve(request.path_params["revision"])
    if "json" in request.headers.get("content-type", ""):
        body = await read_json(request)
        asked, expand = body.get("paths", []), body.get("expand") is True
    else:
        form = parse_qs((await request.body()).decode(errors="replace"))
        asked, expand = form.get("paths", []), form.get("expand", [""])[0].lower() in TRUE
    if not isinstance(asked, list):
        raise BadRequestError("'paths' is not a list")
    if len(asked) > MAX_PATHS:
        raise HubError(413, f"At most {MAX_PATHS} paths per call")
    files = repo.tree(sha)
    folders = _folders(files)
    wanted = dict.fromkeys(str(path).strip("/") for path in asked)
    items = {path: files.get(path) for path in wanted if path in files or path in folders}
    found = _describe(state, repo, sha, items)
    if expand:
        _add_last_commits(repo, sha, found)
    return JSONResponse(found)


def _folders(paths: Iterable[str]) -> set[str]:
    """All folders that paths lie in."""
    folders: set[str] = set()
    for path in paths:
        folder = path.rpartition("/")[0]
        while folder and folder not in folders:
            folders.add(folder)
            folder = folder.rpartition("/")[0]
    return folders


def _describe(
    state: State, repo: Repo, sha: str, items: Mapping[str, Entry | None]
) -> list[dict[str, Any]]:
    """Tree entries of files, and of folders: those without an entry."""
    found = []
    for path, entry in items.items():
        if entry is None:
            oid = hashlib.sha1(f"{repo.id}/{sha}/{path}".encode()).hexdigest()  # noqa: S324 - an id
            found.append({"type": "directory", "path": path, "oid": oid, "size": 0})
            continue
        item: dict[str, Any] = {"type": "file", "path": path, "size": entry.size, "oid": entry.oid}
        if entry.lfs:
            item["lfs"] = _lfs(entry, name="oid")
            if (xet := state.xet_file(entry.sha256)) is not None:
                item["xetHash"] = xet.hash
        found.append(item)
    return found


def _add_last_commits(repo: Repo, sha: str, items: list[dict[str, Any]]) -> None:
    """Tell for each entry which commit touched it last."""
    left = {item["path"]: item for item in items}
    for commit_sha, commit in repo.history(sha):
        if not left:
            return
        touched = _folders(commit.changes) | commit.changes.keys()
        for path in left.keys() & touched:
            left.pop(path)["lastCommit"] = {
                "id": commit_sha,
                "title": commit.title,
                "date": commit.date,
            }


def paginate(request: Request, items: list[T], size: int) -> tuple[list[T], dict[str, str]]:
    """One page of a listing, and the ``Link`` header that leads to the next.

    Args:
        request: Its ``cursor`` says where the page begins, its ``limit`` how long it may be.
        items: All of them.
        size: Most items of a page.

    Raises:
        BadRequestError: Cursor or limit is not a number.
    """
    query = request.query_params
    try:
        start = max(0, int(query.get("cursor", 0)))
        size = min(size, int(query.get("limit", size)))
    except ValueError:
        raise BadRequestError("'cursor' and 'limit' are numbers") from None
    stop = start + max(1, size)
    if stop >= len(items):
        return items[start:], {}
    following = request.url.include_query_params(cursor=stop)
    return items[start:stop], {"Link": f'<{following}>; rel="next"'}


async def refs(request: Request) -> JSONResponse:
    """Branches, tags, conversions and, when asked for, pull requests."""
    repo = readable_repo(request)
    groups: dict[str, list[dict[str, str]]] = {"branches": [], "tags": [], "converts": []}
    kinds = {"heads": "branches", "tags": "tags", "convert": "converts"}
    if flag(request, "include_prs"):
        groups["pullRequests"] = []
        kinds["pr"] = "pullRequests"
    for ref, sha in repo.refs.items():
        _, kind, name = ref.split("/", 2)
        if kind in kinds:
            shown = ref if kind == "pr" else name
            groups[kinds[kind]].append({"name": shown, "ref": ref, "targetCommit": sha})
    return JSONResponse(groups)


async def commits(request: Request) -> JSONResponse:
    """History of a revision, newest first."""
    repo, state = readable_repo(request), state_of(request)
    history = list(repo.history(repo.resolve(request.path_params["revision"])))
    page, headers = paginate(request, history, state.options.page_size)
    return JSONResponse([_commit(sha, commit) for sha, commit in page], headers=headers)


def _commit(sha: str, commit: Commit) -> dict[str, Any]:
    return {
        "id": sha,
        "title": commit.title,
        "message": commit.message,
        "authors": [{"user": commit.author}],
        "date": commit.date,
    }


routes = [
    Route(API, info),
    Route(f"{API}/revision/{{revision:rest}}", info),
    Route(f"{API}/tree/{{revision:seg}}", tree),
    Route(f"{API}/tree/{{revision:seg}}/{{path:rest}}", tree),
    Route(f"{API}/paths-info/{{revision:rest}}", paths_info, methods=["POST"]),
    Route(f"{API}/refs", refs),
    Route(f"{API}/commits/{{revision:rest}}", commits),
]

"""The routes of a repository's LFS files: listing all in its history, and deleting them."""

from __future__ import annotations

import dataclasses
from collections.abc import Container
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from mockhub.errors import BadRequestError
from mockhub.git.tree import deletions_first
from mockhub.http.paths import API
from mockhub.http.requests import read_json
from mockhub.repos.repo import MAIN, Repo
from mockhub.routes.history.tree import paginate
from mockhub.routes.permissions import writable_repo
from mockhub.state import State, state_of

MAX_DELETIONS = 1000


def listing(request: Request) -> JSONResponse:
    """List all LFS files that are stored for a repository, unreachable ones included."""
    repo, _ = writable_repo(request)
    state = state_of(request)
    stored = [file for file in pushed(repo) if state.ownership.has(repo.oid, file["fileOid"])]
    page, headers = paginate(request, stored, state.options.page_size)
    return JSONResponse(page, headers=headers)


def pushed(repo: Repo) -> list[dict[str, Any]]:
    """Return the LFS files of all commits, newest first, by the commit that added them first.

    Commits reachable from a reference take precedence, those of ``main`` before others.
    """
    ref_of: dict[str, str] = {}
    for ref in sorted(repo.refs, key=lambda ref: (ref != MAIN, ref)):
        for sha, _ in repo.history(repo.refs[ref]):
            if sha in ref_of:
                break
            ref_of[sha] = ref.removeprefix("refs/heads/")
    dated = [(repo.commits.commit(sha).date, sha) for sha in repo.commits]
    files: dict[str, dict[str, Any]] = {}
    for date, sha in sorted(dated, key=lambda pair: (pair[1] not in ref_of, pair)):
        for path, entry in repo.commits.changes(sha).items():
            if entry is not None and entry.lfs and entry.sha256 not in files:
                files[entry.sha256] = {
                    "fileOid": entry.sha256,
                    "oid": entry.sha256,
                    "filename": path,
                    "size": entry.size,
                    "pushedAt": date,
                    "ref": ref_of.get(sha),
                }
    return sorted(files.values(), key=lambda file: str(file["pushedAt"]), reverse=True)


async def delete(request: Request) -> JSONResponse:
    """Delete LFS files and, with ``rewriteHistory``, remove them from all commits."""
    repo, _ = writable_repo(request)
    body = await read_json(request)
    try:
        wanted = {str(sha256) for sha256 in body["deletions"]["sha"]}
        rewrite = body["deletions"].get("rewriteHistory", True) is True
    except (KeyError, TypeError, AttributeError):
        raise BadRequestError("The body needs 'deletions' with a list 'sha'") from None
    if len(wanted) > MAX_DELETIONS:
        raise BadRequestError(f"At most {MAX_DELETIONS} files per call")
    await run_in_threadpool(_delete, state_of(request), repo, wanted, rewrite)
    return JSONResponse({})


def _delete(state: State, repo: Repo, sha256s: set[str], rewrite: bool) -> None:
    with repo.lock:
        if rewrite:
            rewrite_history(repo, sha256s)
        for sha256 in sha256s:
            file = state.xet.by_sha256(sha256)
            names = [sha256] if file is None else [sha256, file.hash]
            state.ownership.remove(repo.oid, *names)


def rewrite_history(repo: Repo, sha256s: Container[str]) -> None:
    """Remove LFS files from the history of all references; the caller holds the lock.

    Commits without these files and without rewritten ancestors keep their ids.
    """
    new_ids: dict[str, str] = {}
    for ref, head in repo.refs.items():
        old = []
        for sha, _ in repo.history(head):
            if sha in new_ids:
                break
            old.append(sha)
        for sha in reversed(old):
            new_ids[sha] = _rewrite_commit(repo, sha, sha256s, new_ids)
        repo.refs[ref] = new_ids[head]
    repo.save()


def _rewrite_commit(repo: Repo, sha: str, sha256s: Container[str], new_ids: dict[str, str]) -> str:
    commit, changes = repo.commits.commit(sha), repo.commits.changes(sha)
    kept = {
        path: None if entry is not None and entry.lfs and entry.sha256 in sha256s else entry
        for path, entry in changes.items()
    }
    parents = tuple(new_ids[parent] for parent in commit.parents)
    if kept == changes and parents == commit.parents:
        return sha
    return repo.commits.add(dataclasses.replace(commit, parents=parents), deletions_first(kept))


routes = [
    Route(f"{API}/lfs-files", listing),
    Route(f"{API}/lfs-files/batch", delete, methods=["POST"]),
]

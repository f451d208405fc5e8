"""The LFS files of a repository: listing all that were ever pushed, and deleting them for good."""

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
    """Every LFS file that is stored for a repository, whether a reference leads to it or not."""
    repo, _ = writable_repo(request)
    state = state_of(request)
    held = [each for each in pushed(repo) if state.holdings.has(repo.oid, each["fileOid"])]
    page, headers = paginate(request, held, state.options.page_size)
    return JSONResponse(page, headers=headers)


def pushed(repo: Repo) -> list[dict[str, Any]]:
    """The LFS files of all commits, newest first, each as it was pushed first.

    One that a reference leads to is told from there; ``main`` goes before others.
    """
    ref_of: dict[str, str] = {}
    for ref in sorted(repo.refs, key=lambda ref: (ref != MAIN, ref)):
        for sha, _ in repo.history(repo.refs[ref]):
            if sha in ref_of:
                break
            ref_of[sha] = ref.removeprefix("refs/heads/")
    dated = [(repo.commits.commit(sha).date, sha) for sha in repo.commits]
    found: dict[str, dict[str, Any]] = {}
    for date, sha in sorted(dated, key=lambda each: (each[1] not in ref_of, each)):
        for path, entry in repo.commits.changes(sha).items():
            if entry is not None and entry.lfs and entry.sha256 not in found:
                found[entry.sha256] = {
                    "fileOid": entry.sha256,
                    "oid": entry.sha256,
                    "filename": path,
                    "size": entry.size,
                    "pushedAt": date,
                    "ref": ref_of.get(sha),
                }
    return sorted(found.values(), key=lambda each: str(each["pushedAt"]), reverse=True)


async def delete(request: Request) -> JSONResponse:
    """Delete the contents of LFS files and, if asked to, every mention of them in the history."""
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
            without(repo, sha256s)
        for sha256 in sha256s:
            file = state.xet.by_sha256(sha256)
            names = [sha256] if file is None else [sha256, file.hash]
            state.holdings.remove(repo.oid, *names)


def without(repo: Repo, sha256s: Container[str]) -> None:
    """Let every reference lead to a history that never had some LFS files.

    Commits that did not have them keep their ids; those after one that had get new ones. The
    caller holds the lock.
    """
    became: dict[str, str] = {}
    for ref, head in repo.refs.items():
        old = []
        for sha, _ in repo.history(head):
            if sha in became:
                break
            old.append(sha)
        for sha in reversed(old):
            became[sha] = _commit_without(repo, sha, sha256s, became)
        repo.refs[ref] = became[head]
    repo.save()


def _commit_without(repo: Repo, sha: str, sha256s: Container[str], became: dict[str, str]) -> str:
    commit, changes = repo.commits.commit(sha), repo.commits.changes(sha)
    kept = {
        path: None if entry is not None and entry.lfs and entry.sha256 in sha256s else entry
        for path, entry in changes.items()
    }
    parents = tuple(became[parent] for parent in commit.parents)
    if kept == changes and parents == commit.parents:
        return sha
    return repo.commits.add(dataclasses.replace(commit, parents=parents), deletions_first(kept))


routes = [
    Route(f"{API}/lfs-files", listing),
    Route(f"{API}/lfs-files/batch", delete, methods=["POST"]),
]

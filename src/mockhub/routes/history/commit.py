"""The route of commits: files, LFS files and deletions in one request."""

from __future__ import annotations

import tempfile
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from mockhub.errors import HubError, RevisionNotFoundError
from mockhub.git.attributes import attribute_mode, lfs_line
from mockhub.git.tree import Entry, Tree
from mockhub.http.paths import API
from mockhub.http.requests import endpoint_of
from mockhub.repos.discussions import Discussion, Event
from mockhub.repos.repo import Repo
from mockhub.routes.history.commit_body import Draft, read_draft, too_large
from mockhub.routes.permissions import pushed_repo, wants_pull_request
from mockhub.routes.transfer.preupload import GITATTRIBUTES, MAX_REGULAR, text_of
from mockhub.state import State, state_of

OUTDATED = "The branch was updated since you opened this page. Please refresh and try again."


async def commit(request: Request) -> JSONResponse:
    """Add a commit to a branch or pull request, or open a pull request with it."""
    repo, account = pushed_repo(request)
    state, create_pr = state_of(request), wants_pull_request(request)
    base = repo.ref(request.path_params["revision"])
    kinds = ("refs/heads/",) if create_pr else ("refs/heads/", "refs/pr/")
    if base is None or not base.startswith(kinds):
        raise RevisionNotFoundError(request.path_params["revision"])
    with tempfile.TemporaryFile(dir=state.blobs.incoming) as body:
        async for piece in request.stream():
            body.write(piece)
        body.seek(0)
        draft = await run_in_threadpool(read_draft, state, repo.oid, body)
    ref, sha = await run_in_threadpool(_add, state, repo, base, draft, account.name, create_pr)
    web = f"{endpoint_of(request)}/{repo.web_path}"
    answer: dict[str, Any] = {
        "success": True,
        "commitOid": sha,
        "commitUrl": f"{web}/commit/{sha}",
        "hookOutput": "",
    }
    if create_pr:
        answer["pullRequestUrl"] = f"{web}/discussions/{ref.removeprefix('refs/pr/')}"
    return JSONResponse(answer)


def _add(
    state: State, repo: Repo, base: str, draft: Draft, author: str, create_pr: bool
) -> tuple[str, str]:
    """Add a commit and return its reference and its id."""
    with repo.lock:
        repo.require_exists()
        head = repo.refs.get(base)
        if head is None:
            raise RevisionNotFoundError(base)
        if not head.startswith(draft.parent):
            raise HubError(412, OUTDATED)
        tree = repo.tree(head)
        changes = _with_lfs_lines(state, tree, draft.changes(tree, head))
        if create_pr:
            pull_request: Discussion | None = repo.discussions.open(
                draft.title, author, draft.message, status="open", base=base
            )
        else:
            pull_request = repo.discussions.pull_request(base)
        ref = pull_request.ref if pull_request else base
        sha = repo.add_commit(
            ref, changes, title=draft.title, message=draft.message, author=author, parents=(head,)
        )
        if pull_request:
            event = Event.new("commit", author, subject=draft.title, oid=sha)
            repo.discussions.save(pull_request.with_event(event))
        return ref, sha


def _with_lfs_lines(
    state: State, tree: Tree, changes: dict[str, Entry | None]
) -> dict[str, Entry | None]:
    """Return changes with a ``.gitattributes`` that matches all LFS files in them.

    The Hub adds a line for each LFS file that no line matches; in one repository the file grew past
    the limit of regular files, and all pushes failed (huggingface/huggingface_hub#2666).

    Raises:
        BadRequestError: The file would be larger than a regular file may be.
    """
    text = text_of(state, changes.get(GITATTRIBUTES, tree.get(GITATTRIBUTES)))
    lines = [
        lfs_line(path)
        for path, entry in changes.items()
        if entry is not None and entry.lfs and attribute_mode(text, path) != "lfs"
    ]
    if not lines:
        return changes
    start = text if not text or text.endswith("\n") else f"{text}\n"
    content = (start + "".join(lines)).encode()
    if len(content) > MAX_REGULAR:
        raise too_large(GITATTRIBUTES)
    return changes | {GITATTRIBUTES: state.repos.add_regular(content)}


routes = [Route(f"{API}/commit/{{revision:rest}}", commit, methods=["POST"])]

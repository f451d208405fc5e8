"""Committing: files, LFS files and deletions in one request."""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from mockhub.auth import Account
from mockhub.blobs import READ_SIZE
from mockhub.errors import (
    BadRequestError,
    EntryNotFoundError,
    HubError,
    RevisionNotFoundError,
)
from mockhub.ndjson import read_lines
from mockhub.paths import API
from mockhub.preupload import MAX_REGULAR
from mockhub.repo import Entry, Repo, apply
from mockhub.state import (
    State,
    endpoint_of,
    readable_repo,
    require_account,
    require_write,
    state_of,
    wants_pull_request,
)

Tree = dict[str, Entry]
Operation = Callable[[Tree, str], dict[str, Entry | None]]
"""Given the tree and the commit it belongs to, what to change in it."""

_PULL_REQUEST = re.compile(r"refs/pr/\d+")


@dataclass(frozen=True)
class Draft:
    """A commit as asked for.

    Attributes:
        title: First line of the message.
        message: The rest of it.
        parent: The commit it must follow, full or shortened; None for whatever is there.
        operations: What to do, in order.
    """

    title: str
    message: str
    parent: str | None
    operations: list[Operation]


async def commit(request: Request) -> JSONResponse:
    """Add a commit to a branch, or to a new pull request."""
    repo = readable_repo(request)
    account = require_account(request)
    revision = request.path_params["revision"]
    create_pr = wants_pull_request(request)
    ref = repo.ref(revision)
    if ref is None or not (ref.startswith("refs/heads/") or _PULL_REQUEST.fullmatch(ref)):
        raise RevisionNotFoundError(revision)
    if not create_pr:
        require_write(account, repo.id)
    state = state_of(request)
    with tempfile.TemporaryFile(dir=state.blobs.incoming) as body:
        async for piece in request.stream():
            body.write(piece)
        body.seek(0)
        draft = await run_in_threadpool(_read_draft, state, body)
    sha, number = await run_in_threadpool(_apply_draft, repo, ref, draft, account, create_pr)
    web = f"{endpoint_of(request)}/{'' if repo.type == 'model' else repo.type + 's/'}{repo.id}"
    answer = {
        "success": True,
        "commitOid": sha,
        "commitUrl": f"{web}/commit/{sha}",
        "hookOutput": "",
    }
    if number is not None:
        answer["pullRequestUrl"] = f"{web}/discussions/{number}"
    return JSONResponse(answer)


def _apply_draft(
    repo: Repo, ref: str, draft: Draft, account: Account, create_pr: bool
) -> tuple[str, int | None]:
    with repo.lock:
        head = repo.refs[ref]
        if draft.parent and not head.startswith(draft.parent):
            raise HubError(412, "A commit has happened since. Please refresh and try again.")
        tree = dict(repo.tree(head))
        changes: dict[str, Entry | None] = {}
        for operation in draft.operations:
            change = operation(tree, head)
            apply(tree, change)
            changes |= change
        number = repo.next_pull_request() if create_pr else None
        sha = repo.add_commit(
            ref if number is None else f"refs/pr/{number}",
            changes,
            title=draft.title,
            message=draft.message,
            author=account.name,
            parents=(head,),
        )
    return sha, number


def _read_draft(state: State, body: BinaryIO) -> Draft:
    header: dict[str, Any] | None = None
    operations: list[Operation] = []

    def store(pieces: Iterator[bytes]) -> Entry:
        return _store_regular(state, pieces)

    for item in read_lines(body, store):
        value = item.get("value")
        if not isinstance(value, dict):
            raise BadRequestError("A line of the commit has no value")
        match item.get("key"):
            case "header":
                header = value
            case "file":
                operations.append(_add_file(value))
            case "lfsFile":
                operations.append(_add_lfs_file(state, value))
            case "deletedFile" | "deletedFolder":
                operations.append(_delete(_path(value)))
            case key:
                raise BadRequestError(f"Unknown key in commit: {key}")
    if header is None or not header.get("summary"):
        raise BadRequestError("Add a line with the key 'header' and a summary")
    parent = header.get("parentCommit")
    return Draft(
        title=str(header["summary"]),
        message=str(header.get("description") or ""),
        parent=None if parent is None else str(parent),
        operations=operations,
    )


def _store_regular(state: State, pieces: Iterator[bytes]) -> Entry:
    with state.blobs.receive() as incoming:
        for piece in pieces:
            incoming.write(piece)
        if incoming.size > MAX_REGULAR and state.options.upload_mode != "regular":
            raise BadRequestError(
                "Your push was rejected because it contains files larger than 10 MiB."
                " Please use LFS or Xet for them."
            )
        state.blobs.keep(incoming)
    oid = hashlib.sha1(b"blob %d\0" % incoming.size)  # noqa: S324 - git's own
    with state.blobs.path(incoming.sha256).open("rb") as file:
        while data := file.read(READ_SIZE):
            oid.update(data)
    return Entry(incoming.size, incoming.sha256, oid.hexdigest(), lfs=False)


def _add_file(value: dict[str, Any]) -> Operation:
    path, entry = _path(value), value.get("content")
    if not isinstance(entry, Entry) or value.get("encoding", "base64") != "base64":
        raise BadRequestError(f"The content of {path} is not base64")
    return lambda _tree, _head: {path: entry}


def _add_lfs_file(state: State, value: dict[str, Any]) -> Operation:
    path, oid = _path(value), str(value.get("oid"))
    size = state.size(oid)
    if size is None or value.get("size", size) != size:
        raise BadRequestError(
            "Your push was rejected because an LFS pointer pointed to a file that does not exist."
            f" For instance, this can happen if you used git push --no-verify: {path}"
        )
    return lambda _tree, _head: {path: Entry.pointing_to(oid, size)}


def _delete(path: str) -> Operation:
    def delete(tree: Tree, head: str) -> dict[str, Entry | None]:
        gone = [path] if path in tree else [each for each in tree if each.startswith(f"{path}/")]
        if not gone:
            raise EntryNotFoundError(path, head)
        return dict.fromkeys(gone)

    return delete


def _path(value: dict[str, Any]) -> str:
    """The path of an operation; a folder may end in a slash.

    Raises:
        BadRequestError: It would leave the repository, or names nothing.
    """
    path = str(value.get("path", "")).removesuffix("/")
    parts = path.split("/")
    if not {"", ".", "..", ".git"}.isdisjoint(parts) or "\0" in path or path.startswith("..\\"):
        raise BadRequestError(f"Invalid path: {path!r}")
    return path


routes = [Route(f"{API}/commit/{{revision:rest}}", commit, methods=["POST"])]

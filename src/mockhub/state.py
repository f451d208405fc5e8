"""What the routes of one server share, and what they all do first."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast, get_args
from urllib.parse import unquote

from starlette.concurrency import run_in_threadpool
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
from mockhub.options import Options
from mockhub.repos.accounts import Account
from mockhub.repos.gating import OPEN_FILES, refusal
from mockhub.repos.repo import Repo, RepoType
from mockhub.repos.store import RepoStore
from mockhub.storage.blobs import READ_SIZE, BlobStore, Sink
from mockhub.storage.buckets import Buckets
from mockhub.storage.multipart import Uploads
from mockhub.storage.ownership import Holdings
from mockhub.storage.signed_tokens import Tickets
from mockhub.xet.shards import XetFile
from mockhub.xet.store import XetStore

SHA256 = re.compile(r"[0-9a-f]{64}")
TRUE = {"1", "true"}


class State:
    """The stores of one server.

    Args:
        root: Folder that holds everything.
        options: How it behaves, and who may use it.
    """

    def __init__(self, root: Path, options: Options) -> None:
        self.root = root
        self.options = options
        self.accounts = options.accounts()
        self.blobs = BlobStore(root / "blobs")
        self.xet = XetStore(root / "xet", discard=options.discard)
        self.repos = RepoStore(root / "repos", self.blobs)
        self.uploads = Uploads(root / "uploads", self.blobs, discard=options.discard)
        self.holdings = Holdings(root / "holdings")
        self.buckets = Buckets(root / "buckets.db")
        self.tickets = Tickets(root / "key", options.expire_after)

    def size(self, sha256: str) -> int | None:
        """Size of a stored content, however it came in; None if there is none."""
        if not SHA256.fullmatch(sha256):
            return None
        size = self.blobs.size(sha256)
        if size is None and (file := self.xet.by_sha256(sha256)) is not None:
            return file.size
        return size

    def held_size(self, holder: str, sha256: str) -> int | None:
        """Size of a content that a repository may point to; None if it may not.

        Args:
            holder: Internal id of the repository.
            sha256: The content.
        """
        if SHA256.fullmatch(sha256) and self.holdings.has(holder, sha256):
            return self.size(sha256)
        return None

    def holds(self, holder: str, file: XetFile) -> bool:
        """Whether a file came in through a repository or bucket, over Xet or otherwise."""
        names = filter(None, (file.hash, file.sha256))
        return any(self.holdings.has(holder, name) for name in names)

    def xet_file(self, sha256: str) -> XetFile | None:
        """The Xet form of a content that is offered over Xet."""
        return self.xet.by_sha256(sha256) if self.options.xet else None

    def read(self, sha256: str, start: int, stop: int) -> Iterator[bytes]:
        """Bytes of a content, however it came in."""
        file = self.xet.by_sha256(sha256)
        if file is None or self.blobs.path(sha256).exists():
            return self.blobs.read(sha256, start, stop)
        return self.xet.read(file, start, stop)


def state_of(request: Request) -> State:
    """The server's state."""
    return cast("State", request.app.state.hub)


def endpoint_of(request: Request) -> str:
    """The URL the client reached this server by, without a trailing slash."""
    return str(request.base_url).rstrip("/")


def identify(request: Request) -> Account | None:
    """The account of a request, None if anonymous."""
    return state_of(request).accounts.identify(request)


def require_account(request: Request) -> Account:
    """The account of a request.

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
    """The repository a path names.

    Raises:
        HubError: As `visible_repo` does.
        RepoMovedError: It has another id by now.
    """
    params, repos = request.path_params, state_of(request).repos
    asked = params["type"], f"{params['namespace']}/{params['name']}"
    if repos.get(*asked) is None:
        moved = repos.moved(*asked)
        if moved is not None and may_see(identify(request), moved):
            raise RepoMovedError(_at(request, moved))
    return visible_repo(request, *asked)


def visible_repo(request: Request, repo_type: RepoType, repo_id: str) -> Repo:
    """The repository that has an id now.

    Raises:
        RepoNotFoundError: It is missing, or private to somebody else.
        DisabledRepoError: It was taken down.
    """
    account = identify(request)
    repo = state_of(request).repos.get(repo_type, repo_id)
    if repo is None or not may_see(account, repo):
        raise RepoNotFoundError(anonymous=account is None)
    if repo.disabled:
        raise DisabledRepoError
    return repo


def named_repo(request: Request, repo_type: object, repo_id: object) -> Repo:
    """A repository that the body of a request names, whose content the caller may read.

    Raises:
        HubError: As `visible_repo` does.
        BadRequestError: There is no such type of repository.
        GatedRepoError: It is for those on a list.
    """
    if repo_type not in get_args(RepoType):
        raise BadRequestError(f"Unknown type of repository: {repo_type}")
    repo = visible_repo(request, cast("RepoType", repo_type), str(repo_id))
    refused = refusal_of(request, repo)
    if refused is not None:
        raise refused
    return repo


def content_repo(request: Request) -> Repo:
    """The repository a path names, whose content the caller may read.

    Raises:
        HubError: As `readable_repo` does.
        GatedRepoError: It is for those on a list. Its card and licence are for all.
    """
    repo = readable_repo(request)
    refused = refusal_of(request, repo)
    if refused is not None and request.path_params.get("path") not in OPEN_FILES:
        raise refused
    return repo


def refusal_of(request: Request, repo: Repo) -> GatedRepoError | None:
    """Why the caller may not read what is behind a repository's gate; None if they may."""
    return refusal(repo, identify(request), f"{endpoint_of(request)}/{repo.web_path}")


def writable_repo(request: Request) -> tuple[Repo, Account]:
    """The repository a path names, and the account that may write to it.

    Raises:
        HubError: As `readable_repo` does.
        RepoNotFoundError: The caller is anonymous.
        ForbiddenError: The account may only read it.
    """
    repo = readable_repo(request)
    account = require_account(request)
    require_write(account, repo.id)
    return repo, account


def require_write(account: Account, repo_id: str) -> None:
    """Refuse accounts without the right to write.

    Raises:
        ForbiddenError: The token is for reading, or the namespace is somebody else's.
    """
    if not may_write(account, repo_id.split("/")[0]):
        raise ForbiddenError


def may_write(account: Account, namespace: str) -> bool:
    """Whether an account may make and change what belongs to a namespace."""
    return account.can_write and account.role_in(namespace) == "write"


def may_see(account: Account | None, repo: Repo) -> bool:
    """Whether a repository exists, as far as somebody can tell."""
    return not repo.private or bool(account and account.role_in(repo.namespace))


def _at(request: Request, repo: Repo) -> str:
    """The path and query of a request, for the id that a repository has by now."""
    segments = request.scope["path"].split("/")
    decoded = [unquote(each) for each in segments]
    asked = request.path_params["namespace"], request.path_params["name"]
    pairs = zip(decoded, (each.removesuffix(".git") for each in decoded[1:]), strict=False)
    start = list(pairs).index(asked)
    suffix = ".git" if decoded[start + 1].endswith(".git") else ""
    segments[start : start + 2] = f"{repo.id}{suffix}".split("/")
    query = request.scope["query_string"].decode()
    return "/".join(segments) + (f"?{query}" if query else "")


def wants_pull_request(request: Request) -> bool:
    """Whether the request carries ``create_pr``."""
    return flag(request, "create_pr")


def flag(request: Request, name: str) -> bool:
    """A boolean of the query: clients write ``1``, ``true`` or ``True``."""
    return request.query_params.get(name, "").lower() in TRUE


async def read_json(request: Request) -> dict[str, Any]:
    """The JSON object of a request.

    Raises:
        BadRequestError: The body is something else.
    """
    try:
        body = json.loads(await request.body())
        json.dumps(body, ensure_ascii=False).encode()  # half a surrogate pair could not be sent on
    except (ValueError, RecursionError):  # the latter for "[[[[..."
        raise BadRequestError("The body is not JSON") from None
    if not isinstance(body, dict):
        raise BadRequestError("The body is not a JSON object")
    return body


async def receive_body(request: Request, incoming: Sink) -> None:
    """Stream a request's body to disk; hashing and writing leave the event loop free."""
    pending = bytearray()
    async for piece in request.stream():
        pending += piece
        if len(pending) >= READ_SIZE:
            await run_in_threadpool(incoming.write, bytes(pending))
            pending.clear()
    await run_in_threadpool(incoming.write, bytes(pending))

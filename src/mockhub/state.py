"""What the routes of one server share, and what they all do first."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from mockhub.auth import Account, Accounts
from mockhub.blobs import READ_SIZE, BlobStore, Incoming
from mockhub.errors import BadRequestError, ForbiddenError, RepoNotFoundError
from mockhub.repo import Repo
from mockhub.store import RepoStore
from mockhub.uploads import Uploads
from mockhub.xet import XetFile, XetStore

SHA256 = re.compile(r"[0-9a-f]{64}")
TRUE = {"1", "true"}
UploadMode = Literal["auto", "lfs", "regular"]


@dataclass(frozen=True)
class Options:
    """How a server behaves.

    Attributes:
        upload_mode: Force files into LFS or regular git; "auto" decides as the Hub does.
        xet: Offer Xet.
        discard: Keep hashes and sizes of LFS and Xet uploads, not their bytes.
        part_size: Bytes above which an LFS upload goes in parts of this size.
        page_size: Most entries in one answer of a listing.
    """

    upload_mode: UploadMode = "auto"
    xet: bool = True
    discard: bool = False
    part_size: int = 500_000_000
    page_size: int = 1000


class State:
    """The stores of one server.

    Args:
        root: Folder that holds everything.
        options: How it behaves.
        accounts: Who may use it.
    """

    def __init__(self, root: Path, options: Options, accounts: Accounts) -> None:
        self.options = options
        self.accounts = accounts
        self.blobs = BlobStore(root / "blobs")
        self.xet = XetStore(root / "xet", self.blobs, discard=options.discard)
        self.repos = RepoStore(root / "repos", self.blobs)
        self.uploads = Uploads(root / "uploads")

    def size(self, sha256: str) -> int | None:
        """Size of a stored content, however it came in; None if there is none."""
        if not SHA256.fullmatch(sha256):
            return None
        size = self.blobs.size(sha256)
        if size is None and (file := self.xet.by_sha256(sha256)) is not None:
            return file.size
        return size

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
        HubError: 401, the request is anonymous.
    """
    account = identify(request)
    if account is None:
        raise RepoNotFoundError(anonymous=True)
    return account


def readable_repo(request: Request) -> Repo:
    """The repository a path names.

    Raises:
        RepoNotFoundError: It is missing, or private to somebody else.
    """
    account = identify(request)
    params = request.path_params
    repo = state_of(request).repos.get(params["type"], f"{params['namespace']}/{params['name']}")
    if repo is None or (repo.private and not (account and owns(account, repo.id))):
        raise RepoNotFoundError(anonymous=account is None)
    return repo


def writable_repo(request: Request) -> tuple[Repo, Account]:
    """The repository a path names, and the account that may write to it.

    Raises:
        RepoNotFoundError: The repository is missing or hidden, or the caller anonymous.
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
    if not account.can_write:
        raise ForbiddenError("This token has no write permission")
    if not owns(account, repo_id):
        raise ForbiddenError(f"You don't have the rights to write to {repo_id}")


def owns(account: Account, repo_id: str) -> bool:
    """Whether a repository lies in the account's namespace."""
    return repo_id.split("/")[0].lower() == account.name.lower()


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
    except ValueError:
        raise BadRequestError("The body is not JSON") from None
    if not isinstance(body, dict):
        raise BadRequestError("The body is not a JSON object")
    return body


async def receive_body(request: Request, incoming: Incoming) -> None:
    """Stream a request's body to disk; hashing and writing leave the event loop free."""
    pending = bytearray()
    async for piece in request.stream():
        pending += piece
        if len(pending) >= READ_SIZE:
            await run_in_threadpool(incoming.write, bytes(pending))
            pending.clear()
    await run_in_threadpool(incoming.write, bytes(pending))

"""Reading files: ``/resolve/``, where it sends clients on to, and ``/raw/``.

The Hub serves no byte at ``/resolve/`` itself. Regular files are behind a relative redirect
(huggingface/swift-transformers#209), LFS and Xet files behind a signed link to a CDN, which is
of another origin, so that clients keep their token to themselves (ngxson/wllama#248). What
clients want to know of a file is in the headers of the redirect.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from mockhub.errors import EntryNotFoundError, HubError
from mockhub.git.tree import Entry, lfs_pointer
from mockhub.http.conditional import is_known
from mockhub.http.paths import WEB
from mockhub.http.requests import endpoint_of
from mockhub.http.send import disposition, send_content
from mockhub.repos.repo import Repo
from mockhub.routes.permissions import content_repo
from mockhub.state import state_of
from mockhub.storage.signed_tokens import TicketError

PURPOSE = "download"
"""What the tickets are for that links to the CDN hold."""

_CACHE = "/api/resolve-cache/{type:plural}/{namespace:seg}/{name:seg}"
_OTHER_NAMES = {"127.0.0.1": "localhost", "localhost": "127.0.0.1"}


@dataclass(frozen=True)
class Found:
    """A file at a revision.

    Attributes:
        repo: The repository.
        sha: Id of the commit.
        path: In the repository.
        entry: What is there.
    """

    repo: Repo
    sha: str
    path: str
    entry: Entry

    @property
    def etag(self) -> str:
        """Hash of the content, as git or LFS names it."""
        return self.entry.sha256 if self.entry.lfs else self.entry.oid

    @property
    def name(self) -> str:
        """Last part of the path."""
        return self.path.rpartition("/")[2]


def find(request: Request) -> Found:
    """The file a path names.

    Raises:
        HubError: The repository, the revision or the file is missing, or not for the caller.
    """
    repo = content_repo(request)
    sha = repo.resolve(request.path_params["revision"])
    path = request.path_params["path"]
    entry = repo.tree(sha).get(path)
    if entry is None or (entry.lfs and not state_of(request).holdings.has(repo.oid, entry.sha256)):
        raise EntryNotFoundError(path, sha)
    return Found(repo, sha, path, entry)


def resolve(request: Request) -> Response:
    """A file at a revision, or where to get it."""
    found, state = find(request), state_of(request)
    mode, headers = state.options.redirect, _headers(request, found)
    if not found.entry.lfs and mode != "none" and not is_known(request.headers, headers["ETag"]):
        return RedirectResponse(_cache_path(request, found), 307, headers)
    if found.entry.lfs and mode == "cdn" and (origin := _other_origin(request)) is not None:
        ticket, _ = state.tickets.issue(PURPOSE, sha256=found.entry.sha256)
        return RedirectResponse(f"{origin}/cdn/{ticket}/{quote(found.name, safe='')}", 302, headers)
    return _send(request, found)


def resolve_cache(request: Request) -> Response:
    """A regular file, at the address that `resolve` sends clients on to."""
    return _send(request, find(request))


def cdn(request: Request) -> Response:
    """A content, for whoever has a signed link."""
    state = state_of(request)
    try:
        sha256 = state.tickets.read(PURPOSE, request.path_params["ticket"])["sha256"]
    except TicketError as error:
        raise HubError(403, f"Download link: {error}") from None
    size = state.size(sha256)
    if size is None:
        raise HubError(404, "The content is gone")
    headers = {"Content-Disposition": disposition(request.path_params["filename"])}
    return send_content(request, size, sha256, partial(state.read, sha256), headers)


def raw(request: Request) -> Response:
    """A file as git holds it: of an LFS file, the pointer."""
    found = find(request)
    headers = {"X-Repo-Commit": found.sha, "Content-Type": "text/plain; charset=utf-8"}
    entry = found.entry
    if not entry.lfs:
        read = partial(state_of(request).read, entry.sha256)
        return send_content(request, entry.size, entry.oid, read, headers)
    pointer = lfs_pointer(entry.sha256, entry.size)

    def read_pointer(start: int, stop: int) -> Iterator[bytes]:
        yield pointer[start:stop]

    return send_content(request, len(pointer), entry.oid, read_pointer, headers)


def _send(request: Request, found: Found) -> Response:
    entry = found.entry
    headers = _headers(request, found) | {"Content-Disposition": disposition(found.name)}
    read = partial(state_of(request).read, entry.sha256)
    return send_content(request, entry.size, found.etag, read, headers)


def _headers(request: Request, found: Found) -> dict[str, str]:
    """What clients want to know before they download a file."""
    entry = found.entry
    headers = {"X-Repo-Commit": found.sha, "ETag": f'"{found.etag}"', "Accept-Ranges": "bytes"}
    if entry.lfs:
        headers |= {"X-Linked-Etag": f'"{entry.sha256}"', "X-Linked-Size": str(entry.size)}
        xet = state_of(request).xet_file(entry.sha256)
        if xet is not None:
            repo = found.repo
            route = f"/api/{repo.type}s/{repo.id}/xet-read-token/{found.sha}"
            headers["X-Xet-Hash"] = xet.hash
            headers["Link"] = f'<{endpoint_of(request)}{route}>; rel="xet-auth"'
    return headers


def _cache_path(request: Request, found: Found) -> str:
    """Where a regular file lies; of the query, only caches between client and Hub make use."""
    repo = found.repo
    path = f"/api/resolve-cache/{repo.type}s/{repo.id}/{found.sha}/{quote(found.path)}"
    return f"{path}?{quote(request.url.path, safe='')}=&etag=%22{found.etag}%22"


def _other_origin(request: Request) -> str | None:
    """This server by its other name; None if the client reached it by neither."""
    name = _OTHER_NAMES.get(request.url.hostname or "")
    return None if name is None else str(request.base_url.replace(hostname=name)).rstrip("/")


routes = [
    Route(path, endpoint, methods=["GET", "HEAD"])
    for path, endpoint in (
        (f"{WEB}/resolve/{{revision:seg}}/{{path:rest}}", resolve),
        (f"{WEB}/raw/{{revision:seg}}/{{path:rest}}", raw),
        (f"{_CACHE}/{{revision:seg}}/{{path:rest}}", resolve_cache),
        ("/cdn/{ticket:seg}/{filename:seg}", cdn),
    )
]

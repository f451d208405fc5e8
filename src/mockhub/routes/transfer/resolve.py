"""The routes of downloads: ``/resolve/``, the targets of its redirects, and ``/raw/``.

The Hub sends no content from ``/resolve/`` itself. Regular files have a relative redirect
(huggingface/swift-transformers#209), LFS and Xet files a signed link to a CDN, which has another
origin, so that clients do not send it their token (ngxson/wllama#248). The metadata of a file is in
the headers of the redirect.
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
"""Purpose of the tickets in links to the CDN."""

_CACHE = "/api/resolve-cache/{type:plural}/{namespace:seg}/{name:seg}"
_OTHER_NAMES = {"127.0.0.1": "localhost", "localhost": "127.0.0.1"}


@dataclass(frozen=True)
class RepoFile:
    """A file at a revision.

    Attributes:
        repo: The repository.
        sha: Id of the commit.
        path: Path in the repository.
        entry: Size and hashes.
    """

    repo: Repo
    sha: str
    path: str
    entry: Entry

    @property
    def etag(self) -> str:
        """Return the entity tag: the SHA-256 of LFS files, git's blob id of others."""
        return self.entry.sha256 if self.entry.lfs else self.entry.oid

    @property
    def name(self) -> str:
        """Return the last component of the path."""
        return self.path.rpartition("/")[2]


def file_of(request: Request) -> RepoFile:
    """Return the file in the path of a request.

    Raises:
        HubError: The repository, the revision or the file does not exist, or the caller may not
            read it.
    """
    repo = content_repo(request)
    sha = repo.resolve(request.path_params["revision"])
    path = request.path_params["path"]
    entry = repo.tree(sha).get(path)
    if entry is None or (entry.lfs and not state_of(request).ownership.has(repo.oid, entry.sha256)):
        raise EntryNotFoundError(path, sha)
    return RepoFile(repo, sha, path, entry)


def resolve(request: Request) -> Response:
    """Send a file at a revision, or redirect to it."""
    file, state = file_of(request), state_of(request)
    mode, headers = state.options.redirect, _headers(request, file)
    if not file.entry.lfs and mode != "none" and not is_known(request.headers, headers["ETag"]):
        return RedirectResponse(_cache_path(request, file), 307, headers)
    if file.entry.lfs and mode == "cdn" and (origin := _other_origin(request)) is not None:
        ticket, _ = state.tickets.issue(PURPOSE, sha256=file.entry.sha256)
        return RedirectResponse(f"{origin}/cdn/{ticket}/{quote(file.name, safe='')}", 302, headers)
    return _send(request, file)


def resolve_cache(request: Request) -> Response:
    """Send a regular file, at the target of the redirect of `resolve`."""
    return _send(request, file_of(request))


def cdn(request: Request) -> Response:
    """Send a content by a signed link, which needs no token."""
    state = state_of(request)
    try:
        sha256 = state.tickets.read(PURPOSE, request.path_params["ticket"])["sha256"]
    except TicketError as error:
        raise HubError(403, f"Invalid download link: {error}") from None
    size = state.size(sha256)
    if size is None:
        raise HubError(404, "The content was deleted")
    headers = {"Content-Disposition": disposition(request.path_params["filename"])}
    return send_content(request, size, sha256, partial(state.read, sha256), headers)


def raw(request: Request) -> Response:
    """Send a file as git stores it: of an LFS file, the pointer."""
    file = file_of(request)
    headers = {"X-Repo-Commit": file.sha, "Content-Type": "text/plain; charset=utf-8"}
    entry = file.entry
    if not entry.lfs:
        read = partial(state_of(request).read, entry.sha256)
        return send_content(request, entry.size, entry.oid, read, headers)
    pointer = lfs_pointer(entry.sha256, entry.size)

    def read_pointer(start: int, stop: int) -> Iterator[bytes]:
        yield pointer[start:stop]

    return send_content(request, len(pointer), entry.oid, read_pointer, headers)


def _send(request: Request, file: RepoFile) -> Response:
    entry = file.entry
    headers = _headers(request, file) | {"Content-Disposition": disposition(file.name)}
    read = partial(state_of(request).read, entry.sha256)
    return send_content(request, entry.size, file.etag, read, headers)


def _headers(request: Request, file: RepoFile) -> dict[str, str]:
    """Return the metadata of a file as headers."""
    entry = file.entry
    headers = {"X-Repo-Commit": file.sha, "ETag": f'"{file.etag}"', "Accept-Ranges": "bytes"}
    if entry.lfs:
        headers |= {"X-Linked-Etag": f'"{entry.sha256}"', "X-Linked-Size": str(entry.size)}
        xet = state_of(request).xet_file(entry.sha256)
        if xet is not None:
            repo = file.repo
            route = f"/api/{repo.type}s/{repo.id}/xet-read-token/{file.sha}"
            headers["X-Xet-Hash"] = xet.hash
            headers["Link"] = f'<{endpoint_of(request)}{route}>; rel="xet-auth"'
    return headers


def _cache_path(request: Request, file: RepoFile) -> str:
    """Return the target of a relative redirect; its query is for caches on the way only."""
    repo = file.repo
    path = f"/api/resolve-cache/{repo.type}s/{repo.id}/{file.sha}/{quote(file.path)}"
    return f"{path}?{quote(request.url.path, safe='')}=&etag=%22{file.etag}%22"


def _other_origin(request: Request) -> str | None:
    """Return the URL of this server with the other of its two names; None for a third name."""
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

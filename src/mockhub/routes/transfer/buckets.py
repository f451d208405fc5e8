"""The routes of storage buckets: creating, listing, and reading files.

Buckets have no revisions, and all their files are uploaded over Xet. Routes that await nothing are
plain functions, which run in threads, because SQLite may block.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import islice
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from mockhub.errors import BadRequestError, ConflictError, HubError, RepoNotFoundError
from mockhub.http.requests import TRUE, endpoint_of, read_json
from mockhub.http.send import disposition, send_content
from mockhub.repos.accounts import Account
from mockhub.repos.names import is_name
from mockhub.routes.permissions import identify, require_account, require_write
from mockhub.routes.transfer.xet import issue_token
from mockhub.state import state_of
from mockhub.storage.buckets import LAST, Bucket, BucketFile

MAX_PATHS = 1000
OWN = "me"
"""The namespace of the caller."""


def readable_bucket(request: Request) -> Bucket:
    """Return the bucket in the path of a request.

    Raises:
        RepoNotFoundError: It does not exist, or is private to somebody else.
    """
    params = request.path_params
    return find_bucket(request, f"{_namespace(request)}/{params['name']}")


def find_bucket(request: Request, bucket_id: str) -> Bucket:
    """Return a bucket by its id, if the caller may read it.

    Raises:
        RepoNotFoundError: It does not exist, or is private to somebody else.
    """
    account = identify(request)
    bucket = state_of(request).buckets.get(bucket_id)
    if bucket is None or not _may_see(account, bucket):
        raise RepoNotFoundError(anonymous=account is None)
    return bucket


def writable_bucket(request: Request) -> Bucket:
    """Return the bucket in the path of a request, if the caller may write to it.

    Raises:
        RepoNotFoundError: It does not exist or is hidden, or the caller is anonymous.
        ForbiddenError: The account may only read it.
    """
    bucket = readable_bucket(request)
    require_write(require_account(request), bucket.id)
    return bucket


def _may_see(account: Account | None, bucket: Bucket) -> bool:
    return not bucket.private or bool(account and account.role_in(bucket.namespace))


def _namespace(request: Request) -> str:
    namespace: str = request.path_params["namespace"]
    return require_account(request).name if namespace == OWN else namespace


async def create(request: Request) -> JSONResponse:
    """Create a bucket."""
    account, body = require_account(request), await read_json(request)
    bucket_id = f"{_namespace(request)}/{request.path_params['name']}"
    _require_valid_id(account, bucket_id)
    url = f"{endpoint_of(request)}/buckets/{bucket_id}"
    private = body.get("private") is True or body.get("visibility") == "private"
    try:
        bucket = state_of(request).buckets.create(bucket_id, private=private)
    except FileExistsError:
        raise ConflictError("You already created this bucket", url=url) from None
    return JSONResponse({"url": url, "id": bucket.id})


def _require_valid_id(account: Account, bucket_id: str) -> None:
    """Refuse an invalid id, or one in a namespace of somebody else."""
    namespace, _, name = bucket_id.partition("/")
    if not is_name(namespace) or not is_name(name):
        raise BadRequestError(f"Invalid bucket name: {bucket_id}")
    require_write(account, bucket_id)


def move_bucket(request: Request, account: Account, old: str, new: str) -> None:
    """Move a bucket to another id.

    Raises:
        HubError: It does not exist, the new id is invalid or taken, or the account lacks the right.
    """
    bucket = find_bucket(request, old)
    require_write(account, bucket.id)
    _require_valid_id(account, new)
    try:
        state_of(request).buckets.move(bucket, new)
    except FileExistsError:
        raise ConflictError(f"A bucket called {new} already exists") from None


def info(request: Request) -> JSONResponse:
    """Describe a bucket."""
    return JSONResponse(_info(readable_bucket(request)))


def _info(bucket: Bucket) -> dict[str, Any]:
    return {
        "id": bucket.id,
        "private": bucket.private,
        "createdAt": bucket.created,
        "size": bucket.size,
        "totalFiles": bucket.total_files,
    }


def delete(request: Request) -> JSONResponse:
    """Delete a bucket."""
    state_of(request).buckets.delete(writable_bucket(request))
    return JSONResponse({})


def no_bucket(request: Request) -> JSONResponse:
    """Answer that a bucket without a namespace does not exist."""
    raise RepoNotFoundError(anonymous=identify(request) is None)


async def change_settings(request: Request) -> JSONResponse:
    """Change the visibility of a bucket."""
    bucket, body = writable_bucket(request), await read_json(request)
    if not isinstance(body.get("private"), bool):
        raise BadRequestError("Invalid input at private")
    state_of(request).buckets.set_private(bucket, body["private"])
    return JSONResponse({"private": body["private"]})


def list_namespace(request: Request) -> JSONResponse:
    """List the buckets of a user or an organization."""
    state, account, namespace = state_of(request), identify(request), _namespace(request)
    if namespace.lower() not in map(str.lower, state.accounts.namespaces):
        raise RepoNotFoundError(anonymous=account is None)
    search = request.query_params.get("search", "").lower()
    infos = [
        _info(bucket)
        for bucket in state.buckets.of(namespace)
        if _may_see(account, bucket) and search in bucket.id.lower()
    ]
    return JSONResponse(infos)


def tree(request: Request) -> JSONResponse:
    """List the files of a bucket; without ``recursive``, those of one folder, and its folders."""
    bucket, state = readable_bucket(request), state_of(request)
    prefix, after = request.path_params.get("prefix", ""), request.query_params.get("cursor", "")
    files = state.buckets.files(bucket, prefix, after)
    recursive = request.query_params.get("recursive", "true").lower() in TRUE
    entries = (_file(file) for file in files) if recursive else _children(prefix, files)
    page = list(islice(entries, state.options.page_size + 1))
    if len(page) <= state.options.page_size:
        return JSONResponse(page)
    last = page[-2]
    cursor = last["path"] + (f"/{LAST}" if last["type"] == "directory" else "")
    following = request.url.include_query_params(cursor=cursor)
    return JSONResponse(page[:-1], headers={"Link": f'<{following}>; rel="next"'})


def _children(prefix: str, files: Iterator[BucketFile]) -> Iterator[dict[str, Any]]:
    """Yield the files of a folder, and its folders in place of the files in them.

    A prefix is a string, not a folder: "logs" matches the file "logs/a" and the folder "logs_old".
    """
    folder = None
    for file in files:
        rest = file.path[len(prefix) :].removeprefix("/")
        name, slash, _ = rest.partition("/")
        if not slash:
            yield _file(file)
            continue
        path = file.path[: len(file.path) - len(rest)] + name
        if path != folder:
            folder = path
            yield {"type": "directory", "path": path, "uploadedAt": file.uploaded}


def _file(file: BucketFile) -> dict[str, Any]:
    return {
        "type": "file",
        "path": file.path,
        "size": file.size,
        "xetHash": file.xet_hash,
        "mtime": file.modified,
        "uploadedAt": file.uploaded,
        "contentType": file.content_type,
    }


async def paths_info(request: Request) -> JSONResponse:
    """Describe the files at given paths; unknown ones are left out."""
    bucket, body, state = readable_bucket(request), await read_json(request), state_of(request)
    paths = body.get("paths")
    if not isinstance(paths, list) or not all(isinstance(path, str) for path in paths):
        raise BadRequestError("The body needs 'paths'")
    if len(paths) > MAX_PATHS:
        raise HubError(413, f"At most {MAX_PATHS} paths")
    files = (state.buckets.file(bucket, path) for path in paths)
    return JSONResponse([_file(file) for file in files if file is not None])


def token(request: Request) -> JSONResponse:
    """Issue a token of the content store."""
    right = request.path_params["right"]
    bucket = writable_bucket(request) if right == "write" else readable_bucket(request)
    return issue_token(request, right, bucket.oid)


def resolve(request: Request) -> Response:
    """Send a file, or a range of it."""
    bucket, state = readable_bucket(request), state_of(request)
    path = request.path_params["path"]
    file = state.buckets.file(bucket, path)
    content = None if file is None else state.xet.file(file.xet_hash)
    if file is None or content is None:
        raise HubError(404, f"A file with this name doesn't exist: {path}", code="EntryNotFound")
    route = f"{endpoint_of(request)}/api/buckets/{bucket.id}/xet-read-token"
    headers = {
        "X-Linked-Size": str(file.size),
        "X-Linked-Etag": f'"{file.xet_hash}"',
        "X-Xet-Hash": file.xet_hash,
        "Link": f'<{route}>; rel="xet-auth"',
        "Content-Type": file.content_type or "application/octet-stream",
        "Content-Disposition": disposition(path.rpartition("/")[2]),
    }
    return send_content(
        request, file.size, file.xet_hash, partial(state.xet.read, content), headers
    )


_BUCKET = "/api/buckets/{namespace:seg}/{name:seg}"

routes = [
    Route("/api/buckets/{namespace:seg}", list_namespace),
    Route("/api/buckets/{name:seg}", no_bucket, methods=["DELETE"]),
    Route(_BUCKET, create, methods=["POST"]),
    Route(_BUCKET, info),
    Route(_BUCKET, delete, methods=["DELETE"]),
    Route(f"{_BUCKET}/settings", change_settings, methods=["PUT"]),
    Route(f"{_BUCKET}/tree", tree),
    Route(f"{_BUCKET}/tree/{{prefix:rest}}", tree),
    Route(f"{_BUCKET}/paths-info", paths_info, methods=["POST"]),
    Route(f"{_BUCKET}/xet-{{right:right}}-token", token),
    Route("/buckets/{namespace:seg}/{name:seg}/resolve/{path:rest}", resolve),
]
